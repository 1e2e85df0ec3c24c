package io.penstock.internal.slot;

import java.lang.foreign.MemorySegment;

/** Tells which records a batch has. Used by one reading thread. */
@FunctionalInterface
public interface IndexSource {
  /** As the sampler says. */
  IndexSource SAMPLER =
      (cursor, indices) -> cursor.share().fill(cursor.epoch(), cursor.batch(), indices);

  /** Writes the int64 indices of the cursor's batch to the beginning of a segment. */
  void fill(BatchCursor cursor, MemorySegment indices);
}
