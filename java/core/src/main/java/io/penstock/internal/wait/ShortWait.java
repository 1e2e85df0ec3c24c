package io.penstock.internal.wait;

import java.util.function.LongSupplier;

/**
 * Waiting for what is often there within microseconds: for as long as falling asleep and being
 * woken would take, the waiting thread looks again and again, and lets others run in between.
 *
 * <p>Waking a thread costs the waker some microseconds, and the woken thread more: a third of the
 * time of a batch of small records that are in memory. Looking again is done only while it has
 * paid: after a wait that was longer, the next one sleeps at once. So a consumer that waits for a
 * device does not keep a processor busy.
 */
public final class ShortWait {
  /** As long as falling asleep and being woken on a virtual machine. */
  private static final long LONGEST_NANOS = 50_000;

  private final LongSupplier clock;
  private volatile long signals;

  /** Of the waiting thread. */
  private boolean isWorthIt = true;

  private long startNanos;

  /**
   * Nothing has happened yet.
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

  /** It is over: was it so short that the next one may be spent looking? */
  public void end() {
    isWorthIt = clock.getAsLong() - startNanos < 2 * LONGEST_NANOS;
  }

  /**
   * Looks until something happens after {@code seen}, if it is worth it, but not for long. Yielding
   * is a courtesy to threads that have no processor; nothing relies on it.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  public void spin(long seen) {
    while (isWorthIt && signals == seen && clock.getAsLong() - startNanos < LONGEST_NANOS) {
      Thread.yield();
    }
  }
}
