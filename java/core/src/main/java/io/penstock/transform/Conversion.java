package io.penstock.transform;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.platform.PixelConverter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * Casts numbers to another type as C and NumPy do it on this machine: to floats by rounding once to
 * the nearest value; from floats that an integer type cannot hold to its nearest value, and from
 * NaN to 0, as in Java. Immutable.
 */
final class Conversion {
  private final ElementType type;

  Conversion(ElementType type) {
    this.type = type;
    requireNumber("elements to cast to", type);
  }

  private static void requireNumber(String what, ElementType type) {
    boolean isNumber =
        switch (type.kind()) {
          case BOOLEAN, INTEGER, UNSIGNED -> true;
          case FLOAT -> type.sizeBytes() <= 8;
          default -> false;
        };
    if (!isNumber || !type.isNativeOrder()) {
      throw new IllegalArgumentException(
          "%s must be integers or float16, 32 or 64 in the byte order of this machine, were %s"
              .formatted(what, type));
    }
  }

  Transform.Bound bind(OutputColumn column) {
    requireNumber("elements of column '" + column.name() + "'", column.elementType());
    OutputColumn output = column.withType(type);
    NumberType in = NumberType.of(column.elementType());
    NumberType out = NumberType.of(output.elementType());
    if (in == NumberType.U1 && out == NumberType.F4) {
      // What images are.
      PixelConverter converter = Platforms.current().pixels(new float[] {1}, new float[] {0});
      return Elementwise.bind(
          column,
          output,
          1,
          (record, count) ->
              converter.normalize(
                  record.input(0),
                  record.inputOffset(0),
                  record.output(0),
                  record.outputOffset(0),
                  count,
                  false));
    }
    return Elementwise.bind(column, output, 1, (record, count) -> convert(record, in, out, count));
  }

  private static void convert(RecordContext record, NumberType in, NumberType out, long count) {
    MemorySegment source = record.input(0);
    MemorySegment target = record.output(0);
    long sourceAt = record.inputOffset(0);
    long targetAt = record.outputOffset(0);
    for (long i = 0; i < count; i++) {
      long from = sourceAt + i * in.bytes;
      long to = targetAt + i * out.bytes;
      if (out == NumberType.F4 && !in.isFloat) {
        target.set(ValueLayout.JAVA_FLOAT, to, in.asFloat(source, from));
      } else if (in.isFloat || out.isFloat) {
        out.set(target, to, in.isFloat ? in.getDouble(source, from) : in.asDouble(source, from));
      } else {
        out.set(target, to, in.getLong(source, from));
      }
    }
  }

  /** A type of numbers, and how one is read and written. */
  enum NumberType {
    B1(1, false),
    I1(1, false),
    U1(1, false),
    I2(2, false),
    U2(2, false),
    I4(4, false),
    U4(4, false),
    I8(8, false),
    U8(8, false),
    F2(2, true),
    F4(4, true),
    F8(8, true);

    final int bytes;
    final boolean isFloat;

    NumberType(int bytes, boolean isFloat) {
      this.bytes = bytes;
      this.isFloat = isFloat;
    }

    static NumberType of(ElementType type) {
      return valueOf(type.descr().substring(1).toUpperCase(Locale.ROOT));
    }

    long getLong(MemorySegment memory, long at) {
      return switch (this) {
        case I1 -> memory.get(ValueLayout.JAVA_BYTE, at);
        case B1, U1 -> memory.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
        case I2 -> memory.get(ValueLayout.JAVA_SHORT, at);
        case U2 -> memory.get(ValueLayout.JAVA_SHORT, at) & 0xffffL;
        case I4 -> memory.get(ValueLayout.JAVA_INT, at);
        case U4 -> memory.get(ValueLayout.JAVA_INT, at) & 0xffffffffL;
        case I8, U8 -> memory.get(ValueLayout.JAVA_LONG, at);
        case F2, F4, F8 -> (long) getDouble(memory, at);
      };
    }

    double asDouble(MemorySegment memory, long at) {
      long value = getLong(memory, at);
      boolean isBeyondLong = this == U8 && value < 0;
      return isBeyondLong ? 2.0 * ((value >>> 1) | (value & 1)) : value;
    }

    /** Not through double, which would round twice. */
    float asFloat(MemorySegment memory, long at) {
      long value = getLong(memory, at);
      boolean isBeyondLong = this == U8 && value < 0;
      return isBeyondLong ? 2.0f * ((value >>> 1) | (value & 1)) : value;
    }

    double getDouble(MemorySegment memory, long at) {
      return switch (this) {
        case F2 -> Float.float16ToFloat(memory.get(ValueLayout.JAVA_SHORT, at));
        case F4 -> memory.get(ValueLayout.JAVA_FLOAT, at);
        default -> memory.get(ValueLayout.JAVA_DOUBLE, at);
      };
    }

    void set(MemorySegment memory, long at, long value) {
      switch (this) {
        case B1 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) (value == 0 ? 0 : 1));
        case I1, U1 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
        case I2, U2 -> memory.set(ValueLayout.JAVA_SHORT, at, (short) value);
        case I4, U4 -> memory.set(ValueLayout.JAVA_INT, at, (int) value);
        default -> memory.set(ValueLayout.JAVA_LONG, at, value);
      }
    }

    void set(MemorySegment memory, long at, double value) {
      switch (this) {
        case F2 -> memory.set(ValueLayout.JAVA_SHORT, at, float16(value));
        case F4 -> memory.set(ValueLayout.JAVA_FLOAT, at, (float) value);
        case F8 -> memory.set(ValueLayout.JAVA_DOUBLE, at, value);
        case B1 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) (value == 0 ? 0 : 1));
        case I1 -> set(memory, at, (long) Math.clamp(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
        case U1 -> set(memory, at, (long) Math.clamp(value, 0.0, 0xff));
        case I2 -> set(memory, at, (long) Math.clamp(value, Short.MIN_VALUE, Short.MAX_VALUE));
        case U2 -> set(memory, at, (long) Math.clamp(value, 0.0, 0xffff));
        case I4 -> set(memory, at, (long) (int) value);
        case U4 -> set(memory, at, (long) Math.clamp(value, 0.0, 0xffffffffL));
        case I8 -> set(memory, at, (long) value);
        case U8 -> set(memory, at, unsigned(value));
      }
    }

    /** Through a float that is rounded to odd, so that only the second rounding counts. */
    private static short float16(double value) {
      float nearest = (float) value;
      if (nearest == value) {
        return Float.floatToFloat16(nearest);
      }
      int bits = Float.floatToRawIntBits(nearest);
      int towardZero = Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits;
      return Float.floatToFloat16(Float.intBitsToFloat(towardZero | 1));
    }

    private static long unsigned(double value) {
      if (value >= 0x1p64) {
        return -1;
      }
      return value >= 0x1p63 ? (long) (value - 0x1p63) + Long.MIN_VALUE : Math.max(0, (long) value);
    }
  }
}
