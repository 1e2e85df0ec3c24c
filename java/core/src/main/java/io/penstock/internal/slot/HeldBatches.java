package io.penstock.internal.slot;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;

/** Detects a consumer that holds all batches and waits for another one. */
public final class HeldBatches {
  /** When all batches are in use this long, none will be given back. */
  public static final long LIMIT_MILLIS = 60_000;

  private HeldBatches() {}

  /**
   * Waits once for a notification, on behalf of a consumer that waits for a batch. The caller finds
   * out why it woke.
   *
   * @param monitor held by the calling thread
   * @param areAllHeld whether the consumer holds all batches, so that only it can make another one
   *     possible
   * @param limitNanos how long it is willing to wait, at least 1. More than 146 years are no limit:
   *     what is left of {@code Long.MAX_VALUE} after a wait is still "as long as it takes"
   * @throws PenstockException if the thread is interrupted; its interrupt flag is set again
   */
  @SuppressWarnings("WaitNotInLoop") // The caller has the loop: it alone knows the condition.
  public static void await(Object monitor, boolean areAllHeld, long limitNanos) {
    // Rounded up, or the last millisecond would be spent in a loop. 0 means forever.
    long millis = limitNanos > Long.MAX_VALUE / 2 ? 0 : Math.ceilDiv(limitNanos, 1_000_000L);
    boolean isLonger = millis == 0 || millis > LIMIT_MILLIS;
    try {
      monitor.wait(areAllHeld && isLonger ? LIMIT_MILLIS : millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PenstockException(
          ErrorKind.INTERRUPTED, "interrupted while waiting for a batch", e);
    }
  }

  /** Throws if all batches have been held for too long. */
  public static void check(boolean areAllHeld, long sinceNanos, int count) {
    if (areAllHeld && System.nanoTime() - sinceNanos >= LIMIT_MILLIS * 1_000_000) {
      throw new IllegalStateException(
          ("all %d batches are in use, and none was closed for %d s: close retained batches"
                  + " (-Dpenstock.trackBatches=true tells where they were taken), or raise"
                  + " prefetchBatches and memoryBytes")
              .formatted(count, LIMIT_MILLIS / 1000));
    }
  }
}
