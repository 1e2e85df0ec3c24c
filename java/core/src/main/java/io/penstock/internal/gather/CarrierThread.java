package io.penstock.internal.gather;

import io.penstock.internal.os.ThreadClock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One of the threads of {@link Carriers}: carries out requests, and rests where there are none for
 * it.
 *
 * <p>What it owns: a reader of parts, and figures that any thread may look at.
 */
final class CarrierThread {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final Carriers carriers;
  private final int number;
  private final PartReader parts;
  private final Thread thread;
  private final AtomicBoolean isResting = new AtomicBoolean();

  private final Carriers.Tally tally = new Carriers.Tally();
  private volatile long cpuNanos; // Written by this thread only.

  CarrierThread(Carriers carriers, int number, PartReader parts) {
    this.carriers = carriers;
    this.number = number;
    this.parts = parts;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("penstock-record-reader-" + NUMBERS.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .unstarted(this::run);
  }

  Thread thread() {
    return thread;
  }

  /** Files that it has read from. */
  long reads() {
    return tally.reads();
  }

  long copyNanos() {
    return tally.copyNanos();
  }

  /** Processor time, as of when it rested last; 0 where the kernel does not tell. */
  long cpuNanos() {
    return cpuNanos;
  }

  /** Ends its rest; false if it did not rest. */
  boolean wake() {
    if (isResting.get() && isResting.compareAndSet(true, false)) {
      LockSupport.unpark(thread);
      return true;
    }
    return false;
  }

  private void run() {
    try {
      work();
    } catch (Throwable t) {
      carriers.died(t);
    }
  }

  private void work() {
    try (ThreadClock clock = ThreadClock.start()) {
      while (!carriers.isEnding()) {
        int place = carriers.claim(number);
        if (place == RequestBoard.NONE) {
          cpuNanos = Math.max(0, clock.nanos());
          rest();
        } else {
          carriers.carryOut(place, parts, tally);
        }
      }
      cpuNanos = Math.max(0, clock.nanos());
    }
  }

  private void rest() {
    isResting.set(true);
    // What came before that was said woke nobody.
    if (carriers.hasWork(number)) {
      isResting.set(false);
    }
    while (isResting.get()) {
      LockSupport.park(carriers);
      // The thread is ours, and nobody of us interrupts it.
      boolean _ = Thread.interrupted();
    }
  }
}
