package io.penstock.images;

import io.penstock.transform.RecordRandom;

/**
 * Draws the part of an image that a random resized crop takes: of a share of its area and a ratio
 * of width to height that lie in given ranges, anywhere. This is torchvision's {@code
 * RandomResizedCrop.get_params} with our random numbers; AUGMENT.md specifies it. The functions of
 * {@link StrictMath} make it the same on every machine.
 *
 * @param minScale least share of the area, above 0
 * @param maxScale largest share of the area, up to 1
 * @param minRatio least width divided by height, above 0
 * @param maxRatio largest width divided by height
 */
record RandomCropDraw(double minScale, double maxScale, double minRatio, double maxRatio) {
  private static final int ATTEMPTS = 10;

  RandomCropDraw {
    if (!(minScale > 0 && minScale <= maxScale && maxScale <= 1)) {
      throw new IllegalArgumentException(
          "scale must be a range within 0 (excluded) to 1, was %s to %s"
              .formatted(minScale, maxScale));
    }
    if (!(minRatio > 0 && minRatio <= maxRatio && maxRatio < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "ratio must be a range of finite numbers above 0, was %s to %s"
              .formatted(minRatio, maxRatio));
    }
  }

  /** Sets the part; reads {@code width} and {@code height} of the whole image from the result. */
  void draw(RecordRandom random, Augmentation result) {
    int width = result.width;
    int height = result.height;
    double area = (double) width * height;
    double lowest = StrictMath.log(minRatio);
    double highest = StrictMath.log(maxRatio);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double target = area * between(minScale, maxScale, random.nextDouble());
      double ratio = StrictMath.exp(between(lowest, highest, random.nextDouble()));
      double cropWidth = Math.rint(Math.sqrt(target * ratio));
      double cropHeight = Math.rint(Math.sqrt(target / ratio));
      if (cropWidth >= 1 && cropWidth <= width && cropHeight >= 1 && cropHeight <= height) {
        result.width = (int) cropWidth;
        result.height = (int) cropHeight;
        result.top = random.nextInt(height - result.height + 1);
        result.left = random.nextInt(width - result.width + 1);
        return;
      }
    }
    takeMiddle(result, width, height);
  }

  /** The largest part of an allowed ratio, from the middle. */
  private void takeMiddle(Augmentation result, int width, int height) {
    double ratio = (double) width / height;
    if (ratio < minRatio) {
      result.height = atLeastOne(Math.rint(width / minRatio));
    } else if (ratio > maxRatio) {
      result.width = atLeastOne(Math.rint(height * maxRatio));
    }
    result.top = (height - result.height) / 2;
    result.left = (width - result.width) / 2;
  }

  private static int atLeastOne(double pixels) {
    return (int) Math.max(1, pixels);
  }

  static double between(double least, double most, double share) {
    return least + (most - least) * share;
  }
}
