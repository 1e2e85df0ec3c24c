package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongFunction;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

/**
 * Reads columns whose records are single numbers: labels, weights, indices. It must not read
 * anything by itself: records come from the mapping of the column.
 */
public final class Scalars {
  private Scalars() {}

  /** Integers of any size, signed or not, and booleans as 0 and 1. */
  public static LongUnaryOperator integers(
      Column column, Supplier<LongFunction<MemorySegment>> mapping) {
    ElementType type = column.elementType();
    boolean isRight =
        switch (type.kind()) {
          case BOOLEAN, INTEGER, UNSIGNED -> true;
          default -> false;
        };
    check(column, isRight, "integers");
    LongFunction<MemorySegment> record = mapping.get();
    boolean isSigned = type.kind() == ElementType.Kind.INTEGER;
    ValueLayout.OfShort shorts = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order(type));
    ValueLayout.OfInt ints = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order(type));
    ValueLayout.OfLong longs = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order(type));
    return switch (type.sizeBytes()) {
      case 1 -> {
        ValueLayout.OfByte bytes = ValueLayout.JAVA_BYTE;
        yield index -> record.apply(index).get(bytes, 0) & (isSigned ? -1L : 0xff);
      }
      case 2 -> index -> record.apply(index).get(shorts, 0) & (isSigned ? -1L : 0xffff);
      case 4 -> index -> record.apply(index).get(ints, 0) & (isSigned ? -1L : 0xffff_ffffL);
      default -> index -> record.apply(index).get(longs, 0);
    };
  }

  /** Integers, and floats of 4 and 8 bytes. */
  public static LongToDoubleFunction numbers(
      Column column, Supplier<LongFunction<MemorySegment>> mapping) {
    ElementType type = column.elementType();
    if (type.kind() != ElementType.Kind.FLOAT) {
      LongUnaryOperator integers = integers(column, mapping);
      return index -> (double) integers.applyAsLong(index);
    }
    check(column, type.sizeBytes() == 4 || type.sizeBytes() == 8, "numbers of up to 8 bytes");
    LongFunction<MemorySegment> record = mapping.get();
    ValueLayout.OfFloat floats = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order(type));
    ValueLayout.OfDouble doubles = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order(type));
    return type.sizeBytes() == 4
        ? index -> record.apply(index).get(floats, 0)
        : index -> record.apply(index).get(doubles, 0);
  }

  private static ByteOrder order(ElementType type) {
    return type.order().orElse(ByteOrder.nativeOrder());
  }

  private static void check(Column column, boolean isRight, String what) {
    if (!isRight || column.recordBytes() != column.elementType().sizeBytes()) {
      throw new IllegalArgumentException(
          column.shards().getFirst().path()
              + ": column '%s': expected one of the %s a record, found %s of shape %s: name another column"
                  .formatted(column.name(), what, column.elementType(), column.shape()));
    }
  }
}
