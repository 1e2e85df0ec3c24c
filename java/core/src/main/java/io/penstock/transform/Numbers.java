package io.penstock.transform;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.array.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** Small transforms of numbers: one-hot and byte swap. No state. */
final class Numbers {
  private Numbers() {}

  /** A row of zeros with a one at the place given by an integer. */
  static Transform.Bound oneHot(OutputColumn column, int classes) {
    ElementType type = column.elementType();
    boolean isInteger =
        type.kind() == ElementType.Kind.INTEGER || type.kind() == ElementType.Kind.UNSIGNED;
    if (!isInteger || !type.isNativeOrder()) {
      throw new IllegalArgumentException(
          "column '%s' must be integers in the byte order of this machine, is %s"
              .formatted(column.name(), type));
    }
    Shape shape = column.shape().withLast(classes);
    OutputColumn output = OutputColumn.of(column.name(), ElementType.FLOAT32, shape);
    Conversion.NumberType number = Conversion.NumberType.of(type);
    long count = column.elementCount();
    return new Transform.OfRecords(
        List.of(output),
        record -> {
          MemorySegment out = record.output(0);
          long outAt = record.outputOffset(0);
          for (long i = 0; i < count; i++) {
            long label = number.getLong(record.input(0), record.inputOffset(0) + i * number.bytes);
            if (label < 0 || label >= classes) {
              throw new IllegalArgumentException(
                  "expected a label of 0 to %d in column '%s', found %d"
                      .formatted(classes - 1, column.name(), label));
            }
            for (long c = 0; c < classes; c++) {
              out.set(ValueLayout.JAVA_FLOAT, outAt + 4 * (i * classes + c), c == label ? 1 : 0);
            }
          }
        });
  }

  /** The same numbers in the other byte order. */
  static Transform.Bound byteSwap(OutputColumn column) {
    ElementType type = column.elementType();
    ByteOrder order =
        type.order()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "column '%s' must have a byte order, is %s"
                            .formatted(column.name(), type)));
    boolean isLittle = order.equals(ByteOrder.LITTLE_ENDIAN);
    ElementType swapped = type.withOrder(isLittle ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int bytes =
        switch (type.kind()) {
          case COMPLEX -> type.sizeBytes() / 2;
          case UNICODE -> Integer.BYTES;
          default -> type.sizeBytes();
        };
    return Elementwise.bind(
        column,
        column.withType(swapped),
        type.sizeBytes() / bytes,
        (record, count) -> {
          MemorySegment in = record.input(0);
          MemorySegment out = record.output(0);
          swap(in, record.inputOffset(0), out, record.outputOffset(0), count, bytes);
        });
  }

  private static void swap(
      MemorySegment in, long inAt, MemorySegment out, long outAt, long count, int bytes) {
    switch (bytes) {
      case 2 -> {
        for (long at = 0; at < 2 * count; at += 2) {
          short number = in.get(ValueLayout.JAVA_SHORT_UNALIGNED, inAt + at);
          out.set(ValueLayout.JAVA_SHORT_UNALIGNED, outAt + at, Short.reverseBytes(number));
        }
      }
      case 4 -> {
        for (long at = 0; at < 4 * count; at += 4) {
          int number = in.get(ValueLayout.JAVA_INT_UNALIGNED, inAt + at);
          out.set(ValueLayout.JAVA_INT_UNALIGNED, outAt + at, Integer.reverseBytes(number));
        }
      }
      case 8 -> {
        for (long at = 0; at < 8 * count; at += 8) {
          long number = in.get(ValueLayout.JAVA_LONG_UNALIGNED, inAt + at);
          out.set(ValueLayout.JAVA_LONG_UNALIGNED, outAt + at, Long.reverseBytes(number));
        }
      }
      default -> {
        for (long at = 0; at < bytes * count; at++) {
          long mirrored = at - at % bytes + bytes - 1 - at % bytes;
          out.set(
              ValueLayout.JAVA_BYTE, outAt + mirrored, in.get(ValueLayout.JAVA_BYTE, inAt + at));
        }
      }
    }
  }
}
