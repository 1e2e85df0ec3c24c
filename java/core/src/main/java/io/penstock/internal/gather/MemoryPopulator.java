package io.penstock.internal.gather;

import io.penstock.internal.ffi.Provision;
import io.penstock.internal.wait.Uninterrupted;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Has the kernel provide a reader's memory from a thread of its own, just ahead of the reader,
 * which begins with what is there.
 *
 * <p>The first touch of memory costs more than a read where a virtual machine has to fetch it from
 * its host: 5 ms for 2 MiB were measured, so that a first sweep over a file spent more time on it
 * than on the device. What it owns: the thread, which ends when all is there, and sleeps while the
 * order is too short to need more. It must not touch anything else of the reader.
 */
final class MemoryPopulator implements AutoCloseable {
  private final Thread thread;
  private volatile boolean isWaiting;
  private volatile boolean isClosed;

  /** The most records that were ordered at a time; the owner's. */
  private long mostOrdered;

  private MemoryPopulator(Function<MemorySegment, Provision> step) {
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("penstock-memory-" + Thread.currentThread().threadId())
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> populate(step));
  }

  /**
   * Starts, if there is much memory.
   *
   * @param isWorthIt otherwise nothing is done
   * @param step provides some memory, counts it in the uint64 that it is given, and says whether
   *     there is more; must be quick, and called no more when {@link #close} has returned
   */
  static MemoryPopulator start(boolean isWorthIt, Function<MemorySegment, Provision> step) {
    MemoryPopulator populator = new MemoryPopulator(step);
    if (isWorthIt) {
      try {
        populator.thread.start();
      } catch (OutOfMemoryError e) {
        // No more threads can be started: memory is then provided when it is first written to, as
        // usual.
        populator.isClosed = true;
      }
    }
    return populator;
  }

  /**
   * Goes on, if there was enough for the records that were ordered before.
   *
   * @param ordered how many are ordered now and not taken
   */
  void ordered(long ordered) {
    if (ordered > mostOrdered) {
      mostOrdered = ordered;
      if (isWaiting) {
        LockSupport.unpark(thread);
      }
    }
  }

  private void populate(Function<MemorySegment, Provision> step) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment doneBytes = arena.allocate(ValueLayout.JAVA_LONG);
      Provision provision = Provision.MORE;
      while (provision != Provision.ALL && !isClosed) {
        provision = step.apply(doneBytes);
        if (provision == Provision.ENOUGH) {
          provision = waitForOrders(step, doneBytes);
        }
      }
    }
  }

  /** Looks once more when it can be woken: records may have been ordered in between. */
  private Provision waitForOrders(
      Function<MemorySegment, Provision> step, MemorySegment doneBytes) {
    isWaiting = true;
    Provision provision = step.apply(doneBytes);
    while (provision == Provision.ENOUGH && !isClosed) {
      LockSupport.park(this);
      provision = step.apply(doneBytes);
    }
    isWaiting = false;
    return provision;
  }

  /** Waits for a step that is being made; idempotent. */
  @Override
  public void close() {
    isClosed = true;
    LockSupport.unpark(thread);
    Uninterrupted.join(List.of(thread));
  }
}
