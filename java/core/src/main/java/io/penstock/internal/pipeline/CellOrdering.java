package io.penstock.internal.pipeline;

import io.penstock.error.PenstockException;
import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.BatchPieces;
import io.penstock.internal.slot.IndexSource;
import io.penstock.internal.slot.OrderedOffsets;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.Windows;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;

/** Records are ordered without a slot, many batches by one call. */
class CellOrdering extends Ordering {
  private final MemorySegment indices;
  private final IndexSource source;
  private final OrderedOffsets offsets;
  private final BatchPieces pieces;
  private final BatchPieces.OrderedIndices orderedIndices;

  /** Room for the batches of one order, made once: ordering allocates nothing. */
  private final MemorySegment[] parts;

  /** The slot that is being filled; null: none is. */
  private Slot taking;

  /** Records of the batch or piece that is being taken, before any were left out. */
  private int takenRecords;

  CellOrdering(
      Shared shared,
      Windows windows,
      BatchPieces pieces,
      MemorySegment indices,
      IndexSource source,
      OrderedOffsets offsets) {
    super(shared, windows);
    this.pieces = pieces;
    this.source = source;
    this.offsets = offsets;
    this.orderedIndices = gatherer::ordered;
    this.indices = indices;
    long partBytes = (long) free.peek().capacity() * Long.BYTES;
    parts = new MemorySegment[(int) (indices.byteSize() / partBytes)];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = indices.asSlice(i * partBytes, partBytes);
    }
  }

  @Override
  void restart() {
    super.restart();
    if (taking != null) {
      free.add(taking);
      taking = null;
    }
    pieces.reset();
    offsets.reset();
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
      // A short batch ends the order: the next batch would not follow it without a gap.
      isFull = size * (long) Long.BYTES == parts[i].byteSize();
      advance();
    }
    count(Statistic.ORDER, start);
    if (count > 0) {
      order(indices, count, null);
    }
    return canOrder(0);
  }

  /** Copies the indices of the cursor's batch, which is ordered then. */
  final void fill(MemorySegment part) {
    source.fill(cursor, part);
    offsets.add(source.stepOffsets(), cursor.size());
  }

  final MemorySegment[] parts() {
    return parts;
  }

  @Override
  int wantedRecords(BatchCursor next) {
    boolean isOrdered = next.hasNext() && gatherer.ordered() >= pieces.left(next);
    return isOrdered && !free.isEmpty() ? pieces.next(next, orderedIndices) : 0;
  }

  @Override
  boolean makeDo(int ready) {
    if (pieces.canShorten()) {
      pieces.shorten(ready);
    }
    return pieces.canShorten();
  }

  @Override
  Slot slotFor(BatchCursor next) {
    Slot slot = free.peek();
    pieces.assign(slot, next);
    takenRecords = slot.endPlace() - slot.firstPlace();
    slot.locate(offsets.oldest(takenRecords), 0, next);
    taking = free.poll(); // Only now: what throws must not cost a slot.
    return slot;
  }

  /** A piece that has already failed was ordered like any other. */
  @Override
  void take(Slot slot) {
    PenstockException failure = slot.failure();
    super.take(slot);
    if (failure != null) {
      slot.fail(failure);
    }
  }

  @Override
  void taken() {
    taking = null;
    pieces.taken();
    offsets.remove(takenRecords);
  }
}
