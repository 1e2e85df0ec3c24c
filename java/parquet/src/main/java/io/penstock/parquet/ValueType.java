package io.penstock.parquet;

import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.LogicalType.IntType;
import dev.hardwood.metadata.LogicalType.TimeUnit;
import dev.hardwood.metadata.LogicalType.TimestampType;
import dev.hardwood.schema.ColumnSchema;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;

/**
 * What the values of a column become.
 *
 * @param element type of the elements
 * @param shape of a value: no axes for numbers, one for byte arrays
 */
record ValueType(ElementType element, Shape shape) {
  private static final int MAX_BYTES = 1 << 28;

  /** Of a column whose values have one size; throws IllegalArgumentException, saying what it is. */
  static ValueType of(ColumnSchema leaf) {
    LogicalType logical = leaf.logicalType();
    return switch (leaf.type()) {
      case BOOLEAN -> scalar(ElementType.BOOL);
      case FLOAT -> scalar(ElementType.FLOAT32);
      case DOUBLE -> scalar(ElementType.FLOAT64);
      case INT32 -> scalar(integer(logical, 32));
      case INT64 ->
          scalar(
              logical instanceof TimestampType timestamp
                  ? ElementType.parse("<M8[" + unit(timestamp.unit()) + "]")
                  : integer(logical, 64));
      case INT96 -> scalar(ElementType.parse("<M8[ns]"));
      case FIXED_LEN_BYTE_ARRAY -> bytes(leaf, logical);
      case BYTE_ARRAY -> throw new IllegalArgumentException("byte arrays of different lengths");
    };
  }

  private static ValueType scalar(ElementType type) {
    return new ValueType(type, Shape.SCALAR);
  }

  private static ElementType integer(LogicalType logical, int storedBits) {
    boolean isInteger = logical instanceof IntType type && type.bitWidth() <= storedBits;
    int bits = isInteger ? ((IntType) logical).bitWidth() : storedBits;
    boolean isSigned = !isInteger || ((IntType) logical).isSigned();
    return ElementType.named((isSigned ? "int" : "uint") + bits);
  }

  private static String unit(TimeUnit unit) {
    return switch (unit) {
      case MILLIS -> "ms";
      case MICROS -> "us";
      case NANOS -> "ns";
    };
  }

  private static ValueType bytes(ColumnSchema leaf, LogicalType logical) {
    Integer length = leaf.typeLength();
    if (length == null || length < 1 || length > MAX_BYTES) {
      throw new IllegalArgumentException("byte arrays of length " + length);
    }
    return logical instanceof LogicalType.Float16Type && length == Short.BYTES
        ? scalar(ElementType.FLOAT16)
        : new ValueType(ElementType.UINT8, Shape.of(length));
  }
}
