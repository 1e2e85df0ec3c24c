package io.penstock.bench.cold.child;

import io.penstock.bench.data.Digest;
import java.lang.foreign.MemorySegment;

/**
 * Where a contender delivers its batches: adds them to the digest, tells when to stop.
 *
 * <p>The clock starts when the sink is made and stands at the last delivery.
 */
final class TimedSink {
  private final Digest digest;
  private final long startNanos = System.nanoTime();
  private final long deadlineNanos;
  private long firstNanos = -1;
  private long lastNanos;

  /**
   * Starts the clock.
   *
   * @param digest of no records yet
   * @param seconds after which it has enough
   */
  TimedSink(Digest digest, double seconds) {
    this.digest = digest;
    deadlineNanos = (long) (seconds * 1e9);
  }

  /**
   * Takes the next records of the order.
   *
   * @param batch the records, one after another
   * @param offsets where each begins, and where the last ends: int64, bytes
   * @param count how many
   * @return whether to go on
   */
  boolean accept(MemorySegment batch, MemorySegment offsets, int count) {
    digest.add(batch, offsets, count);
    lastNanos = System.nanoTime() - startNanos;
    if (firstNanos < 0) {
      firstNanos = lastNanos;
    }
    return lastNanos < deadlineNanos;
  }

  Digest digest() {
    return digest;
  }

  double seconds() {
    return lastNanos / 1e9;
  }

  double firstBatchSeconds() {
    return firstNanos / 1e9;
  }
}
