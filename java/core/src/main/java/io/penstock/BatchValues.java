package io.penstock;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The numbers of one column of a batch as values of Java's primitive types.
 *
 * <p>What it owns: which element types become which primitive type, and the messages for those that
 * do not. Values are the same as in the column: a conversion that would lose digits is refused. It
 * reads the memory of the batch during one call and keeps nothing.
 */
final class BatchValues {
  private final String name;
  private final ElementType type;
  private final MemorySegment data;

  BatchValues(OutputColumn column, MemorySegment data) {
    this.name = column.name();
    this.type = column.elementType();
    this.data = data;
  }

  // ---- views ----------------------------------------------------------------------------------

  /** The column as a buffer in native byte order; all elements must be floats of that size. */
  ByteBuffer floats(int bytes, String call) {
    check(isFloat(bytes, bytes), "float" + 8 * bytes, call);
    return buffer();
  }

  /** The same for integers; those of 8 bytes may be unsigned, or times. */
  ByteBuffer integers(int bytes, String call) {
    boolean isInteger = type.kind() == ElementType.Kind.INTEGER && type.sizeBytes() == bytes;
    check(isInteger || (bytes == Long.BYTES && isLong()), "int" + 8 * bytes, call);
    return buffer();
  }

  private ByteBuffer buffer() {
    return buffer(name, data).order(ByteOrder.nativeOrder());
  }

  /** All of a column as a buffer, if it is not too large for one. */
  static ByteBuffer buffer(String name, MemorySegment data) {
    if (data.byteSize() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          ("column '%s': expected at most %d bytes in a batch for a buffer, found %d: use column()"
                  + " or a smaller batchSize")
              .formatted(name, Integer.MAX_VALUE, data.byteSize()));
    }
    return data.asByteBuffer();
  }

  // ---- copies ---------------------------------------------------------------------------------

  int copyTo(float[] target) {
    check(
        isFloat(2, 4) || isInteger(1, 2),
        "numbers that a float holds exactly",
        "an array of float");
    int count = count(target.length);
    if (isFloat(4, 4)) {
      MemorySegment.copy(data, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, target, 0, count);
      return count;
    }
    for (int i = 0; i < count; i++) {
      target[i] = isFloat(2, 2) ? half(i) : (float) integer(i);
    }
    return count;
  }

  int copyTo(double[] target) {
    check(
        isFloat(2, 8) || isInteger(1, 4),
        "numbers that a double holds exactly",
        "an array of double");
    int count = count(target.length);
    if (isFloat(8, 8)) {
      MemorySegment.copy(data, ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, target, 0, count);
      return count;
    }
    for (int i = 0; i < count; i++) {
      target[i] =
          switch (type.kind()) {
            case FLOAT -> isFloat(2, 2) ? half(i) : single(i);
            default -> (double) integer(i);
          };
    }
    return count;
  }

  int copyTo(int[] target) {
    boolean isUnsigned = type.kind() == ElementType.Kind.UNSIGNED;
    check(isInteger(1, isUnsigned ? 2 : 4), "integers that an int holds", "an array of int");
    int count = count(target.length);
    if (type.sizeBytes() == Integer.BYTES) {
      MemorySegment.copy(data, ValueLayout.JAVA_INT_UNALIGNED, 0, target, 0, count);
      return count;
    }
    for (int i = 0; i < count; i++) {
      target[i] = (int) integer(i);
    }
    return count;
  }

  int copyTo(long[] target) {
    check(isInteger(1, 8) || isLong(), "integers", "an array of long");
    int count = count(target.length);
    if (type.sizeBytes() == Long.BYTES) {
      MemorySegment.copy(data, ValueLayout.JAVA_LONG_UNALIGNED, 0, target, 0, count);
      return count;
    }
    for (int i = 0; i < count; i++) {
      target[i] = integer(i);
    }
    return count;
  }

  /** How many elements the batch has, for an array of them. */
  int count() {
    long count = data.byteSize() / type.sizeBytes();
    if (count > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "column '%s': expected at most 2^31 - 9 elements in a batch for an array, found %d: use a smaller batchSize"
              .formatted(name, count));
    }
    return (int) count;
  }

  private int count(int length) {
    int count = count();
    if (length < count) {
      throw new IllegalArgumentException(
          "column '%s': expected an array of at least %d elements, found one of %d"
              .formatted(name, count, length));
    }
    return count;
  }

  private float half(long i) {
    return Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * Short.BYTES));
  }

  private float single(long i) {
    return data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES);
  }

  private long integer(long i) {
    boolean isSigned = type.kind() == ElementType.Kind.INTEGER;
    return switch (type.sizeBytes()) {
      case 1 -> {
        byte value = data.get(ValueLayout.JAVA_BYTE, i);
        yield isSigned ? value : Byte.toUnsignedLong(value);
      }
      case 2 -> {
        short value = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * Short.BYTES);
        yield isSigned ? value : Short.toUnsignedLong(value);
      }
      default -> {
        int value = data.get(ValueLayout.JAVA_INT_UNALIGNED, i * Integer.BYTES);
        yield isSigned ? value : Integer.toUnsignedLong(value);
      }
    };
  }

  // ---- types ----------------------------------------------------------------------------------

  private boolean isFloat(int leastBytes, int mostBytes) {
    return type.kind() == ElementType.Kind.FLOAT
        && type.sizeBytes() >= leastBytes
        && type.sizeBytes() <= mostBytes;
  }

  /** Booleans are integers of one byte. */
  private boolean isInteger(int leastBytes, int mostBytes) {
    return switch (type.kind()) {
      case BOOLEAN, INTEGER, UNSIGNED ->
          type.sizeBytes() >= leastBytes && type.sizeBytes() <= mostBytes;
      default -> false;
    };
  }

  /** Types of 8 bytes that are not signed integers; their bits are handed out as they are. */
  private boolean isLong() {
    return switch (type.kind()) {
      case UNSIGNED, DATETIME, TIMEDELTA -> type.sizeBytes() == Long.BYTES;
      default -> false;
    };
  }

  private void check(boolean isRight, String expected, String call) {
    if (!isRight) {
      throw new IllegalArgumentException(
          "column '%s': expected %s for %s, found '%s': use %s"
              .formatted(name, expected, call, type, fitting()));
    }
    if (!type.isNativeOrder()) {
      throw new IllegalArgumentException(
          ("column '%s': expected numbers in the byte order of this machine for %s, found '%s':"
                  + " build the loader with nativeOrder(true)")
              .formatted(name, call, type));
    }
  }

  /** The call for a column of this type. */
  private String fitting() {
    String quoted = '"' + name + '"';
    return switch (type.kind()) {
      case BOOLEAN -> "toIntArray(" + quoted + ")";
      case INTEGER, UNSIGNED -> fittingInteger(quoted);
      case FLOAT ->
          switch (type.sizeBytes()) {
            case 2 -> "toFloatArray(" + quoted + ")";
            case 4 -> "floats(" + quoted + ")";
            case 8 -> "doubles(" + quoted + ")";
            default -> "asByteBuffer(" + quoted + ")";
          };
      case DATETIME, TIMEDELTA -> "longs(" + quoted + ")";
      default -> "asByteBuffer(" + quoted + ")";
    };
  }

  private String fittingInteger(String quoted) {
    return switch (type.sizeBytes()) {
      case 8 -> "longs(" + quoted + ")";
      case 4 ->
          type.kind() == ElementType.Kind.INTEGER
              ? "ints(" + quoted + ")"
              : "copyTo(" + quoted + ", long[])";
      default -> "toIntArray(" + quoted + ")";
    };
  }
}
