package io.penstock.internal.slot;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.RecordLengths;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Cuts batches of records that differ in size into pieces that each fit into a slot: when they are
 * ordered with their slots, or when they are taken out of cells.
 *
 * <p>What it owns: how far the batch at hand is cut. A record that is too large for any slot, or
 * has an impossible place in its files, is a failed piece of its own. Of one reading thread; it
 * allocates nothing unless something fails.
 */
final class BatchCutter implements BatchFiller, BatchPieces {
  private final RecordLengths records;
  private final long limitBytes;
  private final boolean isolatesDamage;
  private final IndexSource indexSource;

  // Of the batch at hand.
  private final MemorySegment indices;
  private final MemorySegment[] lengths;
  private int size;

  /** Records of the batch that are in pieces already. */
  private int done;

  /** Records of the next piece; 0: it is not cut yet. */
  private int count;

  /** What is wrong with the only record of the next piece; null: nothing. */
  private PenstockException failure;

  BatchCutter(BatchCutting.ByBytes rules, IndexSource indexSource, Arena arena) {
    this.records = rules.records();
    this.limitBytes = rules.limitBytes();
    this.isolatesDamage = rules.isolatesDamage();
    this.indexSource = indexSource;
    this.indices = arena.allocate(ValueLayout.JAVA_LONG, rules.batchSize());
    this.lengths = new MemorySegment[records.columnCount()];
    for (int v = 0; v < lengths.length; v++) {
      lengths[v] = arena.allocate(ValueLayout.JAVA_LONG, rules.batchSize());
    }
  }

  @Override
  public void reset() {
    size = 0;
    done = 0;
    count = 0;
  }

  // ---- batches that are ordered with slots ------------------------------------------------------

  @Override
  public boolean fill(Slot slot, BatchCursor cursor) {
    if (size == 0) {
      indexSource.fill(cursor, indices);
      begin(cursor.size());
    }
    cut();
    assign(slot, cursor);
    slot.locate(indexSource.stepOffsets(), done, cursor);
    MemorySegment.copy(
        indices, (long) done * Long.BYTES, slot.indices(), 0, (long) count * Long.BYTES);
    taken();
    return slot.isLastPiece();
  }

  // ---- batches that are taken out of cells ------------------------------------------------------

  @Override
  public int left(BatchCursor cursor) {
    return size == 0 ? cursor.size() : size - done;
  }

  @Override
  public int next(BatchCursor cursor, OrderedIndices ordered) {
    if (size == 0) {
      ordered.copy(cursor.size(), indices);
      begin(cursor.size());
    }
    if (count == 0) {
      cut();
    }
    return count;
  }

  @Override
  public boolean canShorten() {
    return true;
  }

  @Override
  public void shorten(int toRecords) {
    count = Math.min(count, toRecords);
  }

  @Override
  public void assign(Slot slot, BatchCursor cursor) {
    RankShare share = cursor.share();
    long batch = cursor.batch();
    int real = Math.clamp(share.recordCount(batch) - done, 0, count);
    boolean isLast = done + count == size;
    slot.assignPiece(cursor.epoch(), share.position(batch, done), done, count, real, isLast);
    if (failure != null) {
      slot.fail(failure);
    }
  }

  @Override
  public void taken() {
    done += count;
    count = 0;
    if (done == size) {
      reset();
    }
  }

  // ---- cutting ----------------------------------------------------------------------------------

  private void begin(int batchSize) {
    for (int v = 0; v < lengths.length; v++) {
      records.lengths(v, indices, batchSize, lengths[v]);
    }
    size = batchSize;
  }

  private void cut() {
    failure = null;
    long left = limitBytes;
    count = 0;
    while (done + count < size) {
      long bytes = bytes(done + count);
      if (bytes < 0 || bytes > left) {
        break;
      }
      left -= bytes;
      count++;
    }
    if (count == 0) {
      count = 1;
      failure = failure(done);
    }
  }

  /** Of the values of a record; -1 if it has an impossible place, and is to be by itself. */
  private long bytes(int place) {
    long sum = 0;
    for (MemorySegment column : lengths) {
      long bytes = column.getAtIndex(ValueLayout.JAVA_LONG, place);
      if (bytes < 0 && isolatesDamage) {
        return -1;
      }
      sum += Math.max(0, bytes);
    }
    return sum;
  }

  private PenstockException failure(int place) {
    long index = indices.getAtIndex(ValueLayout.JAVA_LONG, place);
    PenstockException damage = isolatesDamage ? records.damageOrNull(index) : null;
    return damage != null ? damage : tooLarge(index, bytes(place));
  }

  private PenstockException tooLarge(long index, long bytes) {
    return PenstockException.builder(
            ErrorKind.RESOURCE_LIMIT,
            ("record %d: expected at most %d bytes of values in a batch (batchBytes), found %d in"
                    + " this record alone: give batchBytes of at least that, and memoryBytes for"
                    + " several such batches")
                .formatted(index, limitBytes, bytes))
        .recordIndex(index)
        .statusName("EMSGSIZE")
        .build();
  }
}
