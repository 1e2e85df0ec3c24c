package io.penstock.cli.convert;

import io.penstock.ElementType;
import io.penstock.PenstockException;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Images as records of uint8: (height, width, 3) for red, green and blue, or (height, width) for
 * gray. The decoders are those of the JDK's ImageIO.
 *
 * <p>Gray images are the same in all three channels. Transparency is left out. Resizing averages
 * the pixels that become one. It must not decode an image before it knows its size.
 */
final class ImageDecoder implements FolderSource.Decoder {
  private static final List<String> EXTENSIONS = List.of(".png", ".jpg", ".jpeg", ".bmp", ".gif");

  /** An image of 16,384 x 16,384 takes 1 GiB. */
  private static final long MAX_PIXELS = 1L << 28;

  static {
    System.setProperty("java.awt.headless", "true");
    ImageIO.setUseCache(false); // It would write each image to a temporary file.
  }

  private final Path first;
  private final int height;
  private final int width;
  private final boolean isResized;
  private final boolean isGray;

  private ImageDecoder(Path first, int height, int width, boolean isResized, boolean isGray) {
    this.first = first;
    this.height = height;
    this.width = width;
    this.isResized = isResized;
    this.isGray = isGray;
  }

  static boolean isImage(Path file) {
    return FolderSource.hasExtension(file, EXTENSIONS);
  }

  /**
   * A decoder of images of one size.
   *
   * @param first that tells the size
   * @param resize the size to make of all; null for none
   */
  static ImageDecoder of(Path first, SourceOptions.Size resize, boolean isGray) throws IOException {
    if (resize != null) {
      return new ImageDecoder(first, resize.height(), resize.width(), true, isGray);
    }
    BufferedImage image = read(first);
    return new ImageDecoder(first, image.getHeight(), image.getWidth(), false, isGray);
  }

  @Override
  public ElementType elementType() {
    return ElementType.parse("|u1");
  }

  @Override
  public List<Long> recordShape() {
    return isGray ? List.of((long) height, (long) width) : List.of((long) height, (long) width, 3L);
  }

  @Override
  public void decode(Path file, MemorySegment into) throws IOException {
    BufferedImage image = read(file);
    boolean isSame = image.getHeight() == height && image.getWidth() == width;
    if (!isSame && !isResized) {
      throw PenstockException.about(
          file,
          "expected an image of %dx%d as %s, found %dx%d: give all one size with --resize"
              .formatted(height, width, first, image.getHeight(), image.getWidth()));
    }
    int[] pixels = isSame ? pixels(image) : pixels(resized(image));
    long at = 0;
    for (int pixel : pixels) {
      int red = pixel >> 16 & 0xff;
      int green = pixel >> 8 & 0xff;
      int blue = pixel & 0xff;
      if (isGray) {
        into.set(ValueLayout.JAVA_BYTE, at++, (byte) luma(red, green, blue));
      } else {
        into.set(ValueLayout.JAVA_BYTE, at++, (byte) red);
        into.set(ValueLayout.JAVA_BYTE, at++, (byte) green);
        into.set(ValueLayout.JAVA_BYTE, at++, (byte) blue);
      }
    }
  }

  /** ITU-R 601, in the whole numbers that Pillow's convert("L") reckons with. */
  private static int luma(int red, int green, int blue) {
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }

  private BufferedImage resized(BufferedImage image) {
    int[] pixels = pixels(image);
    BufferedImage plain =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    plain.setRGB(0, 0, image.getWidth(), image.getHeight(), pixels, 0, image.getWidth());
    Image scaled = plain.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING);
    BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    var graphics = result.createGraphics();
    graphics.drawImage(scaled, 0, 0, null);
    graphics.dispose();
    return result;
  }

  /** Red, green and blue of all pixels, row by row. */
  private static int[] pixels(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    boolean isGray = image.getColorModel().getColorSpace().getNumComponents() == 1;
    if (!isGray || image.getColorModel().getPixelSize() < 8) {
      return image.getRGB(0, 0, width, height, null, 0, width);
    }
    // getRGB would take gray for linear light and change the numbers.
    int shift = raster.getSampleModel().getSampleSize(0) - 8;
    int[] samples = raster.getPixels(0, 0, width, height, (int[]) null);
    int[] pixels = new int[width * height];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (samples[i * bands] >> shift & 0xff) * 0x010101;
    }
    return pixels;
  }

  private static BufferedImage read(Path file) throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = in == null ? null : ImageIO.getImageReaders(in);
      if (readers == null || !readers.hasNext()) {
        throw PenstockException.about(
            file, "expected an image (PNG, JPEG, GIF, BMP), found another file: take it out");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MAX_PIXELS) {
          throw PenstockException.about(
              file,
              "expected an image of at most %d pixels, found %d".formatted(MAX_PIXELS, pixels));
        }
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw PenstockException.about(
          file, "expected an image, found that it cannot be decoded: " + e.getMessage(), e);
    }
  }
}
