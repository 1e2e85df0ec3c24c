package io.penstock.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * The threads of a part of an engine: started together, and waited for with a limit, as they run
 * code that is not ours.
 */
final class EngineThreads {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final String prefix;
  private final String guests;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * No threads yet.
   *
   * @param prefix of their names
   * @param guests what of others they run, for messages
   */
  EngineThreads(String prefix, String guests) {
    this.prefix = prefix;
    this.guests = guests;
  }

  void add(Runnable work) {
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name(prefix + NUMBERS.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .unstarted(work));
  }

  void start() {
    threads.forEach(Thread::start);
  }

  boolean hasCurrent() {
    return threads.contains(Thread.currentThread());
  }

  /**
   * Waits until they have ended, whoever interrupts.
   *
   * @param extraSeconds beyond {@link CloseLimit}, for what our own code waits for by now
   * @throws IllegalStateException if one has not ended by then, saying where it is
   */
  void join(IntSupplier extraSeconds) {
    long start = System.nanoTime();
    boolean isInterrupted = false;
    try {
      for (Thread thread : threads) {
        while (thread.isAlive()) {
          int seconds = CloseLimit.seconds() + extraSeconds.getAsInt();
          long left = start + seconds * 1_000_000_000L - System.nanoTime();
          if (left <= 0) {
            throw notEnded(thread, seconds);
          }
          try {
            thread.join(left / 1_000_000 + 1);
          } catch (InterruptedException e) {
            isInterrupted = true;
          }
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private IllegalStateException notEnded(Thread thread, int seconds) {
    StackTraceElement[] stack = thread.getStackTrace();
    Throwable where = new Throwable("thread '" + thread.getName() + "' is here");
    where.setStackTrace(stack);
    return new IllegalStateException(
        ("expected %s to return within %d s of closing the loader, found thread '%s' at %s: its"
                + " memory is kept; see that it returns, and close again")
            .formatted(guests, seconds, thread.getName(), place(stack)),
        where);
  }

  /** Where somebody's own code is, and not the wait that it is in. */
  private static String place(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getModuleName() == null || !frame.getModuleName().startsWith("java.")) {
        return frame.toString();
      }
    }
    return stack.length == 0 ? "its end" : stack[0].toString();
  }
}
