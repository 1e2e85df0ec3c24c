package io.penstock.internal.wait;

import java.util.function.LongSupplier;

/**
 * Waits for something that often arrives within microseconds: for about as long as falling asleep
 * and being woken would take, the waiting thread polls, and yields in between.
 *
 * <p>Waking a thread costs the waker some microseconds, and the woken thread more: a third of the
 * time of a batch of small records that are in memory. A thread polls only while that has paid off:
 * after a longer wait, it sleeps at once the next time. So a consumer that waits for a device does
 * not keep a processor busy.
 */
public final class ShortWait {
  /** About the time that falling asleep and being woken takes on a virtual machine. */
  private static final long LONGEST_NANOS = 50_000;

  private final LongSupplier clock;
  private volatile long signals;

  /** Used by the waiting thread only. */
  private boolean isWorthIt = true;

  private long startNanos;

  /**
   * A wait whose event has not happened yet.
   *
   * @param clock tells nanoseconds
   */
  public ShortWait(LongSupplier clock) {
    this.clock = clock;
  }

  /** Something has happened. Under a lock: threads do not call it at the same time. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public void signal() {
    signals++;
  }

  /** How often something has happened, for {@link #spin}. */
  public long signals() {
    return signals;
  }

  /** A wait begins. */
  public void begin() {
    startNanos = clock.getAsLong();
  }

  /** The wait is over; notes whether it was so short that the next one may poll. */
  public void end() {
    isWorthIt = clock.getAsLong() - startNanos < 2 * LONGEST_NANOS;
  }

  /**
   * Polls until something happens after {@code seen}, if that is worth it, but not for long.
   * Yielding is a courtesy to threads that have no processor; nothing relies on it.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  public void spin(long seen) {
    while (isWorthIt && signals == seen && clock.getAsLong() - startNanos < LONGEST_NANOS) {
      Thread.yield();
    }
  }
}
