package io.penstock.cli.convert.image;

import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * GIF and BMP images, by the decoders of the JDK; of a GIF the first image.
 *
 * <p>Those fill up with zeros what a file does not have, and say nothing. So the file ends with an
 * exception for who reads beyond its end.
 */
public final class ImageReaders {
  /** Where a BMP with a long header says whose colours it has. */
  private static final int BMP_SPACE_AT = 70;

  private static final int BMP_HEADER_AT = 14;
  private static final int BMP_LONG_HEADER = 108;

  private ImageReaders() {}

  /** Settings of the JDK that hold for all its decoders. */
  static void prepare() {
    System.setProperty("java.awt.headless", "true");
    ImageIO.setUseCache(false); // It would write each image to a temporary file.
  }

  public static boolean isGif(byte[] file) {
    return starts(file, "GIF87a") || starts(file, "GIF89a");
  }

  public static boolean isBmp(byte[] file) {
    return starts(file, "BM") && file.length > 18 && intAt(file, BMP_HEADER_AT) < 256;
  }

  private static boolean starts(byte[] file, String text) {
    if (file.length < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (file[i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int intAt(byte[] file, int at) {
    return (file[at] & 0xff)
        | (file[at + 1] & 0xff) << 8
        | (file[at + 2] & 0xff) << 16
        | (file[at + 3] & 0xff) << 24;
  }

  public static Pixels decodeGif(byte[] file) throws ImageException {
    if (file.length < 10) {
      throw ImageException.cutShort("GIF", "its header");
    }
    int width = (file[6] & 0xff) | (file[7] & 0xff) << 8;
    int height = (file[8] & 0xff) | (file[9] & 0xff) << 8;
    Pixels pixels = decode(file, "GIF");
    if (pixels.width() != width || pixels.height() != height) {
      throw new ImageException(
          "expected a GIF whose first image covers all of it, found one of %dx%d in %dx%d: write"
                  .formatted(pixels.height(), pixels.width(), height, width)
              + " it as PNG");
    }
    return pixels;
  }

  public static Pixels decodeBmp(byte[] file) throws ImageException {
    byte[] plain = file;
    if (file.length > BMP_SPACE_AT + 4 && intAt(file, BMP_HEADER_AT) >= BMP_LONG_HEADER) {
      plain = file.clone();
      // In these colours, whatever profile it has: "sRGB", from its last byte on.
      System.arraycopy(new byte[] {'B', 'G', 'R', 's'}, 0, plain, BMP_SPACE_AT, 4);
    }
    return decode(plain, "BMP");
  }

  private static Pixels decode(byte[] file, String kind) throws ImageException {
    prepare();
    List<String> warnings = new ArrayList<>();
    BufferedImage image;
    ImageReader reader = ImageIO.getImageReadersByFormatName(kind).next();
    try {
      reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
      reader.setInput(new ImageBytes(file), true, true);
      Pixels.check(reader.getHeight(0), reader.getWidth(0));
      image = reader.read(0);
    } catch (EOFException e) {
      throw ImageException.cutShort(kind, "its end");
    } catch (IOException | RuntimeException e) {
      if (e.getCause() instanceof EOFException) {
        throw ImageException.cutShort(kind, "its end");
      }
      throw new ImageException(
          "expected a %s, found that it cannot be decoded: %s: write it as PNG"
              .formatted(kind, e.getMessage()),
          e);
    } finally {
      reader.dispose();
    }
    if (!warnings.isEmpty()) {
      throw ImageException.damaged(kind, warnings.getFirst());
    }
    return pixels(image);
  }

  private static Pixels pixels(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    if (image.getColorModel().getColorSpace().getNumComponents() == 1) {
      // getRGB would take gray for linear light and change the numbers.
      int[] gray = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
      char[] samples = new char[gray.length];
      for (int i = 0; i < gray.length; i++) {
        samples[i] = (char) gray[i];
      }
      return new Pixels(height, width, 1, false, samples);
    }
    int[] colours = image.getRGB(0, 0, width, height, null, 0, width);
    char[] samples = new char[3 * colours.length];
    for (int i = 0; i < colours.length; i++) {
      samples[3 * i] = (char) (colours[i] >> 16 & 0xff);
      samples[3 * i + 1] = (char) (colours[i] >> 8 & 0xff);
      samples[3 * i + 2] = (char) (colours[i] & 0xff);
    }
    return new Pixels(height, width, 3, false, samples);
  }

  /** A file in memory; reading behind its end is an exception. */
  private static final class ImageBytes extends ImageInputStreamImpl {
    private final byte[] file;

    ImageBytes(byte[] file) {
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      bitOffset = 0;
      if (streamPos >= file.length) {
        throw new EOFException("the file ends");
      }
      return file[(int) streamPos++] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      bitOffset = 0;
      // Some decoders do not look at how much they got.
      if (count > file.length - streamPos) {
        throw new EOFException("the file ends");
      }
      System.arraycopy(file, (int) streamPos, into, offset, count);
      streamPos += count;
      return count;
    }

    @Override
    public long length() {
      return file.length;
    }
  }
}
