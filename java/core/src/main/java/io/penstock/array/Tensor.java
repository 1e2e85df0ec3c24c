package io.penstock.array;

import io.penstock.Batch;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;

/**
 * A column of a batch as DLPack describes it, for native libraries that take a pointer and a
 * description; see {@link Batch#tensor}. It does not keep the batch open: the memory is valid as
 * long as the batch is open.
 *
 * <p>Strings and raw data, which DLPack does not know, are bytes with one more axis, or 32-bit code
 * points; times are 64-bit integers. DLPack assumes the byte order of the machine: code that fills
 * a {@code DLTensor} must refuse the other one.
 *
 * @param data the memory; its address is DLPack's {@code data}, with {@code byte_offset} 0
 * @param shape number of elements along each axis, records first
 * @param strides distance between neighbours along each axis, in elements, as DLPack counts them
 * @param typeCode {@code DLDataTypeCode}: {@link #INT}, {@link #UINT}, {@link #FLOAT}, {@link
 *     #COMPLEX} or {@link #BOOL}
 * @param bits of an element
 * @param lanes always 1: elements are no vectors
 * @param order byte order of the elements; that of this machine if they have none
 */
public record Tensor(
    MemorySegment data,
    Shape shape,
    List<Long> strides,
    int typeCode,
    int bits,
    int lanes,
    ByteOrder order) {
  /** Signed integers: {@code kDLInt}. */
  public static final int INT = 0;

  /** Unsigned integers: {@code kDLUInt}. */
  public static final int UINT = 1;

  /** IEEE 754 numbers: {@code kDLFloat}. */
  public static final int FLOAT = 2;

  /** Complex numbers: {@code kDLComplex}. */
  public static final int COMPLEX = 5;

  /** Bytes that are 0 or 1: {@code kDLBool}. */
  public static final int BOOL = 6;

  private static final int BITS_PER_BYTE = 8;

  /** Copies the strides. */
  public Tensor {
    Objects.requireNonNull(shape, "shape");
    strides = List.copyOf(strides);
  }

  /**
   * Describes the memory of a column, one record after another in C order.
   *
   * @param data memory of the records, which must be at least {@code size} of them
   * @param column what the records are
   * @param size number of records, the first axis of the shape
   * @return the description; of text its code points as uint32, of bytes and raw records their
   *     bytes
   */
  public static Tensor of(MemorySegment data, OutputColumn column, int size) {
    ElementType type = column.elementType();
    int code =
        switch (type.kind()) {
          case BOOLEAN -> BOOL;
          case INTEGER, DATETIME, TIMEDELTA -> INT;
          case UNSIGNED, BYTES, UNICODE, RAW -> UINT;
          case FLOAT -> FLOAT;
          case COMPLEX -> COMPLEX;
        };
    int bytes =
        switch (type.kind()) {
          case BYTES, RAW -> 1;
          case UNICODE -> Integer.BYTES;
          default -> type.sizeBytes();
        };
    Shape shape = column.shape().withFirst(size);
    if (bytes != type.sizeBytes()) {
      shape = shape.withLast((long) type.sizeBytes() / bytes);
    }
    Long[] strides = new Long[shape.rank()];
    long stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.dim(axis);
    }
    ByteOrder order = type.order() == null ? ByteOrder.nativeOrder() : type.order();
    return new Tensor(data, shape, List.of(strides), code, bytes * BITS_PER_BYTE, 1, order);
  }

  /**
   * Whether a library that knows native byte order only can use it.
   *
   * @return false if elements are in the other byte order
   */
  public boolean isNativeOrder() {
    return order.equals(ByteOrder.nativeOrder());
  }

  /**
   * Where the first element is.
   *
   * @return the address in this process
   */
  public long address() {
    return data.address();
  }
}
