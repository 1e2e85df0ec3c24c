package io.penstock.internal.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Gives every batch the records of the first batch. If that one is short, the first longer one
 * takes its place.
 */
public final class ReplayedIndices implements IndexSource {
  private final IndexSource source;
  private long[] first = {};

  /**
   * Replays one batch of a source.
   *
   * @param source asked for the first batch
   */
  public ReplayedIndices(IndexSource source) {
    this.source = source;
  }

  @Override
  public void fill(BatchCursor cursor, MemorySegment indices) {
    int size = cursor.size();
    if (size > first.length) {
      source.fill(cursor, indices);
      first = indices.asSlice(0, (long) size * Long.BYTES).toArray(ValueLayout.JAVA_LONG);
    }
    MemorySegment.copy(first, 0, indices, ValueLayout.JAVA_LONG, 0, size);
  }

  @Override
  public int[] stepOffsets() {
    return source.stepOffsets();
  }
}
