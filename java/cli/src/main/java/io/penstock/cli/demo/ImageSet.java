package io.penstock.cli.demo;

/**
 * Images of one size with a class each, in memory. The arrays belong to the object; whoever gets
 * them must not write to them.
 */
public final class ImageSet {
  /** Pixels of an image, row by row. */
  public static final int PIXELS = 28 * 28;

  /** Classes that labels tell apart, from 0. */
  public static final int CLASSES = 10;

  private final byte[] images;
  private final byte[] labels;

  /**
   * A set of images.
   *
   * @param images {@link #PIXELS} bytes each, 0 to 255
   * @param labels a class each
   */
  public ImageSet(byte[] images, byte[] labels) {
    if (images.length != (long) labels.length * PIXELS) {
      throw new IllegalArgumentException(
          "images must be %d bytes for %d labels, was %d"
              .formatted((long) labels.length * PIXELS, labels.length, images.length));
    }
    this.images = images;
    this.labels = labels;
  }

  /** How many there are. */
  public int count() {
    return labels.length;
  }

  /** All pixels, image by image. */
  byte[] images() {
    return images;
  }

  /** All classes. */
  byte[] labels() {
    return labels;
  }
}
