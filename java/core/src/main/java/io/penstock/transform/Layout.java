package io.penstock.transform;

import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;

/** How the axes of an image lie in a record. */
public enum Layout {
  /** Height, width, channels: the channels of a pixel side by side, as in most files. */
  HWC,
  /** Channels, height, width: a plane for each channel, as for most trainers. */
  CHW;

  /** Sizes of an image that is stored in this layout; two axes are an image of one channel. */
  Size of(OutputColumn column) {
    Shape shape = column.shape();
    if (shape.rank() == 2) {
      return new Size(shape.dim(0), shape.dim(1), 1);
    }
    if (shape.rank() != 3) {
      throw new IllegalArgumentException(
          "column '%s' must have records of the axes %s, or of two, has shape %s"
              .formatted(column.name(), this, shape));
    }
    return this == HWC
        ? new Size(shape.dim(0), shape.dim(1), shape.dim(2))
        : new Size(shape.dim(1), shape.dim(2), shape.dim(0));
  }

  /** The same column with images of another size, with three axes. */
  OutputColumn describe(OutputColumn column, Size size) {
    return this == HWC
        ? column.withShape(size.height, size.width, size.channels)
        : column.withShape(size.channels, size.height, size.width);
  }

  /** The same column with images of another size, with as many axes as before. */
  OutputColumn resized(OutputColumn column, Size size) {
    return column.shape().rank() == 2
        ? column.withShape(size.height, size.width)
        : describe(column, size);
  }

  /** Contiguous rows in memory: planes of whole rows. */
  Rows rows(Size size, int elementBytes) {
    return this == HWC
        ? new Rows(1, size.height, size.width, size.channels * elementBytes)
        : new Rows(size.channels, size.height, size.width, elementBytes);
  }

  /** Height, width and number of channels. */
  record Size(long height, long width, long channels) {
    long pixels() {
      return height * width;
    }
  }

  /** An image as planes of rows of pixels, whatever a pixel is. */
  record Rows(long planes, long height, long width, long pixelBytes) {
    long rowBytes() {
      return width * pixelBytes;
    }

    long planeBytes() {
      return height * rowBytes();
    }
  }
}
