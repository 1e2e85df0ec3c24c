package io.penstock.spark;

import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of Spark of the records of one column, which are in the byte order of this machine.
 *
 * <p>Unsigned numbers become the next larger type, half floats floats; records of several numbers
 * become arrays, those of unsigned bytes binary values, or strings if Spark wrote them as such. A
 * shape of several axes is flattened and kept in the metadata of the field. Immutable.
 */
final class ValueReader {
  /** How the elements of a record are read. */
  private enum Elements {
    BOOLEAN,
    INT8,
    UINT8,
    INT16,
    UINT16,
    INT32,
    UINT32,
    INT64,
    FLOAT16,
    FLOAT32,
    FLOAT64;

    DataType type() {
      return switch (this) {
        case BOOLEAN -> DataTypes.BooleanType;
        case INT8 -> DataTypes.ByteType;
        case UINT8, INT16 -> DataTypes.ShortType;
        case UINT16, INT32 -> DataTypes.IntegerType;
        case UINT32, INT64 -> DataTypes.LongType;
        case FLOAT16, FLOAT32 -> DataTypes.FloatType;
        case FLOAT64 -> DataTypes.DoubleType;
      };
    }

    static @Nullable Elements of(ElementType type) {
      String size = Integer.toString(type.sizeBytes() * 8);
      String name =
          switch (type.kind()) {
            case BOOLEAN -> "BOOLEAN";
            case INTEGER -> "INT" + size;
            case UNSIGNED -> "UINT" + size;
            case FLOAT -> "FLOAT" + size;
            default -> "";
          };
      for (Elements elements : values()) {
        if (elements.name().equals(name)) {
          return elements;
        }
      }
      return null;
    }
  }

  private final String name;
  private final Elements elements;
  private final int sizeBytes;
  private final boolean isArray;
  private final DataType type;
  private final long[] shape;

  private ValueReader(Column column, Elements elements, boolean isArray, DataType type) {
    this.name = column.name();
    this.elements = elements;
    this.sizeBytes = column.elementType().sizeBytes();
    this.isArray = isArray;
    this.type = type;
    this.shape = column.shape().toArray();
  }

  /**
   * The reader of a column.
   *
   * @param written the type that Spark wrote; null if it did not
   * @throws PenstockException if Spark has no such type
   */
  static ValueReader of(Column column, @Nullable DataType written) {
    Elements elements = Elements.of(column.elementType());
    if (elements == null) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          ("column '%s': expected integers up to 64 bits, floats up to 64 bits or booleans, found"
                  + " %s: name the other columns in the option 'columns'")
              .formatted(column.name(), column.elementType()));
    }
    boolean isArray = column.isVariable() || !column.shape().isScalar();
    DataType type = elements.type();
    if (isArray && elements == Elements.UINT8) {
      type = written instanceof StringType ? DataTypes.StringType : DataTypes.BinaryType;
    } else if (isArray) {
      type = DataTypes.createArrayType(elements.type(), false);
    }
    return new ValueReader(column, elements, isArray, type);
  }

  StructField field() {
    Metadata metadata =
        shape.length > 1
            ? new MetadataBuilder().putLongArray(RowColumn.SHAPE, shape).build()
            : Metadata.empty();
    return DataTypes.createStructField(name, type, false, metadata);
  }

  /**
   * A value.
   *
   * @param values records of the column
   * @param at where the record begins
   * @param bytes of the record
   */
  Object value(MemorySegment values, long at, long bytes) {
    if (!isArray) {
      return one(values, at);
    }
    if (elements == Elements.UINT8) {
      byte[] copy = bytes(values, at, bytes);
      return type instanceof StringType ? UTF8String.fromBytes(copy) : copy;
    }
    return array(values, at, Math.toIntExact(bytes / sizeBytes));
  }

  private static byte[] bytes(MemorySegment values, long at, long bytes) {
    byte[] copy = new byte[Math.toIntExact(bytes)];
    MemorySegment.copy(values, ValueLayout.JAVA_BYTE, at, copy, 0, copy.length);
    return copy;
  }

  private Object one(MemorySegment values, long at) {
    return switch (elements) {
      case BOOLEAN -> values.get(ValueLayout.JAVA_BYTE, at) != 0;
      case INT8 -> values.get(ValueLayout.JAVA_BYTE, at);
      case UINT8 -> (short) (values.get(ValueLayout.JAVA_BYTE, at) & 0xff);
      case INT16 -> values.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
      case UINT16 -> values.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) & 0xffff;
      case INT32 -> values.get(ValueLayout.JAVA_INT_UNALIGNED, at);
      case UINT32 -> values.get(ValueLayout.JAVA_INT_UNALIGNED, at) & 0xffffffffL;
      case INT64 -> values.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
      case FLOAT16 -> Float.float16ToFloat(values.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
      case FLOAT32 -> values.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
      case FLOAT64 -> values.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, at);
    };
  }

  private Object array(MemorySegment values, long at, int count) {
    return switch (elements) {
      case BOOLEAN -> {
        boolean[] array = new boolean[count];
        for (int i = 0; i < count; i++) {
          array[i] = values.get(ValueLayout.JAVA_BYTE, at + i) != 0;
        }
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case INT8 -> UnsafeArrayData.fromPrimitiveArray(bytes(values, at, count));
      case INT16 -> {
        short[] array = new short[count];
        MemorySegment.copy(values, ValueLayout.JAVA_SHORT_UNALIGNED, at, array, 0, count);
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case INT32 -> {
        int[] array = new int[count];
        MemorySegment.copy(values, ValueLayout.JAVA_INT_UNALIGNED, at, array, 0, count);
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case INT64 -> {
        long[] array = new long[count];
        MemorySegment.copy(values, ValueLayout.JAVA_LONG_UNALIGNED, at, array, 0, count);
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case FLOAT32 -> {
        float[] array = new float[count];
        MemorySegment.copy(values, ValueLayout.JAVA_FLOAT_UNALIGNED, at, array, 0, count);
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case FLOAT64 -> {
        double[] array = new double[count];
        MemorySegment.copy(values, ValueLayout.JAVA_DOUBLE_UNALIGNED, at, array, 0, count);
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case FLOAT16 -> {
        float[] array = new float[count];
        for (int i = 0; i < count; i++) {
          array[i] = (Float) one(values, at + (long) i * sizeBytes);
        }
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case UINT16 -> {
        int[] array = new int[count];
        for (int i = 0; i < count; i++) {
          array[i] = (Integer) one(values, at + (long) i * sizeBytes);
        }
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case UINT32 -> {
        long[] array = new long[count];
        for (int i = 0; i < count; i++) {
          array[i] = (Long) one(values, at + (long) i * sizeBytes);
        }
        yield UnsafeArrayData.fromPrimitiveArray(array);
      }
      case UINT8 -> throw new IllegalStateException("bytes are no arrays: " + name);
    };
  }
}
