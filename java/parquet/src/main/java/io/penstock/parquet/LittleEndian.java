package io.penstock.parquet;

import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.schema.ColumnSchema;
import io.penstock.array.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes values of one size as the elements of an array. */
final class LittleEndian {
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;
  private static final int JULIAN_DAY_OF_1970 = 2_440_588;
  private static final int INT96_BYTES = 12;

  private LittleEndian() {}

  /** The values of a batch, from the first on, in as many bytes as they take. */
  static byte[] of(ColumnReader values, ColumnSchema leaf, ElementType type, int count)
      throws IOException {
    long size =
        leaf.type() == PhysicalType.FIXED_LEN_BYTE_ARRAY ? leaf.typeLength() : type.sizeBytes();
    byte[] bytes = new byte[Math.toIntExact(count * size)];
    ByteBuffer into = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (leaf.type()) {
      case BOOLEAN -> put(into, values.getBooleans(), count);
      case FLOAT -> into.asFloatBuffer().put(values.getFloats(), 0, count);
      case DOUBLE -> into.asDoubleBuffer().put(values.getDoubles(), 0, count);
      case INT32 -> put(into, values.getInts(), (int) size, count);
      case INT64 -> into.asLongBuffer().put(values.getLongs(), 0, count);
      case INT96 -> putTimes(into, values.getBinaryValues(), values.getBinaryOffsets(), count);
      case FIXED_LEN_BYTE_ARRAY ->
          putBytes(into, values.getBinaryValues(), values.getBinaryOffsets(), count, (int) size);
      case BYTE_ARRAY -> throw new IllegalStateException("byte arrays have no one size");
    }
    return bytes;
  }

  private static void put(ByteBuffer into, boolean[] values, int count) {
    for (int i = 0; i < count; i++) {
      into.put((byte) (values[i] ? 1 : 0));
    }
  }

  /** Small integers are stored as large ones. */
  private static void put(ByteBuffer into, int[] values, int size, int count) {
    switch (size) {
      case Byte.BYTES -> {
        for (int i = 0; i < count; i++) {
          into.put((byte) values[i]);
        }
      }
      case Short.BYTES -> {
        for (int i = 0; i < count; i++) {
          into.putShort((short) values[i]);
        }
      }
      default -> into.asIntBuffer().put(values, 0, count);
    }
  }

  private static void putBytes(ByteBuffer into, byte[] values, int[] offsets, int count, int size)
      throws IOException {
    for (int i = 0; i < count; i++) {
      int length = offsets[i + 1] - offsets[i];
      if (length == size) {
        into.put(values, offsets[i], size);
      } else if (length == 0) {
        into.position(into.position() + size); // A null.
      } else {
        throw new IOException(
            "expected byte arrays of length %d, found one of %d: make or copy the file again"
                .formatted(size, length));
      }
    }
  }

  /** The nanoseconds of a day, and the Julian day: how Hive and Spark once wrote times. */
  private static void putTimes(ByteBuffer into, byte[] values, int[] offsets, int count)
      throws IOException {
    ByteBuffer from = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      if (offsets[i + 1] - offsets[i] < INT96_BYTES) {
        into.putLong(0); // A null.
        continue;
      }
      long day = from.getInt(offsets[i] + Long.BYTES) - (long) JULIAN_DAY_OF_1970;
      try {
        into.putLong(
            Math.addExact(Math.multiplyExact(day, NANOS_PER_DAY), from.getLong(offsets[i])));
      } catch (ArithmeticException e) {
        throw new IOException(
            "expected times from 1677 to 2262, which fit into 64 bits of nanoseconds, found day %d of 1970: write the column as TIMESTAMP"
                .formatted(day),
            e);
      }
    }
  }
}
