package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A numeric type of elements in memory: reads and writes them as whole numbers or as floating
 * point.
 *
 * <p>Whole numbers are 64 bits; those of uint64 beyond 2^63 are negative ones as long, and told
 * apart by {@link #isUnsigned64}.
 */
enum NumericType {
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
  static NumericType of(ElementType type) {
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

  // Always in the order of this machine, turned afterwards: layouts that are not constants are
  // hundreds of times slower.

  private static short turned(short value, boolean isTurned) {
    return isTurned ? Short.reverseBytes(value) : value;
  }

  private static int turned(int value, boolean isTurned) {
    return isTurned ? Integer.reverseBytes(value) : value;
  }

  private static long turned(long value, boolean isTurned) {
    return isTurned ? Long.reverseBytes(value) : value;
  }

  private static short getShort(MemorySegment from, long offset, boolean isTurned) {
    return turned(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset), isTurned);
  }

  private static int getInt(MemorySegment from, long offset, boolean isTurned) {
    return turned(from.get(ValueLayout.JAVA_INT_UNALIGNED, offset), isTurned);
  }

  private static long getLong(MemorySegment from, long offset, boolean isTurned) {
    return turned(from.get(ValueLayout.JAVA_LONG_UNALIGNED, offset), isTurned);
  }

  private static void set(MemorySegment to, long offset, boolean isTurned, short value) {
    to.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, turned(value, isTurned));
  }

  private static void set(MemorySegment to, long offset, boolean isTurned, int value) {
    to.set(ValueLayout.JAVA_INT_UNALIGNED, offset, turned(value, isTurned));
  }

  private static void set(MemorySegment to, long offset, boolean isTurned, long value) {
    to.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, turned(value, isTurned));
  }

  /**
   * Reads a whole number.
   *
   * @param isTurned whether it has the other byte order than this machine; here and below
   */
  long whole(MemorySegment from, long offset, boolean isTurned) {
    return switch (this) {
      case BOOL -> from.get(ValueLayout.JAVA_BYTE, offset) == 0 ? 0 : 1;
      case INT8 -> from.get(ValueLayout.JAVA_BYTE, offset);
      case UINT8 -> from.get(ValueLayout.JAVA_BYTE, offset) & 0xffL;
      case INT16 -> getShort(from, offset, isTurned);
      case UINT16 -> getShort(from, offset, isTurned) & 0xffffL;
      case INT32 -> getInt(from, offset, isTurned);
      case UINT32 -> getInt(from, offset, isTurned) & 0xffffffffL;
      case INT64, UINT64 -> getLong(from, offset, isTurned);
      default -> throw new IllegalStateException("no whole numbers: " + this);
    };
  }

  /** Reads a floating point number. */
  double floating(MemorySegment from, long offset, boolean isTurned) {
    return switch (this) {
      case FLOAT16 -> Float.float16ToFloat(getShort(from, offset, isTurned));
      case FLOAT32 -> Float.intBitsToFloat(getInt(from, offset, isTurned));
      case FLOAT64 -> Double.longBitsToDouble(getLong(from, offset, isTurned));
      default -> throw new IllegalStateException("no floating point numbers: " + this);
    };
  }

  /** Writes the low bits of a whole number. */
  void put(MemorySegment to, long offset, boolean isTurned, long value) {
    switch (this) {
      case BOOL -> to.set(ValueLayout.JAVA_BYTE, offset, (byte) (value == 0 ? 0 : 1));
      case INT8, UINT8 -> to.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
      case INT16, UINT16 -> set(to, offset, isTurned, (short) value);
      case INT32, UINT32 -> set(to, offset, isTurned, (int) value);
      case INT64, UINT64 -> set(to, offset, isTurned, value);
      default -> throw new IllegalStateException("no whole numbers: " + this);
    }
  }

  /** Writes the nearest floating point number, of two the even one. */
  void put(MemorySegment to, long offset, boolean isTurned, double value) {
    switch (this) {
      case FLOAT16 -> set(to, offset, isTurned, half(value));
      case FLOAT32 -> set(to, offset, isTurned, Float.floatToRawIntBits((float) value));
      case FLOAT64 -> set(to, offset, isTurned, Double.doubleToRawLongBits(value));
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
