package io.penstock.internal.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where the records that are ordered and not yet taken lie in the steps of their ranks: a ring,
 * from the oldest to the newest. Ranks by position have no use for it, and it keeps nothing then.
 *
 * <p>Used by one reading thread. Allocates nothing while it is used.
 */
public final class OrderedOffsets {
  /** For ranks by position. */
  public static final OrderedOffsets NONE = new OrderedOffsets(MemorySegment.NULL, 0);

  /** What it takes for each record that is known ahead. */
  public static final int RECORD_BYTES = Integer.BYTES;

  private final MemorySegment ring;
  private final int capacity;

  /** Those of the batch at hand. */
  private final int[] oldest;

  private int head;
  private int count;

  /**
   * An empty ring.
   *
   * @param ring room for an int32 for each record that is known ahead
   * @param batchSize most records of a batch
   */
  public OrderedOffsets(MemorySegment ring, int batchSize) {
    this.ring = ring;
    this.capacity = (int) (ring.byteSize() / RECORD_BYTES);
    this.oldest = batchSize == 0 ? IndexSource.NO_OFFSETS : new int[batchSize];
  }

  /** Forgets all. */
  public void reset() {
    head = 0;
    count = 0;
  }

  /** Adds the first of some offsets. */
  public void add(int[] offsets, int added) {
    if (offsets.length == 0) {
      return;
    }
    if (added > capacity - count) {
      throw new IllegalStateException(
          "room for %d more records was expected, was for %d".formatted(added, capacity - count));
    }
    for (int i = 0; i < added; i++) {
      ring.setAtIndex(ValueLayout.JAVA_INT, wrapped(count + i), offsets[i]);
    }
    count += added;
  }

  /**
   * The oldest of them.
   *
   * @param wanted how many
   * @return the same array each time; empty for ranks by position
   */
  public int[] oldest(int wanted) {
    for (int i = 0; i < wanted && oldest.length > 0; i++) {
      oldest[i] = ring.getAtIndex(ValueLayout.JAVA_INT, wrapped(i));
    }
    return oldest;
  }

  /** Forgets the oldest, as they were taken. */
  public void remove(int taken) {
    if (oldest.length > 0) {
      head = (int) wrapped(taken);
      count -= taken;
    }
  }

  private long wrapped(int i) {
    long at = (long) head + i;
    return at < capacity ? at : at - capacity;
  }
}
