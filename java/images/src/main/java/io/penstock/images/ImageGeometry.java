package io.penstock.images;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import org.jspecify.annotations.Nullable;

/**
 * Which part of an image is resized to which size, and which part of that is delivered. All images
 * come out at one size. Immutable.
 *
 * @param kind how
 * @param height rows of what is delivered
 * @param width columns
 * @param shorter of {@link Kind#SHORTER}: what the shorter side is resized to
 * @param crop of {@link Kind#RANDOM}: draws the part
 */
record ImageGeometry(Kind kind, int height, int width, int shorter, @Nullable RandomCropDraw crop) {
  enum Kind {
    /** All of the image, whatever its shape. */
    WHOLE,
    /** The middle of it, as it is. */
    MIDDLE,
    /** All of it until its shorter side has a size; then the middle. */
    SHORTER,
    /** A random part. */
    RANDOM
  }

  ImageGeometry {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "height and width must be at least 1, were %d and %d".formatted(height, width));
    }
    if (kind == Kind.SHORTER && shorter < Math.max(height, width)) {
      throw new IllegalArgumentException(
          "the shorter side must be at least what is cut out, %d x %d, was %d"
              .formatted(height, width, shorter));
    }
  }

  /** The size that the part of an image is resized to: rows. The part is {@code of}'s. */
  int fullHeight(Augmentation of) {
    return kind == Kind.SHORTER ? side(of.height, of.width) : height;
  }

  /** The same: columns. */
  int fullWidth(Augmentation of) {
    return kind == Kind.SHORTER ? side(of.width, of.height) : width;
  }

  /** As torchvision rounds: the longer side down. */
  private int side(int own, int other) {
    return own <= other ? shorter : (int) ((long) shorter * own / other);
  }

  /** Where in the resized part what is delivered begins; as torchvision rounds, a half to even. */
  static int middle(int full, int part) {
    return (int) Math.rint((full - part) / 2.0);
  }

  /** Takes the middle of an image that is not resized. */
  void takeMiddle(Augmentation of) {
    if (of.width < width || of.height < height) {
      throw new PenstockException(
          ErrorKind.DAMAGED_RECORD,
          "image: has %d x %d pixels, fewer than the %d x %d that are to be cut out: resize it before"
              .formatted(of.width, of.height, width, height));
    }
    of.left = middle(of.width, width);
    of.top = middle(of.height, height);
    of.width = width;
    of.height = height;
  }
}
