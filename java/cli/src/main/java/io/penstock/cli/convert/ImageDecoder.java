package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.cli.convert.image.ImageException;
import io.penstock.cli.convert.image.ImageReaders;
import io.penstock.cli.convert.image.JpegFile;
import io.penstock.cli.convert.image.JpegImage;
import io.penstock.cli.convert.image.Pixels;
import io.penstock.cli.convert.image.PngImage;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.kind.FileKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Images as records: (height, width, 3) for red, green and blue, or (height, width) for gray.
 *
 * <p>Numbers are those of the files, as Pillow's convert("RGB") has them: profiles of colour, gamma
 * and EXIF change nothing, transparency is left out, and gray is the same in all channels. Samples
 * of 16 bits are uint16, all others uint8; both in one folder are an error unless bits may be lost.
 * An image that is not whole is an error, always.
 */
final class ImageDecoder implements FolderRecordSource.Decoder {
  private static final List<String> EXTENSIONS =
      List.of(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif");

  private static final ValueLayout.OfChar UINT16 = ValueLayout.JAVA_CHAR_UNALIGNED;
  private static final int START_BYTES = 32;

  private final String first;
  private final int height;
  private final int width;
  private final boolean isDeep;
  private final boolean isLossy;
  private final FolderOptions options;

  private ImageDecoder(String first, Pixels pixels, boolean isLossy, FolderOptions options) {
    this.first = first;
    this.height = options.resize() == null ? pixels.height() : options.resize().height();
    this.width = options.resize() == null ? pixels.width() : options.resize().width();
    this.isDeep = pixels.isDeep();
    this.isLossy = isLossy;
    this.options = options;
  }

  static boolean isNamed(String name) {
    return FolderRecordSource.hasExtension(name, EXTENSIONS);
  }

  /** Whether a file can be decoded, judging by its first bytes. */
  static boolean isImage(byte[] start) {
    return JpegFile.is(start)
        || PngImage.is(start)
        || ImageReaders.isGif(start)
        || ImageReaders.isBmp(start);
  }

  static byte[] start(Path file) {
    return FileBytes.start(file, START_BYTES);
  }

  /**
   * A decoder of images that are all like the first.
   *
   * @param first the image that sets size and bits of a sample
   * @param isLossy whether 16 bits become 8
   */
  static ImageDecoder of(Path first, FolderOptions options, boolean isLossy) {
    return of(first.toString(), FileBytes.all(first), options, isLossy);
  }

  /**
   * The same of bytes.
   *
   * @param first what the image is called, for messages
   * @param file its bytes
   */
  static ImageDecoder of(String first, byte[] file, FolderOptions options, boolean isLossy) {
    Pixels pixels = read(first, file);
    return new ImageDecoder(first, isLossy ? pixels.shallow() : pixels, isLossy, options);
  }

  @Override
  public ElementType elementType() {
    return ElementType.named(isDeep ? "uint16" : "uint8");
  }

  @Override
  public Shape recordShape() {
    return options.isGray() ? Shape.of(height, width) : Shape.of(height, width, 3);
  }

  @Override
  public void decode(Path file, MemorySegment into) {
    decode(file.toString(), FileBytes.all(file), into);
  }

  /** The same of bytes, which are called so. */
  void decode(String name, byte[] file, MemorySegment into) {
    Pixels pixels = read(name, file);
    pixels = isLossy ? pixels.shallow() : pixels;
    if (pixels.isDeep() != isDeep) {
      throw failure(
          ErrorKind.MISMATCH,
          name,
          "expected samples of %d bits as in %s, found %d: --lossy keeps the upper 8 of all"
              .formatted(isDeep ? 16 : 8, first, pixels.isDeep() ? 16 : 8));
    }
    if (options.resize() == null && (pixels.height() != height || pixels.width() != width)) {
      throw failure(
          ErrorKind.MISMATCH,
          name,
          "expected an image of %dx%d as %s, found %dx%d%s: give all one size with --resize"
              .formatted(
                  height, width, first, pixels.height(), pixels.width(), turned(file, pixels)));
    }
    pixels = pixels.resized(height, width);
    char[] samples = (options.isGray() ? pixels.gray() : pixels.colour()).samples();
    if (isDeep) {
      MemorySegment.copy(samples, 0, into, UINT16, 0, samples.length);
      return;
    }
    byte[] bytes = new byte[samples.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) samples[i];
    }
    MemorySegment.copy(bytes, 0, into, ValueLayout.JAVA_BYTE, 0, bytes.length);
  }

  /** Viewers turn such an image, so that the sizes look the same there. */
  private String turned(byte[] bytes, Pixels pixels) {
    try {
      boolean isTurned =
          pixels.height() == width
              && pixels.width() == height
              && JpegFile.is(bytes)
              && JpegFile.of(bytes).orientation() > 4;
      return isTurned ? " (as stored; its EXIF says that it is to be turned)" : "";
    } catch (ImageException _) {
      return "";
    }
  }

  private static PenstockException failure(ErrorKind kind, String name, String problem) {
    return new PenstockException(kind, name + ": " + problem);
  }

  private static Pixels read(String name, byte[] bytes) {
    try {
      if (JpegFile.is(bytes)) {
        return JpegImage.decode(JpegFile.of(bytes));
      }
      if (PngImage.is(bytes)) {
        return PngImage.decode(bytes);
      }
      if (ImageReaders.isGif(bytes)) {
        return ImageReaders.decodeGif(bytes);
      }
      if (ImageReaders.isBmp(bytes)) {
        return ImageReaders.decodeBmp(bytes);
      }
    } catch (ImageException e) {
      throw new PenstockException(ErrorKind.WRONG_FORMAT, name + ": " + e.getMessage(), e);
    }
    byte[] start = Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.START_BYTES));
    throw failure(
        ErrorKind.WRONG_FORMAT,
        name,
        FileKind.of(start, bytes.length)
            .map(
                kind ->
                    "expected an image (PNG, JPEG, GIF, BMP), found %s: %s, or leave it out with"
                            .formatted(kind.name(), kind.remedy())
                        + " --pattern")
            .orElse(
                "expected an image (PNG, JPEG, GIF, BMP), found that it begins with other bytes:"
                    + " copy or make it again, or leave it out with --pattern"));
  }
}
