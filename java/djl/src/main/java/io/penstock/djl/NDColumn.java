package io.penstock.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.penstock.Batch;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A column as DJL sees it: the type of its elements there, and arrays over its records.
 *
 * <p>It owns the mapping of types. DJL's PyTorch engine crashes the process on an array of int16,
 * uint16, uint32, uint64 or bfloat16 (tried with 0.35.1), although {@link DataType} has them: no
 * array of such a type may ever be made, so they are widened or refused.
 */
final class NDColumn {
  private final String name;
  private final ElementType elementType;
  private final long[] shape;
  private final DataType stored;
  private final Widening widening;
  private final DataType wanted;

  /**
   * Checks that the type exists in DJL.
   *
   * @param wanted type to convert to; null: as it is stored, or as it is widened
   * @throws IllegalArgumentException if there is no such type, saying what to do
   */
  NDColumn(String name, ElementType elementType, io.penstock.array.Shape shape, DataType wanted) {
    this.name = name;
    this.elementType = elementType;
    this.shape = shape.toArray();
    this.widening = Widening.of(elementType);
    this.stored = widening == null ? stored(name, elementType) : widening.type;
    this.wanted = wanted == null ? stored : wanted;
  }

  NDColumn(OutputColumn column, DataType wanted) {
    this(ofOneSize(column).name(), column.elementType(), column.shape(), wanted);
  }

  private static OutputColumn ofOneSize(OutputColumn column) {
    if (column.isVariable()) {
      throw new IllegalArgumentException(
          ("column '%s': expected records of one size, as those of an NDArray are, found records of"
                  + " different sizes: give the loader a transform that makes them one size")
              .formatted(column.name()));
    }
    return column;
  }

  String name() {
    return name;
  }

  /**
   * An array over the records of a batch: on the batch's own memory, unless the type has to change.
   *
   * @param batch with numbers in native order
   * @return a new array that belongs to the manager
   */
  NDArray of(Batch batch, NDManager manager) {
    return of(batch.column(name), batch.size(), manager, false);
  }

  /**
   * An array with a copy of one record of a dataset, in native order.
   *
   * @return a new array that belongs to the manager
   */
  NDArray copyOf(MemorySegment record, NDManager manager) {
    return of(record, -1, manager, true);
  }

  /** The shape has no axis of records if their number is negative. */
  private NDArray of(MemorySegment elements, int records, NDManager manager, boolean isCopied) {
    long recordBytes = elementType.sizeBytes();
    for (long size : shape) {
      recordBytes *= size;
    }
    if (elements.byteSize() != recordBytes * Math.abs(records)) {
      throw new IllegalArgumentException(
          ("column '%s': expected records of %d bytes each, found %d in %d bytes: an array has"
                  + " records of one size only, so take a column without offsets")
              .formatted(name, recordBytes, Math.abs(records), elements.byteSize()));
    }
    if (elements.byteSize() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          ("column '%s': expected at most %d bytes in an array of DJL, found %d: use a smaller"
                  + " batchSize")
              .formatted(name, Integer.MAX_VALUE, elements.byteSize()));
    }
    MemorySegment memory = elements;
    if (isCopied) {
      memory = MemorySegment.ofBuffer(manager.allocateDirect((int) elements.byteSize()));
      memory.copyFrom(elements);
      elementType.toNativeOrder(memory);
    }
    ByteBuffer buffer =
        widening == null
            ? memory.asByteBuffer().order(ByteOrder.nativeOrder())
            : widening.of(memory, manager);
    NDArray array = manager.create(buffer, shape(records), stored);
    if (wanted == stored) {
      return array;
    }
    try (array) {
      return array.toType(wanted, true);
    }
  }

  private Shape shape(int records) {
    if (records < 0) {
      return new Shape(shape);
    }
    long[] sizes = new long[shape.length + 1];
    sizes[0] = records;
    System.arraycopy(shape, 0, sizes, 1, shape.length);
    return new Shape(sizes);
  }

  private static DataType stored(String name, ElementType type) {
    DataType found =
        switch (type.kind()) {
          case BOOLEAN -> DataType.BOOLEAN;
          case INTEGER ->
              switch (type.sizeBytes()) {
                case 1 -> DataType.INT8;
                case 4 -> DataType.INT32;
                default -> DataType.INT64;
              };
          case UNSIGNED -> type.sizeBytes() == 1 ? DataType.UINT8 : null;
          case FLOAT ->
              switch (type.sizeBytes()) {
                case 2 -> DataType.FLOAT16;
                case 4 -> DataType.FLOAT32;
                case 8 -> DataType.FLOAT64;
                default -> null;
              };
          case COMPLEX, BYTES, UNICODE, RAW, DATETIME, TIMEDELTA -> null;
        };
    if (found == null) {
      throw new IllegalArgumentException(
          ("column '%s': expected booleans, integers of up to 8 bytes (unsigned ones of up to 4) or"
                  + " floats of 2, 4 or 8 bytes for DJL, found '%s': turn it into one of them"
                  + " with a transform, or leave it out")
              .formatted(name, type));
    }
    return found;
  }
}
