package io.penstock.internal.pipeline;

import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.Windows;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;

/** Records are ordered without a slot, many batches by one call. */
class CellOrdering extends Ordering {
  private final MemorySegment indices;

  /** A place for each batch of one order: made once, so that ordering is free. */
  private final MemorySegment[] parts;

  CellOrdering(Shared shared, Windows windows, MemorySegment indices) {
    super(shared, windows);
    this.indices = indices;
    long partBytes = (long) free.peek().capacity() * Long.BYTES;
    parts = new MemorySegment[(int) (indices.byteSize() / partBytes)];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = indices.asSlice(i * partBytes, partBytes);
    }
  }

  @Override
  boolean orderAhead() {
    long start = System.nanoTime();
    int count = 0;
    boolean isFull = true;
    for (int i = 0; i < parts.length && isFull && canOrder(count); i++) {
      int size = cursor.size();
      fill(parts[i]);
      count += size;
      // A short batch ends the order: what follows would not lie right behind it.
      isFull = size * (long) Long.BYTES == parts[i].byteSize();
      advance();
    }
    count(Statistic.ORDER, start);
    if (count > 0) {
      order(indices, count, null);
    }
    return canOrder(0);
  }

  /** With the indices of the cursor's batch. */
  final void fill(MemorySegment part) {
    cursor.share().fill(cursor.epoch(), cursor.batch(), part);
  }

  final MemorySegment[] parts() {
    return parts;
  }

  @Override
  int wantedRecords(BatchCursor next) {
    boolean isOrdered = next.hasNext() && gatherer.ordered() >= next.size();
    return isOrdered && !free.isEmpty() ? next.size() : 0;
  }

  @Override
  Slot slotFor(BatchCursor next) {
    Slot slot = free.peek();
    slot.assign(next);
    return slot;
  }

  @Override
  void taken() {
    free.poll();
  }
}
