package io.penstock.array;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * A column of a batch as DLPack describes it, for native libraries that take a pointer and a
 * description; see {@link io.penstock.Batch#tensor}. It does not keep the batch open: the memory is
 * valid as long as the batch is open.
 *
 * <p>Strings and raw data, which DLPack does not know, are bytes with one more axis, or 32-bit code
 * points; times are 64-bit integers. DLPack assumes the byte order of the machine: code that fills
 * a {@code DLTensor} must refuse the other one.
 */
public final class Tensor {
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

  private final MemorySegment data;
  private final Shape shape;
  private final long[] strides;
  private final int typeCode;
  private final int bits;
  private final ByteOrder order;

  private Tensor(
      MemorySegment data, Shape shape, long[] strides, int typeCode, int bits, ByteOrder order) {
    this.data = data;
    this.shape = shape;
    this.strides = strides;
    this.typeCode = typeCode;
    this.bits = bits;
    this.order = order;
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
    long[] strides = new long[shape.rank()];
    long stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.dim(axis);
    }
    ByteOrder order = type.order().orElse(ByteOrder.nativeOrder());
    return new Tensor(data, shape, strides, code, bytes * BITS_PER_BYTE, order);
  }

  /**
   * The memory; its address is DLPack's {@code data}, with {@code byte_offset} 0.
   *
   * @return the memory, valid as long as the batch is open
   */
  public MemorySegment data() {
    return data;
  }

  /**
   * Number of elements along each axis, records first.
   *
   * @return DLPack's {@code shape}
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Distance between neighbours along each axis.
   *
   * @return in elements, as DLPack counts them; a new array
   */
  public long[] strides() {
    return strides.clone();
  }

  /**
   * What an element is.
   *
   * @return {@code DLDataTypeCode}: {@link #INT}, {@link #UINT}, {@link #FLOAT}, {@link #COMPLEX}
   *     or {@link #BOOL}
   */
  public int typeCode() {
    return typeCode;
  }

  /**
   * Size of an element.
   *
   * @return in bits
   */
  public int bits() {
    return bits;
  }

  /**
   * Numbers in an element: elements are no vectors.
   *
   * @return 1
   */
  public int lanes() {
    return 1;
  }

  /**
   * Byte order of the elements.
   *
   * @return that of this machine if they have none
   */
  public ByteOrder order() {
    return order;
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

  @Override
  public String toString() {
    return "Tensor[shape=%s, typeCode=%d, bits=%d, order=%s]"
        .formatted(shape, typeCode, bits, order);
  }
}
