package io.penstock.bench.ranks;

import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.IndexSource;
import io.penstock.internal.slot.RankShares;
import io.penstock.job.LoaderState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The batches of one rank, one after another, as its reading thread asks for them. */
final class RankBatch implements AutoCloseable {
  private final Arena arena = Arena.ofConfined();
  private final BatchCursor cursor;
  private final IndexSource source;
  private final MemorySegment indices;
  private int size;

  /** The batches after a state; from the start of the epoch without one. */
  RankBatch(RankedJob job, int rank, LoaderState state) {
    RankShares shares = job.shares(rank, state);
    cursor = new BatchCursor(shares);
    cursor.seek(0, 1);
    source = IndexSource.of(shares, arena);
    indices = arena.allocate(ValueLayout.JAVA_LONG, shares.mostRecords());
  }

  /**
   * Goes to the next batch.
   *
   * @return false if the epoch has none
   */
  boolean next() {
    if (!cursor.hasNext()) {
      size = 0;
      return false;
    }
    size = cursor.size();
    source.fill(cursor, indices);
    cursor.advance(1);
    return true;
  }

  /** Goes back to before the first batch. */
  void rewind() {
    cursor.seek(0, 1);
  }

  int size() {
    return size;
  }

  long index(int i) {
    return indices.getAtIndex(ValueLayout.JAVA_LONG, i);
  }

  /** How often the batch has a record. */
  int count(long index) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      count += index(i) == index ? 1 : 0;
    }
    return count;
  }

  @Override
  public void close() {
    arena.close();
  }
}
