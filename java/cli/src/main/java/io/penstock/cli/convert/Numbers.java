package io.penstock.cli.convert;

import io.penstock.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Elements of one numeric type in memory, read and written as whole numbers or as floating point.
 *
 * <p>Whole numbers are 64 bits; those of uint64 beyond 2^63 are negative ones as long, and told
 * apart by {@link #isUnsigned64}.
 */
enum Numbers {
  BOOL,
  INT8,
  INT16,
  INT32,
  INT64,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
  FLOAT16,
  FLOAT32,
  FLOAT64;

  /** Null for types that are no numbers of these sizes. */
  static Numbers of(ElementType type) {
    int bits = 8 * type.sizeBytes();
    String name =
        switch (type.kind()) {
          case BOOLEAN -> "BOOL";
          case INTEGER -> "INT" + bits;
          case UNSIGNED -> "UINT" + bits;
          case FLOAT -> bits > 64 ? null : "FLOAT" + bits;
          default -> null;
        };
    return name == null ? null : valueOf(name);
  }

  boolean isFloating() {
    return this == FLOAT16 || this == FLOAT32 || this == FLOAT64;
  }

  boolean isUnsigned64() {
    return this == UINT64;
  }

  /** The least whole number of the type. */
  long least() {
    return switch (this) {
      case INT8 -> Byte.MIN_VALUE;
      case INT16 -> Short.MIN_VALUE;
      case INT32 -> Integer.MIN_VALUE;
      case INT64 -> Long.MIN_VALUE;
      default -> 0;
    };
  }

  /** The largest whole number of the type; of uint64, as a negative long. */
  long most() {
    return switch (this) {
      case BOOL -> 1;
      case INT8 -> Byte.MAX_VALUE;
      case INT16 -> Short.MAX_VALUE;
      case INT32 -> Integer.MAX_VALUE;
      case INT64 -> Long.MAX_VALUE;
      case UINT8 -> 0xffL;
      case UINT16 -> 0xffffL;
      case UINT32 -> 0xffffffffL;
      case UINT64 -> -1;
      default -> throw new IllegalStateException("no whole numbers: " + this);
    };
  }

  /** Bits of precision of a floating point type, the leading one included. */
  int precisionBits() {
    return switch (this) {
      case FLOAT16 -> 11;
      case FLOAT32 -> 24;
      default -> 53;
    };
  }

  private static ValueLayout.OfShort shorts(ByteOrder order) {
    return ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
  }

  private static ValueLayout.OfInt ints(ByteOrder order) {
    return ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
  }

  private static ValueLayout.OfLong longs(ByteOrder order) {
    return ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order);
  }

  /** Reads a whole number. */
  long whole(MemorySegment from, long offset, ByteOrder order) {
    return switch (this) {
      case BOOL -> from.get(ValueLayout.JAVA_BYTE, offset) == 0 ? 0 : 1;
      case INT8 -> from.get(ValueLayout.JAVA_BYTE, offset);
      case UINT8 -> from.get(ValueLayout.JAVA_BYTE, offset) & 0xffL;
      case INT16 -> from.get(shorts(order), offset);
      case UINT16 -> from.get(shorts(order), offset) & 0xffffL;
      case INT32 -> from.get(ints(order), offset);
      case UINT32 -> from.get(ints(order), offset) & 0xffffffffL;
      case INT64, UINT64 -> from.get(longs(order), offset);
      default -> throw new IllegalStateException("no whole numbers: " + this);
    };
  }

  /** Reads a floating point number. */
  double floating(MemorySegment from, long offset, ByteOrder order) {
    return switch (this) {
      case FLOAT16 -> Float.float16ToFloat(from.get(shorts(order), offset));
      case FLOAT32 -> Float.intBitsToFloat(from.get(ints(order), offset));
      case FLOAT64 -> Double.longBitsToDouble(from.get(longs(order), offset));
      default -> throw new IllegalStateException("no floating point numbers: " + this);
    };
  }

  /** Writes the low bits of a whole number. */
  void put(MemorySegment to, long offset, ByteOrder order, long value) {
    switch (this) {
      case BOOL -> to.set(ValueLayout.JAVA_BYTE, offset, (byte) (value == 0 ? 0 : 1));
      case INT8, UINT8 -> to.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
      case INT16, UINT16 -> to.set(shorts(order), offset, (short) value);
      case INT32, UINT32 -> to.set(ints(order), offset, (int) value);
      case INT64, UINT64 -> to.set(longs(order), offset, value);
      default -> throw new IllegalStateException("no whole numbers: " + this);
    }
  }

  /** Writes the nearest floating point number, of two the even one. */
  void put(MemorySegment to, long offset, ByteOrder order, double value) {
    switch (this) {
      case FLOAT16 -> to.set(shorts(order), offset, half(value));
      case FLOAT32 -> to.set(ints(order), offset, Float.floatToRawIntBits((float) value));
      case FLOAT64 -> to.set(longs(order), offset, Double.doubleToRawLongBits(value));
      default -> throw new IllegalStateException("no floating point numbers: " + this);
    }
  }

  /** What writing and reading makes of a number. */
  double rounded(double value) {
    return switch (this) {
      case FLOAT16 -> Float.float16ToFloat(half(value));
      case FLOAT32 -> (float) value;
      default -> value;
    };
  }

  /**
   * Rounds once: a float that was rounded from the double would be rounded again. So the float is
   * rounded to odd, which the second rounding cannot mistake for a tie (Boldo and Melquiond, 2008).
   */
  private static short half(double value) {
    float nearest = (float) value;
    if (Double.isFinite(value) && nearest != value) {
      float below = Math.abs(nearest) > Math.abs(value) ? towardsZero(nearest) : nearest;
      nearest = Float.intBitsToFloat(Float.floatToRawIntBits(below) | 1);
    }
    return Float.floatToFloat16(nearest);
  }

  private static float towardsZero(float value) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) - 1);
  }
}
