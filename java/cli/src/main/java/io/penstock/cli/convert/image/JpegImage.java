package io.penstock.cli.convert.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG images to the last bit as Pillow's convert("RGB") has them; profiles of colour and EXIF do
 * not matter.
 *
 * <p>By the decoder of penstock-images where that is there. Otherwise the JDK's decoder, which is
 * libjpeg, makes components of them, and colours are reckoned here: the JDK would apply profiles,
 * guess, or refuse. What libjpeg warns of is an error: it goes on with gray where pixels are
 * missing, and with noise where they are damaged.
 */
public final class JpegImage {
  /** What is left in the file when all pixels are there. */
  private static final Pattern LEFT =
      Pattern.compile("Corrupt JPEG data: ([0-9]{1,9}) extraneous bytes before marker 0xd9");

  private static final String NOT_SEQUENTIAL = "Invalid SOS parameters for sequential JPEG";

  static {
    ImageReaders.prepare();
  }

  private JpegImage() {}

  public static Pixels decode(JpegFile file) throws ImageException {
    Optional<Pixels> provided = ProvidedImages.decode(file.bytes());
    return provided.isPresent() ? provided.get() : decodeHere(file);
  }

  private static Pixels decodeHere(JpegFile file) throws ImageException {
    file.checkCoding();
    byte[] plain = file.plain();
    List<String> warnings = new ArrayList<>();
    Raster raster;
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try {
      reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
      reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(plain)), true, true);
      raster = reader.readRaster(0, null);
    } catch (IOException | RuntimeException e) {
      throw new ImageException(
          "expected a whole JPEG, found it damaged: %s: copy or make it again"
              .formatted(e.getMessage()),
          e);
    } finally {
      reader.dispose();
    }
    for (String warning : warnings) {
      if (!isHarmless(warning, plain)) {
        throw ImageException.damaged(JpegFile.KIND, warning);
      }
    }
    int bands = raster.getNumBands();
    boolean isSame =
        raster.getHeight() == file.height()
            && raster.getWidth() == file.width()
            && bands == file.components();
    if (!isSame) {
      throw ImageException.damaged(JpegFile.KIND, "its headers differ");
    }
    byte[] samples = (byte[]) raster.getDataElements(0, 0, file.width(), file.height(), null);
    return pixels(file, samples);
  }

  /** Writers may fill up the end of the pixels, always with the same byte; noise is damage. */
  private static boolean isHarmless(String warning, byte[] plain) {
    Matcher left = LEFT.matcher(warning);
    if (!left.matches()) {
      return warning.equals(NOT_SEQUENTIAL);
    }
    int end = plain.length - 2;
    int start = end - Integer.parseInt(left.group(1));
    for (int i = start; i < end; i++) {
      if (i < 0 || plain[i] != plain[end - 1]) {
        return false;
      }
    }
    return true;
  }

  private static Pixels pixels(JpegFile file, byte[] samples) {
    int components = file.components();
    int count = file.height() * file.width();
    if (components == 1) {
      char[] gray = new char[count];
      for (int i = 0; i < count; i++) {
        gray[i] = (char) (samples[i] & 0xff);
      }
      return new Pixels(file.height(), file.width(), 1, false, gray);
    }
    char[] colours = new char[3 * count];
    int[] colour = new int[3];
    boolean isLuma = file.isLuma();
    for (int i = 0; i < count; i++) {
      int from = i * components;
      for (int c = 0; c < 3; c++) {
        colour[c] = samples[from + c] & 0xff;
      }
      if (isLuma) {
        fromLuma(colour);
      }
      if (components == 4) {
        fromInk(colour, isLuma, samples[from + 3] & 0xff);
      }
      for (int c = 0; c < 3; c++) {
        colours[3 * i + c] = (char) colour[c];
      }
    }
    return new Pixels(file.height(), file.width(), 3, false, colours);
  }

  /** Luma and differences to red, green and blue, in libjpeg's whole numbers. */
  private static void fromLuma(int[] colour) {
    int y = colour[0];
    int blue = colour[1] - 128;
    int red = colour[2] - 128;
    colour[0] = clamp(y + ((91881 * red + 32768) >> 16));
    colour[1] = clamp(y + ((-22554 * blue - 46802 * red + 32768) >> 16));
    colour[2] = clamp(y + ((116130 * blue + 32768) >> 16));
  }

  /**
   * Cyan, magenta, yellow and black, as Adobe stores them: 255 is no ink. Where they were stored as
   * luma, what {@link #fromLuma} makes of them is the ink, with 255 for all of it.
   */
  private static void fromInk(int[] colour, boolean isInk, int light) {
    for (int c = 0; c < 3; c++) {
      int ink = isInk ? colour[c] : 255 - colour[c];
      int product = ink * light + 128;
      colour[c] = clamp(light - (((product >> 8) + product) >> 8));
    }
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
