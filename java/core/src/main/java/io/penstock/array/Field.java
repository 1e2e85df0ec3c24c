package io.penstock.array;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * A plain field of structured elements, which are delivered as raw bytes.
 *
 * <p>A field that is an array, or lies in one, has axes; its numbers need not be contiguous.
 * Immutable.
 *
 * @param name of the field, with a dot between levels of nesting
 * @param offsetBytes from the start of the element to the first value of the field, at least 0
 * @param elementType type of the values, as stored
 * @param shape sizes of the axes that the field has within one element, outermost first; empty for
 *     a single value
 * @param strides distance in bytes between neighbours along each of these axes
 */
public record Field(
    String name, long offsetBytes, ElementType elementType, Shape shape, List<Long> strides) {

  /** Copies the list of strides: one for each axis. */
  public Field {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(elementType, "elementType");
    Objects.requireNonNull(shape, "shape");
    strides = List.copyOf(strides);
    if (offsetBytes < 0 || shape.rank() != strides.size()) {
      throw new IllegalArgumentException(
          "field '%s' must have an offset >= 0 and a stride for each axis, was %d, %s, %s"
              .formatted(name, offsetBytes, shape, strides));
    }
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
        isFree = take(bytes, limitBytes, offset + i * strides.get(axis), axis + 1);
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
      swap(elements, offset + i * strides.get(axis), axis + 1);
    }
  }
}
