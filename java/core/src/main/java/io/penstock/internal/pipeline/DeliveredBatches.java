package io.penstock.internal.pipeline;

import java.util.Arrays;

/**
 * Which batches of an iteration were delivered when they may overtake each other: all before the
 * first missing one, and some after it. Not thread-safe.
 */
public final class DeliveredBatches {
  /** No batch overtakes one that is more than so many before it. */
  private static final int LIMIT = 64;

  /** Of batches behind the first missing one, whose numbers go round. */
  private final boolean[] isDelivered = new boolean[2 * LIMIT];

  private long firstMissing;

  /** Begins with batch 0 again, of which none is delivered. */
  public void reset() {
    firstMissing = 0;
    Arrays.fill(isDelivered, false);
  }

  /** Whether a batch may be worked on now, so that all finished ones can be distinguished. */
  public boolean allows(long batch) {
    return batch - firstMissing < LIMIT;
  }

  public void delivered(long batch) {
    isDelivered[at(batch)] = true;
    while (isDelivered[at(firstMissing)]) {
      isDelivered[at(firstMissing)] = false;
      firstMissing++;
    }
  }

  /** How many batches were delivered without a gap. */
  public long firstMissing() {
    return firstMissing;
  }

  private int at(long batch) {
    return (int) (batch % isDelivered.length);
  }
}
