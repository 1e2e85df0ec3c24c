package io.penstock.array;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/**
 * A plain field of structured elements, which are delivered as raw bytes.
 *
 * <p>A field that is an array, or lies in one, has axes; its numbers need not be contiguous.
 * Immutable.
 */
public final class Field {
  private final String name;
  private final long offsetBytes;
  private final ElementType elementType;
  private final Shape shape;
  private final long[] strides;

  private Field(
      String name, long offsetBytes, ElementType elementType, Shape shape, long[] strides) {
    this.name = Objects.requireNonNull(name, "name");
    this.offsetBytes = offsetBytes;
    this.elementType = Objects.requireNonNull(elementType, "elementType");
    this.shape = Objects.requireNonNull(shape, "shape");
    this.strides = strides;
    if (offsetBytes < 0 || shape.rank() != strides.length) {
      throw new IllegalArgumentException(
          "field '%s' must have an offset >= 0 and a stride for each axis, was %d, %s, %s"
              .formatted(name, offsetBytes, shape, Arrays.toString(strides)));
    }
  }

  /**
   * A field of one value.
   *
   * @param name of the field, with a dot between levels of nesting
   * @param offsetBytes from the start of the element to the value, at least 0
   * @param elementType type of the value, as stored
   * @return the field
   * @throws IllegalArgumentException if the offset is negative
   */
  public static Field of(String name, long offsetBytes, ElementType elementType) {
    return new Field(name, offsetBytes, elementType, Shape.SCALAR, new long[0]);
  }

  /**
   * The same field with axes: it is an array, or lies in one.
   *
   * @param axes sizes of the axes that the field has within one element, outermost first
   * @param axisStrides distance in bytes between neighbours along each of these axes
   * @return the field
   * @throws IllegalArgumentException if there is not a stride for each axis
   */
  public Field withAxes(Shape axes, long... axisStrides) {
    return new Field(name, offsetBytes, elementType, axes, axisStrides.clone());
  }

  /**
   * What it is called.
   *
   * @return its name, with a dot between levels of nesting
   */
  public String name() {
    return name;
  }

  /**
   * Where its first value lies.
   *
   * @return in bytes from the start of the element, at least 0
   */
  public long offsetBytes() {
    return offsetBytes;
  }

  /**
   * Type of its values, as stored.
   *
   * @return the type
   */
  public ElementType elementType() {
    return elementType;
  }

  /**
   * Sizes of the axes that it has within one element, outermost first.
   *
   * @return the shape; without axes for a single value
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Distance between neighbours along each of its axes.
   *
   * @return in bytes, one for each axis; a copy
   */
  public long[] strides() {
    return strides.clone();
  }

  Field inNativeOrder() {
    return new Field(name, offsetBytes, elementType.inNativeOrder(), shape, strides);
  }

  /** Marks the bytes of the field in an element; false if one is marked, or beyond the limit. */
  boolean take(BitSet bytes, int limitBytes) {
    return take(bytes, limitBytes, offsetBytes, 0);
  }

  private boolean take(BitSet bytes, int limitBytes, long offset, int axis) {
    if (axis < shape.rank()) {
      boolean isFree = true;
      for (long i = 0; i < shape.dim(axis) && isFree; i++) {
        isFree = take(bytes, limitBytes, offset + i * strides[axis], axis + 1);
      }
      return isFree;
    }
    long end = offset + elementType.sizeBytes();
    if (end > limitBytes) {
      return false;
    }
    int next = bytes.nextSetBit((int) offset);
    bytes.set((int) offset, (int) end);
    return next < 0 || next >= end;
  }

  /** Reverses the bytes of the field in elements that lie one after another. */
  void toNativeOrder(MemorySegment elements, long elementBytes) {
    long count = elements.byteSize() / elementBytes;
    for (long i = 0; i < count; i++) {
      swap(elements, i * elementBytes + offsetBytes, 0);
    }
  }

  private void swap(MemorySegment elements, long offset, int axis) {
    if (axis == shape.rank()) {
      int numberBytes = elementType.numberBytes();
      ByteSwap.swap(elements, offset, elementType.sizeBytes(), numberBytes);
      return;
    }
    for (long i = 0; i < shape.dim(axis); i++) {
      swap(elements, offset + i * strides[axis], axis + 1);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Field that
        && name.equals(that.name)
        && offsetBytes == that.offsetBytes
        && elementType.equals(that.elementType)
        && shape.equals(that.shape)
        && Arrays.equals(strides, that.strides);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, offsetBytes, elementType, shape, Arrays.hashCode(strides));
  }

  @Override
  public String toString() {
    return "Field[%s at byte %d, %s %s]".formatted(name, offsetBytes, elementType, shape);
  }
}
