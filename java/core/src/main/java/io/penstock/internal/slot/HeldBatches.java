package io.penstock.internal.slot;

/** What is said to a consumer that holds all batches and waits for another one. */
public final class HeldBatches {
  /** When all batches are in use this long, none will be given back. */
  public static final long LIMIT_MILLIS = 60_000;

  private HeldBatches() {}

  /** Throws when they are all held, and were since a moment that is too long ago. */
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
