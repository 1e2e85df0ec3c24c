package io.penstock.transform;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Ready-made transforms. Each reads a column and writes it under the same name; if a transform does
 * not fit its column, building the loader fails. Images are records of three axes in a {@link
 * Layout}, or of two axes, which are images of one channel.
 *
 * <p>{@link #cast}, {@link #byteSwap} and {@link #drop} take variable columns too; all others need
 * records of one size.
 */
public final class Transforms {
  private Transforms() {}

  /**
   * Removes columns from what is delivered.
   *
   * @param columns their names
   * @return the transform
   */
  public static Transform drop(String... columns) {
    Transform.OfRecords nothing = new Transform.OfRecords(List.of(), record -> {});
    return new Transform("drop", List.of(), List.of(columns), _ -> nothing);
  }

  /**
   * Casts numbers as NumPy's {@code astype} does. Floats that an integer type cannot hold become
   * its nearest value, and NaN becomes 0.
   *
   * @param column booleans, integers, or floats of 16, 32 or 64 bits; may be variable
   * @param type the type to cast to, one of these, in the byte order of this machine
   * @return the transform
   */
  public static Transform cast(String column, ElementType type) {
    Conversion conversion = new Conversion(type);
    return ofAny("cast", column, conversion::bind);
  }

  /**
   * Turns images into float32: {@code (value * scale - mean) / deviation}, with a mean and a
   * deviation for each channel, and changes the order of the axes in the same pass if asked to.
   * With a scale of 1/255 this is what PyTorch's {@code ToTensor} and {@code Normalize} do.
   * Computed in float32 as {@code value * (scale / deviation) - mean / deviation}, the two
   * constants rounded once from double.
   *
   * @param column images of uint8 or float32
   * @param from how they are stored
   * @param to how they are delivered, with three axes
   * @param scale of the values
   * @param mean of each channel, of scaled values
   * @param deviation of each channel, of scaled values; above 0
   * @return the transform
   */
  public static Transform normalize(
      String column, Layout from, Layout to, double scale, double[] mean, double[] deviation) {
    Normalization normalization =
        new Normalization(
            Objects.requireNonNull(from, "from"),
            Objects.requireNonNull(to, "to"),
            scale,
            mean,
            deviation);
    return of("normalize", column, normalization::bind);
  }

  /**
   * Changes the order of the axes of images: channels side by side, or in separate planes.
   *
   * @param column images of any type
   * @param from how they are stored
   * @param to how they are delivered, with three axes
   * @return the transform
   */
  public static Transform transpose(String column, Layout from, Layout to) {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    return of("transpose", column, input -> Moves.transpose(input, from, to));
  }

  /**
   * Cuts a part out of each image, at a random place for each record and epoch.
   *
   * @param column images of any type
   * @param layout how they are stored
   * @param height of the part, at most that of the images
   * @param width of the part, at most that of the images
   * @return the transform
   */
  public static Transform randomCrop(String column, Layout layout, int height, int width) {
    Objects.requireNonNull(layout, "layout");
    return of("randomCrop", column, input -> Moves.crop(input, layout, height, width, true));
  }

  /**
   * Cuts the middle out of each image.
   *
   * @param column images of any type
   * @param layout how they are stored
   * @param height of the part, at most that of the images
   * @param width of the part, at most that of the images
   * @return the transform
   */
  public static Transform centerCrop(String column, Layout layout, int height, int width) {
    Objects.requireNonNull(layout, "layout");
    return of("centerCrop", column, input -> Moves.crop(input, layout, height, width, false));
  }

  /**
   * Mirrors some images left to right, drawn at random for each record and epoch.
   *
   * @param column images of any type
   * @param layout how they are stored
   * @param probability that an image is mirrored, 0 to 1
   * @return the transform
   */
  public static Transform randomFlip(String column, Layout layout, double probability) {
    Objects.requireNonNull(layout, "layout");
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability must be 0 to 1, was " + probability);
    }
    return of("randomFlip", column, input -> Moves.flip(input, layout, probability));
  }

  /**
   * Puts a frame of zeros around each image.
   *
   * @param column images of any type
   * @param layout how they are stored
   * @param pixels width of the frame, at least 0
   * @return the transform
   */
  public static Transform pad(String column, Layout layout, int pixels) {
    Objects.requireNonNull(layout, "layout");
    if (pixels < 0) {
      throw new IllegalArgumentException("pixels must be at least 0, was " + pixels);
    }
    return of("pad", column, input -> Moves.pad(input, layout, pixels));
  }

  /**
   * Turns class numbers into rows of float32: 1 at the number, 0 elsewhere. A number that is not a
   * class fails its batch.
   *
   * @param column integers; the classes become a last axis
   * @param classes how many there are, at least 1
   * @return the transform
   */
  public static Transform oneHot(String column, int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("classes must be at least 1, was " + classes);
    }
    return of("oneHot", column, input -> Numbers.oneHot(input, classes));
  }

  /**
   * Reverses the bytes of numbers, for a consumer that wants the other byte order. To read numbers
   * in the other order use {@link io.penstock.LoaderBuilder#nativeOrder}.
   *
   * @param column numbers of more than a byte; may be variable
   * @return the transform
   */
  public static Transform byteSwap(String column) {
    return ofAny("byteSwap", column, Numbers::byteSwap);
  }

  /**
   * Mixes each record with another one of its batch, with the same weight in all of these columns:
   * {@code weight * own + (1 - weight) * other}, where the weight is drawn from Beta(alpha, alpha)
   * and the other record from the batch, for each record and epoch. So the result depends on which
   * records share a batch, that is, on the batch size and the number of ranks, but on nothing else.
   *
   * @param alpha 0.05 to 4; small ones leave most records nearly as they are
   * @param columns of float32, such as inputs and one-hot targets
   * @return the transform
   */
  public static Transform mixup(double alpha, String... columns) {
    Mixing mixing = new Mixing(alpha);
    return new Transform("mixup", Arrays.asList(columns), List.of(), mixing::bind);
  }

  private static Transform of(
      String name, String column, Function<OutputColumn, Transform.Bound> bind) {
    return ofAny(name, column, input -> bind.apply(requireFixed(input)));
  }

  /** Of a column that may be variable. */
  private static Transform ofAny(
      String name, String column, Function<OutputColumn, Transform.Bound> bind) {
    return Transform.adaptive(name, List.of(column), columns -> bind.apply(columns.getFirst()));
  }

  static OutputColumn requireFixed(OutputColumn column) {
    if (column.isVariable()) {
      throw new IllegalArgumentException(
          "column '%s' must have records of one size, is variable: bring them to one size before, with a transform of your own"
              .formatted(column.name()));
    }
    return column;
  }
}
