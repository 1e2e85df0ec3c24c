package io.penstock.cli.demo;

import java.util.SplittableRandom;

/**
 * A stand-in for real images: ten prototypes, one for each class, under noise. As large as
 * Fashion-MNIST, the same in every run, and easy to learn, so that its accuracy means little.
 */
final class GeneratedImages {
  private static final int SIDE = 28;
  private static final long SEED = 20260101;

  /** Sharpest detail of a prototype: waves of this many periods over the image. */
  private static final int MAX_PERIODS = 3;

  private static final double NOISE = 90;

  private GeneratedImages() {}

  /**
   * Makes some images.
   *
   * @param stream which noise: sets of different streams share prototypes and nothing else
   */
  static ImageSet make(int count, int stream) {
    double[][] prototypes = prototypes();
    SplittableRandom random = new SplittableRandom(SEED + stream);
    byte[] images = new byte[count * ImageSet.PIXELS];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      int label = random.nextInt(ImageSet.CLASSES);
      labels[i] = (byte) label;
      for (int pixel = 0; pixel < ImageSet.PIXELS; pixel++) {
        // The sum of two uniform numbers is noise enough, and much cheaper than a Gaussian.
        double noise = NOISE * (random.nextDouble() + random.nextDouble() - 1);
        double value = prototypes[label][pixel] + noise;
        images[i * ImageSet.PIXELS + pixel] = (byte) Math.clamp(value, 0, 255);
      }
    }
    return new ImageSet(images, labels);
  }

  private static double[][] prototypes() {
    SplittableRandom random = new SplittableRandom(SEED);
    double[][] prototypes = new double[ImageSet.CLASSES][ImageSet.PIXELS];
    for (double[] prototype : prototypes) {
      double across = random.nextDouble(MAX_PERIODS);
      double down = random.nextDouble(MAX_PERIODS);
      double phase = random.nextDouble();
      for (int pixel = 0; pixel < prototype.length; pixel++) {
        double turns = phase + (across * (pixel % SIDE) + down * Math.floorDiv(pixel, SIDE)) / SIDE;
        prototype[pixel] = 128 + 60 * Math.sin(2 * Math.PI * turns);
      }
    }
    return prototypes;
  }
}
