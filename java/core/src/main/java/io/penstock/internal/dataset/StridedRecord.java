package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.Shard;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Records whose elements lie apart, as in Fortran order: puts one together from its pieces.
 *
 * <p>A piece is a run of bytes without gaps: the innermost dense axes form one. Immutable; copying
 * allocates nothing.
 */
public final class StridedRecord {
  /** Sizes of the axes that pieces are counted along, outermost first, and steps along them. */
  private final long[] sizes;

  private final long[] strides;
  private final long pieceBytes;

  private StridedRecord(long[] sizes, long[] strides, long pieceBytes) {
    this.sizes = sizes;
    this.strides = strides;
    this.pieceBytes = pieceBytes;
  }

  /** The pieces of a shard's records; null where they are one piece each. */
  static StridedRecord of(Column column, Shard shard) {
    if (shard.isWhole()) {
      return null;
    }
    long[] steps = shard.axisStrides();
    long bytes = column.elementType().sizeBytes();
    int axes = column.shape().rank();
    while (axes > 0 && (column.shape().dim(axes - 1) == 1 || steps[axes - 1] == bytes)) {
      bytes *= column.shape().dim(--axes);
    }
    long[] sizes = new long[axes];
    long[] strides = new long[axes];
    for (int axis = 0; axis < axes; axis++) {
      sizes[axis] = column.shape().dim(axis);
      strides[axis] = steps[axis];
    }
    return new StridedRecord(sizes, strides, bytes);
  }

  /** How many pieces a record of this shard is in. */
  public static long count(Column column, Shard shard) {
    StridedRecord pieces = of(column, shard);
    return pieces == null ? 1 : Arrays.stream(pieces.sizes).reduce(1, Math::multiplyExact);
  }

  /** Does something with a piece. */
  @FunctionalInterface
  interface Action {
    void accept(long fromOffset, long toOffset, long bytes) throws IOException;
  }

  /** All pieces of the record at an offset, in C order. For copying, {@link #copy} is faster. */
  void forEach(long fromOffset, Action action) throws IOException {
    forEach(0, fromOffset, 0, action);
  }

  /** Returns where the next piece goes. */
  private long forEach(int axis, long fromOffset, long toOffset, Action action) throws IOException {
    if (axis == sizes.length) {
      action.accept(fromOffset, toOffset, pieceBytes);
      return toOffset + pieceBytes;
    }
    long place = toOffset;
    for (long i = 0; i < sizes[axis]; i++) {
      place = forEach(axis + 1, fromOffset + i * strides[axis], place, action);
    }
    return place;
  }

  /** From the first byte of a record to its last. */
  long spanBytes() {
    long span = pieceBytes;
    for (int axis = 0; axis < sizes.length; axis++) {
      span += (sizes[axis] - 1) * strides[axis];
    }
    return span;
  }

  /** Copies one record, elements in C order. */
  void copy(MemorySegment from, long fromOffset, MemorySegment to, long toOffset) {
    copy(0, from, fromOffset, to, toOffset);
  }

  /** Returns where the next piece goes. */
  private long copy(
      int axis, MemorySegment from, long fromOffset, MemorySegment to, long toOffset) {
    if (axis == sizes.length) {
      MemorySegment.copy(from, fromOffset, to, toOffset, pieceBytes);
      return toOffset + pieceBytes;
    }
    long place = toOffset;
    for (long i = 0; i < sizes[axis]; i++) {
      place = copy(axis + 1, from, fromOffset + i * strides[axis], to, place);
    }
    return place;
  }
}
