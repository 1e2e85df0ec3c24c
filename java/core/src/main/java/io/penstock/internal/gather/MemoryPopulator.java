package io.penstock.internal.gather;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Predicate;

/**
 * Has the kernel provide a reader's memory from a thread of its own, while the reader starts to use
 * it from the other end.
 *
 * <p>The first touch of memory costs more than a read where a virtual machine has to fetch it from
 * its host: 5 ms for 2 MiB were measured, so that a first sweep over a file spent more time on it
 * than on the device. What it owns: the thread, which ends by itself. It must not touch anything
 * else of the reader.
 */
final class MemoryPopulator implements AutoCloseable {
  private final Thread thread;
  private volatile boolean isClosed;

  private MemoryPopulator(Predicate<MemorySegment> step) {
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
  static MemoryPopulator start(boolean isWorthIt, Predicate<MemorySegment> step) {
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

  private void populate(Predicate<MemorySegment> step) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment doneBytes = arena.allocate(ValueLayout.JAVA_LONG);
      boolean hasMore = true;
      while (hasMore && !isClosed) {
        hasMore = step.test(doneBytes);
      }
    }
  }

  /** Waits for a step that is being made; idempotent. */
  @Override
  public void close() {
    isClosed = true;
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
