package io.penstock.transform;

import io.penstock.array.OutputColumn;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Transforms of images that move pixels and do not look into them: crop, pad, flip, and other axes.
 * They work on rows of pixels, so on any type of element. No state.
 */
final class Moves {
  private Moves() {}

  /** A part of an image, at a random place or from the middle. */
  static Transform.Bound crop(
      OutputColumn column, Layout layout, long height, long width, boolean isRandom) {
    Layout.Size size = layout.of(column);
    if (height < 1 || height > size.height() || width < 1 || width > size.width()) {
      throw new IllegalArgumentException(
          "crop must be 1x1 to the %dx%d of column '%s', was %dx%d: pad before"
              .formatted(size.height(), size.width(), column.name(), height, width));
    }
    Layout.Size part = new Layout.Size(height, width, size.channels());
    Layout.Rows in = layout.rows(size, column.elementType().sizeBytes());
    Layout.Rows out = layout.rows(part, column.elementType().sizeBytes());
    int spareRows = Math.toIntExact(size.height() - height);
    int spareColumns = Math.toIntExact(size.width() - width);
    return new Transform.OfRecords(
        List.of(layout.resized(column, part)),
        record -> {
          long top = spareRows / 2;
          long left = spareColumns / 2;
          if (isRandom) {
            RecordRandom random = record.random();
            top = random.nextInt(spareRows + 1);
            left = random.nextInt(spareColumns + 1);
          }
          long from = top * in.rowBytes() + left * in.pixelBytes();
          copy(record, in, from, out, 0, height, out.rowBytes());
        });
  }

  /** An image with a frame of zeros. */
  static Transform.Bound pad(OutputColumn column, Layout layout, int pixels) {
    Layout.Size size = layout.of(column);
    Layout.Size framed =
        new Layout.Size(size.height() + 2L * pixels, size.width() + 2L * pixels, size.channels());
    Layout.Rows in = layout.rows(size, column.elementType().sizeBytes());
    Layout.Rows out = layout.rows(framed, column.elementType().sizeBytes());
    long to = pixels * out.rowBytes() + pixels * out.pixelBytes();
    return new Transform.OfRecords(
        List.of(layout.resized(column, framed)),
        record -> {
          record.outputRecord(0).fill((byte) 0);
          copy(record, in, 0, out, to, size.height(), in.rowBytes());
        });
  }

  /** Copies a rectangle of each plane, row by row. */
  private static void copy(
      RecordContext record,
      Layout.Rows in,
      long from,
      Layout.Rows out,
      long to,
      long rows,
      long rowBytes) {
    MemorySegment source = record.input(0);
    MemorySegment target = record.output(0);
    for (long plane = 0; plane < in.planes(); plane++) {
      long sourceAt = record.inputOffset(0) + plane * in.planeBytes() + from;
      long targetAt = record.outputOffset(0) + plane * out.planeBytes() + to;
      for (long row = 0; row < rows; row++) {
        MemorySegment.copy(source, sourceAt, target, targetAt, rowBytes);
        sourceAt += in.rowBytes();
        targetAt += out.rowBytes();
      }
    }
  }

  /** An image, or with some probability its mirror image. */
  static Transform.Bound flip(OutputColumn column, Layout layout, double probability) {
    Layout.Rows rows = layout.rows(layout.of(column), column.elementType().sizeBytes());
    long recordBytes = column.recordBytes();
    return new Transform.OfRecords(
        List.of(column),
        record -> {
          if (record.random().nextDouble() < probability) {
            mirror(record, rows);
          } else {
            MemorySegment.copy(
                record.input(0),
                record.inputOffset(0),
                record.output(0),
                record.outputOffset(0),
                recordBytes);
          }
        });
  }

  private static void mirror(RecordContext record, Layout.Rows rows) {
    MemorySegment source = record.input(0);
    MemorySegment target = record.output(0);
    long pixelBytes = rows.pixelBytes();
    for (long row = 0; row < rows.planes() * rows.height(); row++) {
      long sourceAt = record.inputOffset(0) + row * rows.rowBytes();
      long targetAt = record.outputOffset(0) + (row + 1) * rows.rowBytes() - pixelBytes;
      if (pixelBytes == Integer.BYTES) {
        for (long x = 0; x < rows.width(); x++) {
          int pixel = source.get(ValueLayout.JAVA_INT_UNALIGNED, sourceAt + x * pixelBytes);
          target.set(ValueLayout.JAVA_INT_UNALIGNED, targetAt - x * pixelBytes, pixel);
        }
        continue;
      }
      for (long x = 0; x < rows.width(); x++) {
        for (long i = 0; i < pixelBytes; i++) {
          byte part = source.get(ValueLayout.JAVA_BYTE, sourceAt + x * pixelBytes + i);
          target.set(ValueLayout.JAVA_BYTE, targetAt - x * pixelBytes + i, part);
        }
      }
    }
  }

  /** The same image with its channels side by side, or in separate planes. */
  static Transform.Bound transpose(OutputColumn column, Layout from, Layout to) {
    Layout.Size size = from.of(column);
    int bytes = column.elementType().sizeBytes();
    long channels = size.channels();
    long pixels = size.pixels();
    long inPixel = from == Layout.HWC ? channels * bytes : bytes;
    long inChannel = from == Layout.HWC ? bytes : pixels * bytes;
    long outPixel = to == Layout.HWC ? channels * bytes : bytes;
    long outChannel = to == Layout.HWC ? bytes : pixels * bytes;
    return new Transform.OfRecords(
        List.of(to.describe(column, size)),
        record -> {
          for (long channel = 0; channel < channels; channel++) {
            spread(
                record.input(0),
                record.inputOffset(0) + channel * inChannel,
                inPixel,
                record.output(0),
                record.outputOffset(0) + channel * outChannel,
                outPixel,
                pixels,
                bytes);
          }
        });
  }

  /** Copies elements at one distance to elements at another. */
  private static void spread(
      MemorySegment source,
      long sourceAt,
      long sourceStep,
      MemorySegment target,
      long targetAt,
      long targetStep,
      long count,
      int bytes) {
    if (bytes == 1) {
      for (long i = 0; i < count; i++) {
        byte element = source.get(ValueLayout.JAVA_BYTE, sourceAt + i * sourceStep);
        target.set(ValueLayout.JAVA_BYTE, targetAt + i * targetStep, element);
      }
    } else if (bytes == Integer.BYTES) {
      for (long i = 0; i < count; i++) {
        int element = source.get(ValueLayout.JAVA_INT_UNALIGNED, sourceAt + i * sourceStep);
        target.set(ValueLayout.JAVA_INT_UNALIGNED, targetAt + i * targetStep, element);
      }
    } else {
      for (long i = 0; i < count; i++) {
        MemorySegment.copy(
            source, sourceAt + i * sourceStep, target, targetAt + i * targetStep, bytes);
      }
    }
  }
}
