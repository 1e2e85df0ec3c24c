package io.penstock.images;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.images.ImagePreparer;
import io.penstock.internal.images.ImageRecipe;
import io.penstock.internal.images.ImageRequest;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.transform.RecordContext;
import io.penstock.transform.RecordRandom;
import io.penstock.transform.Transform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How image files become pixels of one size: a part of each is decoded, resized, mirrored, changed
 * in colour and normalized, in one call of native code, and without an image in between where none
 * is needed. Begins with {@link ImageDecoding#resize}, {@link ImageDecoding#centerCrop} or {@link
 * ImageDecoding#randomResizedCrop}.
 *
 * {@snippet lang="java" :
 * Transform train =
 *     Images.decode("jpg")
 *         .to("pixels")
 *         .randomResizedCrop(224, 224)
 *         .randomFlip()
 *         .normalize(new double[] {0.485, 0.456, 0.406}, new double[] {0.229, 0.224, 0.225})
 *         .transform(); // float32 (3, 224, 224)
 * }
 *
 * <p>Resizing is Pillow's antialiased filter, and changes of colour are Pillow's and torchvision's,
 * to the bit. Random numbers depend on seed, epoch and position of a record and on nothing else:
 * AUGMENT.md, beside this class, specifies them.
 *
 * <p>Without {@link #normalize} the column is uint8 (height, width, channels), with it float32
 * (channels, height, width). Of images with {@linkplain ImageDecoding#bits16 16 bits} a channel it
 * is uint16, or float32 of values from 0 to 65535.
 *
 * <p>Immutable: each method returns another object. Any thread may use it.
 */
public final class ImagePipeline {
  /** A step that needs random numbers. */
  private interface Draw {
    void draw(RecordRandom random, Augmentation result);
  }

  /** What a decoding says about files and failures. */
  record Files(
      String files,
      String column,
      long scratchBytes,
      @Nullable Consumer<String> listener,
      ImageRequest request) {}

  private final Files files;
  private final ImageGeometry geometry;
  private final List<Draw> draws;
  private final ImageRecipe recipe;
  private final boolean hasJitter;

  ImagePipeline(Files files, ImageGeometry geometry) {
    this(files, geometry, List.of(), new ImageRecipe(), false);
    if (files.request.eighths() != 8) {
      throw new IllegalArgumentException(
          "images that are resized or cut must be decoded at 8 eighths, were at %d: see scaledDecode"
              .formatted(files.request.eighths()));
    }
  }

  private ImagePipeline(
      Files files,
      ImageGeometry geometry,
      List<Draw> draws,
      ImageRecipe recipe,
      boolean hasJitter) {
    this.files = files;
    this.geometry = geometry;
    this.draws = List.copyOf(draws);
    this.recipe = recipe;
    this.hasJitter = hasJitter;
  }

  private ImagePipeline with(ImageRecipe changed) {
    return new ImagePipeline(files, geometry, draws, changed, hasJitter);
  }

  private ImagePipeline and(Draw draw, boolean isJitter) {
    List<Draw> more = new ArrayList<>(draws);
    more.add(draw);
    return new ImagePipeline(files, geometry, more, recipe, hasJitter || isJitter);
  }

  /**
   * Exchanges left and right of every second image, drawn for each record and epoch.
   *
   * @return another pipeline
   */
  public ImagePipeline randomFlip() {
    return randomFlip(0.5);
  }

  /**
   * Exchanges left and right of some images, drawn for each record and epoch.
   *
   * @param probability that it is done, 0 to 1
   * @return another pipeline
   */
  public ImagePipeline randomFlip(double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability must be 0 to 1, was " + probability);
    }
    return and((random, result) -> result.isMirrored ^= random.nextDouble() < probability, false);
  }

  /**
   * Changes brightness, contrast, saturation and hue, in random order and by random factors, as
   * torchvision's {@code ColorJitter} does.
   *
   * @param brightness how far from 1 its factor lies at most, from 0
   * @param contrast the same
   * @param saturation the same
   * @param hue how far hues turn at most, in circles, 0 to 0.5
   * @return another pipeline
   */
  public ImagePipeline colourJitter(
      double brightness, double contrast, double saturation, double hue) {
    if (hasJitter) {
      throw new IllegalArgumentException("colourJitter can be used once, was used twice");
    }
    if (files.request.bits() != Byte.SIZE) {
      throw new IllegalArgumentException("colourJitter needs 8 bits a channel, had 16");
    }
    if (files.request.channels() == 4) {
      throw new IllegalArgumentException("colourJitter needs gray or RGB, had RGB and alpha");
    }
    return and(new ColorJitterDraw(brightness, contrast, saturation, hue)::draw, true);
  }

  /**
   * Resizes with the bicubic filter; unless this is called, with the bilinear one.
   *
   * @return another pipeline
   */
  public ImagePipeline bicubic() {
    return with(recipe.withBicubic());
  }

  /**
   * Decodes JPEG files at a half, a quarter or an eighth of their size where that is still at least
   * what they are resized to: several times as fast for large photos. The pixels differ a little
   * from those of a full decode, as those of Pillow's {@code draft} do.
   *
   * @return another pipeline
   */
  public ImagePipeline scaledDecode() {
    return with(recipe.withScaledDecode());
  }

  /**
   * Turns bytes into float32 in planes, (channels, height, width): {@code (value / 255 - mean) /
   * deviation}, of 16 bits with 65535 in place of 255.
   *
   * @param mean of each channel
   * @param deviation of each channel, above 0
   * @return another pipeline
   */
  public ImagePipeline normalize(double[] mean, double[] deviation) {
    return with(
        recipe.normalized(mean, deviation, files.request.channels(), files.request.bits(), false));
  }

  /**
   * Does the same, to float16: rounded from the float32.
   *
   * @param mean of each channel
   * @param deviation of each channel, above 0
   * @return another pipeline
   */
  public ImagePipeline normalizeToFloat16(double[] mean, double[] deviation) {
    return with(
        recipe.normalized(mean, deviation, files.request.channels(), files.request.bits(), true));
  }

  /**
   * The transform.
   *
   * @return a transform from the column of files
   */
  public Transform transform() {
    return Transform.adaptive(
        "decodeImages", List.of(files.files), inputs -> bind(inputs.getFirst()));
  }

  private OutputColumn output() {
    int channels = files.request.channels();
    return switch (recipe.form()) {
      case BYTES ->
          OutputColumn.of(
              files.column,
              files.request.bits() == Byte.SIZE ? ElementType.UINT8 : ElementType.UINT16,
              geometry.height(),
              geometry.width(),
              channels);
      case FLOATS ->
          OutputColumn.of(
              files.column, ElementType.FLOAT32, channels, geometry.height(), geometry.width());
      case HALVES ->
          OutputColumn.of(
              files.column, ElementType.FLOAT16, channels, geometry.height(), geometry.width());
    };
  }

  private Transform.Bound bind(OutputColumn column) {
    ImageDecoding.requireFiles(column);
    ImagesLibrary.load();
    ThreadLocal<Worker> workers = ThreadLocal.withInitial(Worker::new);
    return new Transform.OfRecords(List.of(output()), record -> workers.get().run(record));
  }

  /** What one thread needs. */
  private final class Worker {
    private final ImagePreparer preparer =
        new ImagePreparer(files.request, recipe, files.scratchBytes);
    private final Augmentation result = new Augmentation();
    private final long outputBytes = output().recordBytes();

    void run(RecordContext record) {
      Consumer<String> listener = files.listener;
      long file = record.inputAddress(0);
      long fileBytes = record.inputLength(0);
      try {
        preparer.readHeader(file, fileBytes);
        result.reset(preparer.wholeWidth(), preparer.wholeHeight());
        draw(record.random());
        preparer.apply(file, fileBytes, record.outputAddress(0), outputBytes);
      } catch (PenstockException e) {
        if (listener == null || e.kind() != ErrorKind.DAMAGED_RECORD) {
          throw e;
        }
        record.outputRecord(0).fill((byte) 0);
        listener.accept(record.origin(0) + ": " + e.getMessage());
      }
    }

    private void draw(RecordRandom random) {
      RandomCropDraw crop = geometry.crop();
      if (crop != null) {
        crop.draw(random, result);
      } else if (geometry.kind() == ImageGeometry.Kind.MIDDLE) {
        geometry.takeMiddle(result);
      }
      for (int i = 0; i < draws.size(); i++) {
        draws.get(i).draw(random, result);
      }
      int fullWidth = geometry.fullWidth(result);
      int fullHeight = geometry.fullHeight(result);
      preparer.take(
          result.left,
          result.top,
          result.width,
          result.height,
          recipe.eighths(result.width, result.height, fullWidth, fullHeight, preparer.isJpeg()));
      preparer.resize(
          fullWidth,
          fullHeight,
          ImageGeometry.middle(fullWidth, geometry.width()),
          ImageGeometry.middle(fullHeight, geometry.height()),
          geometry.width(),
          geometry.height());
      preparer.change(
          result.isMirrored,
          result.steps,
          result.brightness,
          result.contrast,
          result.saturation,
          result.hue);
    }
  }
}
