package io.penstock.internal.slot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Tells which records a batch has. Used by one reading thread. */
@FunctionalInterface
public interface IndexSource {
  /** What {@link #stepOffsets} is where ranks are by position. */
  int[] NO_OFFSETS = {};

  /** As the sampler says, of ranks by position. */
  IndexSource SAMPLER =
      (cursor, indices) -> cursor.share().fill(cursor.epoch(), cursor.batch(), indices);

  /**
   * What a reading thread of a rank asks.
   *
   * @param shares whose batches
   * @param arena how long its memory lives: {@link #memoryBytes}
   */
  static IndexSource of(RankShares shares, Arena arena) {
    return shares.isByPlace()
        ? new PlaceIndices(shares, arena.allocate(ValueLayout.JAVA_LONG, shares.mostStepRecords()))
        : SAMPLER;
  }

  /** The memory of each reading thread's source. */
  static long memoryBytes(RankShares shares) {
    return shares.isByPlace() ? shares.mostStepRecords() * (long) Long.BYTES : 0;
  }

  /** Writes the int64 indices of the cursor's batch to the beginning of a segment. */
  void fill(BatchCursor cursor, MemorySegment indices);

  /**
   * Of the batch that was filled last: what {@link RankShare#stepPosition} takes, for each record.
   *
   * @return empty where ranks are by position; otherwise the same array each time, which may be
   *     longer than the batch
   */
  default int[] stepOffsets() {
    return NO_OFFSETS;
  }
}
