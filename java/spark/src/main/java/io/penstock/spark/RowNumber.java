package io.penstock.spark;

import io.penstock.array.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.jspecify.annotations.Nullable;

/** The numbers that both Spark and shards have. */
enum RowNumber {
  BOOLEAN(ElementType.BOOL) {
    @Override
    byte[] bytes(ArrayData array) {
      boolean[] values = array.toBooleanArray();
      byte[] bytes = new byte[values.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (values[i] ? 1 : 0);
      }
      return bytes;
    }

    @Override
    byte[] bytes(InternalRow row, int ordinal) {
      return new byte[] {(byte) (row.getBoolean(ordinal) ? 1 : 0)};
    }
  },
  BYTE(ElementType.INT8) {
    @Override
    byte[] bytes(ArrayData array) {
      return array.toByteArray();
    }

    @Override
    byte[] bytes(InternalRow row, int ordinal) {
      return new byte[] {row.getByte(ordinal)};
    }
  },
  SHORT(ElementType.INT16) {
    @Override
    byte[] bytes(ArrayData array) {
      byte[] bytes = room(array.numElements());
      over(bytes).asShortBuffer().put(array.toShortArray());
      return bytes;
    }

    @Override
    byte[] bytes(InternalRow row, int ordinal) {
      byte[] bytes = room(1);
      over(bytes).putShort(row.getShort(ordinal));
      return bytes;
    }
  },
  INTEGER(ElementType.INT32) {
    @Override
    byte[] bytes(ArrayData array) {
      byte[] bytes = room(array.numElements());
      over(bytes).asIntBuffer().put(array.toIntArray());
      return bytes;
    }

    @Override
    byte[] bytes(InternalRow row, int ordinal) {
      byte[] bytes = room(1);
      over(bytes).putInt(row.getInt(ordinal));
      return bytes;
    }
  },
  LONG(ElementType.INT64) {
    @Override
    byte[] bytes(ArrayData array) {
      byte[] bytes = room(array.numElements());
      over(bytes).asLongBuffer().put(array.toLongArray());
      return bytes;
    }

    @Override
    byte[] bytes(InternalRow row, int ordinal) {
      byte[] bytes = room(1);
      over(bytes).putLong(row.getLong(ordinal));
      return bytes;
    }
  },
  FLOAT(ElementType.FLOAT32) {
    @Override
    byte[] bytes(ArrayData array) {
      byte[] bytes = room(array.numElements());
      over(bytes).asFloatBuffer().put(array.toFloatArray());
      return bytes;
    }

    @Override
    byte[] bytes(InternalRow row, int ordinal) {
      byte[] bytes = room(1);
      over(bytes).putFloat(row.getFloat(ordinal));
      return bytes;
    }
  },
  DOUBLE(ElementType.FLOAT64) {
    @Override
    byte[] bytes(ArrayData array) {
      byte[] bytes = room(array.numElements());
      over(bytes).asDoubleBuffer().put(array.toDoubleArray());
      return bytes;
    }

    @Override
    byte[] bytes(InternalRow row, int ordinal) {
      byte[] bytes = room(1);
      over(bytes).putDouble(row.getDouble(ordinal));
      return bytes;
    }
  };

  private final String descr;
  private final int sizeBytes;

  RowNumber(ElementType type) {
    this.descr = type.descr();
    this.sizeBytes = type.sizeBytes();
  }

  ElementType elementType() {
    return ElementType.parse(descr);
  }

  byte[] room(int count) {
    return new byte[Math.multiplyExact(count, sizeBytes)];
  }

  static ByteBuffer over(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  abstract byte[] bytes(ArrayData array);

  abstract byte[] bytes(InternalRow row, int ordinal);

  /** The one of a type of Spark; null if there is none. */
  static @Nullable RowNumber of(DataType type) {
    return switch (type) {
      case BooleanType _ -> BOOLEAN;
      case ByteType _ -> BYTE;
      case ShortType _ -> SHORT;
      case IntegerType _ -> INTEGER;
      case LongType _ -> LONG;
      case FloatType _ -> FLOAT;
      case DoubleType _ -> DOUBLE;
      default -> null;
    };
  }
}
