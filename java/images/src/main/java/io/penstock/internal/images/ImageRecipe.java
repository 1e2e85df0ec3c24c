package io.penstock.internal.images;

import io.penstock.internal.images.generated.PenstockImages;
import io.penstock.internal.images.generated.penstock_images_transform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What is the same for all images of a pipeline: filter, form and normalization. Immutable. */
public final class ImageRecipe {
  /** What the values of an image become. */
  public enum PixelForm {
    /** uint8, channels side by side. */
    BYTES,
    /** float32, in planes. */
    FLOATS,
    /** float16, in planes. */
    HALVES
  }

  private static final int EIGHTHS = 8;

  private final boolean isBicubic;
  private final boolean isScaled;
  private final PixelForm form;
  private final float[] factors;
  private final float[] offsets;

  /** Bilinear, bytes, and JPEG files decoded at their size. */
  public ImageRecipe() {
    this(false, false, PixelForm.BYTES, new float[0], new float[0]);
  }

  private ImageRecipe(
      boolean isBicubic, boolean isScaled, PixelForm form, float[] factors, float[] offsets) {
    this.isBicubic = isBicubic;
    this.isScaled = isScaled;
    this.form = form;
    this.factors = factors;
    this.offsets = offsets;
  }

  /**
   * The same with the bicubic filter.
   *
   * @return another recipe
   */
  public ImageRecipe withBicubic() {
    return new ImageRecipe(true, isScaled, form, factors, offsets);
  }

  /**
   * The same, with JPEG files decoded at a part of their size where that is enough.
   *
   * @return another recipe
   */
  public ImageRecipe withScaledDecode() {
    return new ImageRecipe(isBicubic, true, form, factors, offsets);
  }

  /**
   * The same, to floats.
   *
   * @param mean of each channel, of values of 0 to 1
   * @param deviation of each channel, above 0
   * @param channels how many there are
   * @param bits of a channel, 8 or 16
   * @param toHalves whether to float16
   * @return another recipe
   */
  public ImageRecipe normalized(
      double[] mean, double[] deviation, int channels, int bits, boolean toHalves) {
    if (mean.length != channels || deviation.length != channels) {
      throw new IllegalArgumentException(
          "mean and deviation must have one number for each of %d channels, had %d and %d"
              .formatted(channels, mean.length, deviation.length));
    }
    int most = (1 << bits) - 1;
    float[] factor = new float[channels];
    float[] offset = new float[channels];
    for (int c = 0; c < channels; c++) {
      if (!(deviation[c] > 0)) {
        throw new IllegalArgumentException("deviation must be positive, was " + deviation[c]);
      }
      factor[c] = (float) (1.0 / most / deviation[c]);
      offset[c] = (float) (-mean[c] / deviation[c]);
    }
    return new ImageRecipe(
        isBicubic, isScaled, toHalves ? PixelForm.HALVES : PixelForm.FLOATS, factor, offset);
  }

  /**
   * What values become.
   *
   * @return the form
   */
  public PixelForm form() {
    return form;
  }

  /**
   * At how many eighths of its size an image is to be decoded, so that no part is enlarged that
   * would be reduced otherwise.
   *
   * @param width of the part that is resized
   * @param height of the part
   * @param fullWidth what the part is resized to
   * @param fullHeight the same
   * @param isJpeg whether the decoder can do it
   * @return 1, 2, 4 or 8
   */
  public int eighths(int width, int height, int fullWidth, int fullHeight, boolean isJpeg) {
    int eighths = EIGHTHS;
    while (isScaled
        && isJpeg
        && eighths > 1
        && (long) width * (eighths / 2) >= (long) fullWidth * EIGHTHS
        && (long) height * (eighths / 2) >= (long) fullHeight * EIGHTHS) {
      eighths /= 2;
    }
    return eighths;
  }

  /** Writes it for C. */
  void write(MemorySegment to) {
    to.fill((byte) 0);
    penstock_images_transform.filter(
        to,
        isBicubic
            ? PenstockImages.PENSTOCK_IMAGES_BICUBIC()
            : PenstockImages.PENSTOCK_IMAGES_BILINEAR());
    penstock_images_transform.form(
        to,
        switch (form) {
          case BYTES -> PenstockImages.PENSTOCK_IMAGES_BYTES();
          case FLOATS -> PenstockImages.PENSTOCK_IMAGES_FLOATS();
          case HALVES -> PenstockImages.PENSTOCK_IMAGES_HALVES();
        });
    MemorySegment.copy(
        factors,
        0,
        penstock_images_transform.factors(to),
        ValueLayout.JAVA_FLOAT,
        0,
        factors.length);
    MemorySegment.copy(
        offsets,
        0,
        penstock_images_transform.offsets(to),
        ValueLayout.JAVA_FLOAT,
        0,
        offsets.length);
  }
}
