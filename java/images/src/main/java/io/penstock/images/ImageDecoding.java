package io.penstock.images;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.images.ImageRequest;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.internal.images.PixelDecoder;
import io.penstock.transform.RecordContext;
import io.penstock.transform.Transform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How image files become pixels: rows from the top, each from the left, channels side by side.
 *
 * <p>JPEG files may be gray, YCbCr, RGB, CMYK or YCCK, progressive or not; the pixels are
 * libjpeg-turbo's, which are those of Python's PIL. CMYK becomes RGB as PIL converts it. PNG files
 * may be of any kind. Of other formats the transform says which one it found. ICC profiles and
 * gamma are ignored.
 *
 * <p>A file that is damaged or cut short, of another format or another size than was said, is a bad
 * record; it is never half a picture. The loader's {@link io.penstock.options.BadRecordPolicy} says
 * what becomes of it: its batch fails, and the message names record and file, or it is skipped or
 * replaced. {@link #blankIfDamaged} goes on with a blank picture instead.
 *
 * <p>Immutable: each method returns another object. Any thread may use it.
 */
public final class ImageDecoding {
  /** PIL warns of more. */
  private static final long MAX_PIXELS = 89_478_485;

  private static final long SCRATCH_BYTES = 512L << 20;

  private final String files;
  private final DecodingTarget target;
  private final ImageRequest request;

  ImageDecoding(String files) {
    this(
        files,
        DecodingTarget.of(files, SCRATCH_BYTES),
        new ImageRequest(3, 8, 8, false, -1, MAX_PIXELS));
  }

  private ImageDecoding(String files, DecodingTarget target, ImageRequest request) {
    this.files = files;
    this.target = target;
    this.request = request;
  }

  private ImageDecoding with(ImageRequest changed) {
    return new ImageDecoding(files, target, changed);
  }

  private ImageDecoding with(DecodingTarget changed) {
    return new ImageDecoding(files, changed, request);
  }

  /**
   * Names the column of pixels. Unless this is called they replace the files.
   *
   * @param column its name
   * @return another decoding
   */
  public ImageDecoding to(String column) {
    return with(target.to(Objects.requireNonNull(column, "column")));
  }

  /**
   * Says that all pictures have one size: the column has the shape (height, width, channels). A
   * picture of another size fails its batch.
   *
   * @param height rows
   * @param width columns
   * @return another decoding
   */
  public ImageDecoding size(int height, int width) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "height and width must be at least 1, were %d and %d".formatted(height, width));
    }
    return with(target.size(height, width));
  }

  /**
   * Says that pictures differ in size: the column is variable, with a value of (channels) for each
   * pixel. A second one, NAME.size, has their heights and widths: int32 (2).
   *
   * @param pixels how many a picture has at most; a batch gets room for that many of each record
   * @return another decoding
   */
  public ImageDecoding upTo(long pixels) {
    if (pixels < 1) {
      throw new IllegalArgumentException("pixels must be at least 1, were " + pixels);
    }
    return with(target.upTo(pixels));
  }

  /**
   * Decodes to gray: of JPEG files with YCbCr, Y; of all others what PIL makes of RGB.
   *
   * @return another decoding
   */
  public ImageDecoding gray() {
    return with(request.withChannels(1));
  }

  /**
   * Decodes to red, green and blue. The default.
   *
   * @return another decoding
   */
  public ImageDecoding rgb() {
    return with(request.withChannels(3));
  }

  /**
   * Decodes to red, green, blue and alpha.
   *
   * @return another decoding
   */
  public ImageDecoding rgba() {
    return with(request.withChannels(4));
  }

  /**
   * Decodes PNG files of 16 bits a channel, to uint16. Without it they fail, and with it all others
   * do: bits are neither cut nor made up.
   *
   * @return another decoding
   */
  public ImageDecoding bits16() {
    return with(request.withBits(16));
  }

  /**
   * Decodes JPEG files to a part of their size, which is quicker. PNG files fail then.
   *
   * @param eighths 1, 2, 4 or 8 eighths of width and height, rounded up
   * @return another decoding
   */
  public ImageDecoding eighths(int eighths) {
    if (eighths < 1 || eighths > 8 || Integer.bitCount(eighths) != 1) {
      throw new IllegalArgumentException("eighths must be 1, 2, 4 or 8, were " + eighths);
    }
    return with(request.withEighths(eighths));
  }

  /**
   * Turns and mirrors pictures as their EXIF orientation says. Unless this is called they are as
   * they lie in the files, as PIL opens them.
   *
   * @return another decoding
   */
  public ImageDecoding upright() {
    return with(request.upright());
  }

  /**
   * Lays transparent pixels on a colour. Unless this is called alpha is dropped, as PIL does, and
   * the colours below transparent pixels come to light.
   *
   * @param rgb the colour, as 0xRRGGBB
   * @return another decoding
   */
  public ImageDecoding onColour(int rgb) {
    if (rgb < 0 || rgb > 0xffffff) {
      throw new IllegalArgumentException("rgb must be 0x000000 to 0xffffff, was " + rgb);
    }
    return with(request.withBackground(rgb));
  }

  /**
   * Sets how many pixels a picture may have in its file: small files can claim to be giant. 89
   * million unless set, as in PIL.
   *
   * @param pixels at least 1
   * @return another decoding
   */
  public ImageDecoding maxPixels(long pixels) {
    if (pixels < 1) {
      throw new IllegalArgumentException("pixels must be at least 1, were " + pixels);
    }
    return with(request.withMostPixels(pixels));
  }

  /**
   * Sets how much native memory a thread may take for a picture besides its pixels. 512 MiB unless
   * set; most pictures need less than 1 MiB, progressive and interlaced ones several times their
   * pixels.
   *
   * @param bytes at least 1 MiB
   * @return another decoding
   */
  public ImageDecoding scratchBytes(long bytes) {
    if (bytes < 1 << 20) {
      throw new IllegalArgumentException("scratch must be at least 1 MiB, was " + bytes);
    }
    return with(target.scratch(bytes));
  }

  /**
   * Decodes what lies below a crop too, so that damage there is found. Unless this is called,
   * decoding stops with the last row that is needed, and a file that is damaged below it is found
   * only by crops that reach so far; that a file is cut short is always found.
   *
   * @return another decoding
   */
  public ImageDecoding checkAll() {
    return with(request.checkingAll());
  }

  /**
   * Goes on when a file is damaged or cannot be decoded: a picture of one {@link #size} is all
   * zeros then, one of {@link #upTo} has no pixels and the size 0, 0.
   *
   * @param listener is told which record it was and why, on a thread of the loader
   * @return another decoding
   */
  public ImageDecoding blankIfDamaged(Consumer<String> listener) {
    return with(target.blankIfDamaged(Objects.requireNonNull(listener, "listener")));
  }

  /**
   * Resizes pictures to one size, whatever their shapes.
   *
   * @param height rows
   * @param width columns
   * @return what else is to be done
   */
  public ImagePipeline resize(int height, int width) {
    return prepare(new ImageGeometry(ImageGeometry.Kind.WHOLE, height, width, 0, null));
  }

  /**
   * Resizes pictures until their shorter side has a size, and cuts out the middle: the usual way to
   * validate, as {@code resizeAndCenterCrop(256, 224, 224)}.
   *
   * @param shorterSide in pixels, at least height and width
   * @param height rows that are cut out
   * @param width columns
   * @return what else is to be done
   */
  public ImagePipeline resizeAndCenterCrop(int shorterSide, int height, int width) {
    return prepare(new ImageGeometry(ImageGeometry.Kind.SHORTER, height, width, shorterSide, null));
  }

  /**
   * Cuts the middle out of pictures, without resizing. A smaller picture fails its batch.
   *
   * @param height rows
   * @param width columns
   * @return what else is to be done
   */
  public ImagePipeline centerCrop(int height, int width) {
    return prepare(new ImageGeometry(ImageGeometry.Kind.MIDDLE, height, width, 0, null));
  }

  /**
   * Resizes a random part of each picture: 8 to 100 % of its area, 3/4 to 4/3 times as wide as it
   * is high. Another part for each record and epoch.
   *
   * @param height rows that the part is resized to
   * @param width columns
   * @return what else is to be done
   */
  public ImagePipeline randomResizedCrop(int height, int width) {
    return randomResizedCrop(height, width, 0.08, 1, 3.0 / 4, 4.0 / 3);
  }

  /**
   * Resizes a random part of each picture, as torchvision's {@code RandomResizedCrop} does.
   *
   * @param height rows that the part is resized to
   * @param width columns
   * @param minScale least share of the picture's area, above 0
   * @param maxScale largest share, up to 1
   * @param minRatio least width divided by height
   * @param maxRatio largest width divided by height
   * @return what else is to be done
   */
  public ImagePipeline randomResizedCrop(
      int height, int width, double minScale, double maxScale, double minRatio, double maxRatio) {
    RandomCropDraw crop = new RandomCropDraw(minScale, maxScale, minRatio, maxRatio);
    return prepare(new ImageGeometry(ImageGeometry.Kind.RANDOM, height, width, 0, crop));
  }

  private ImagePipeline prepare(ImageGeometry geometry) {
    return new ImagePipeline(
        new ImagePipeline.Files(
            files, target.column(), target.scratchBytes(), target.listener(), request),
        geometry);
  }

  /**
   * The transform.
   *
   * @return a transform from the column of files
   * @throws IllegalArgumentException if neither {@link #size} nor {@link #upTo} was said
   */
  public Transform transform() {
    if (target.height() == 0 && target.mostPixels() == 0) {
      throw new IllegalArgumentException(
          "decoding '%s' needs size(height, width) or upTo(pixels)".formatted(files));
    }
    return Transform.adaptive("decodeImages", List.of(files), inputs -> bind(inputs.getFirst()));
  }

  private Transform.Bound bind(OutputColumn column) {
    requireFiles(column);
    ImagesLibrary.load();
    ElementType type = request.bits() == 8 ? ElementType.UINT8 : ElementType.UINT16;
    int channels = request.channels();
    ThreadLocal<PixelDecoder> decoders =
        ThreadLocal.withInitial(() -> new PixelDecoder(request, target.scratchBytes()));
    if (target.height() > 0) {
      OutputColumn output =
          OutputColumn.of(target.column(), type, target.height(), target.width(), channels);
      return new Transform.OfRecords(
          List.of(output), record -> decodeFixed(decoders.get(), output.recordBytes(), record));
    }
    OutputColumn output =
        OutputColumn.variable(target.column(), type, Shape.of(channels), target.mostPixels());
    return new Transform.OfRecords(
        List.of(output, OutputColumn.of(target.column() + ".size", ElementType.INT32, 2)),
        record -> decodeVariable(decoders.get(), output.valueBytes(), record));
  }

  static void requireFiles(OutputColumn column) {
    if (!column.isVariable()
        || !column.elementType().equals(ElementType.UINT8)
        || column.elementCount() != 1) {
      throw new IllegalArgumentException(
          "column '%s' must be variable and of uint8, as files are, is %s"
              .formatted(column.name(), column));
    }
  }

  private void decodeFixed(PixelDecoder decoder, long outputBytes, RecordContext record) {
    if (!decode(decoder, record, outputBytes)) {
      record.outputRecord(0).fill((byte) 0);
    }
  }

  /** Whether there is a picture. */
  private boolean decode(PixelDecoder decoder, RecordContext record, long outputBytes) {
    try {
      decoder.decode(
          record.inputAddress(0), record.inputLength(0), record.outputAddress(0), outputBytes);
      if (target.height() > 0
          && (decoder.height() != target.height() || decoder.width() != target.width())) {
        throw new PenstockException(
            ErrorKind.DAMAGED_RECORD,
            "expected an image of %d x %d pixels, found %d x %d: use upTo, or resize the files"
                .formatted(target.width(), target.height(), decoder.width(), decoder.height()));
      }
      return true;
    } catch (PenstockException e) {
      if (target.listener() == null || e.kind() != ErrorKind.DAMAGED_RECORD) {
        throw e;
      }
      target.listener().accept(record.origin(0) + ": " + e.getMessage());
      return false;
    }
  }

  private void decodeVariable(PixelDecoder decoder, long pixelBytes, RecordContext record) {
    boolean isThere = decode(decoder, record, record.outputRoom(0) * pixelBytes);
    int height = isThere ? decoder.height() : 0;
    int width = isThere ? decoder.width() : 0;
    record.setOutputLength(0, (long) height * width);
    MemorySegment sizes = record.output(1);
    long at = record.outputOffset(1);
    sizes.set(ValueLayout.JAVA_INT, at, height);
    sizes.set(ValueLayout.JAVA_INT, at + Integer.BYTES, width);
  }
}
