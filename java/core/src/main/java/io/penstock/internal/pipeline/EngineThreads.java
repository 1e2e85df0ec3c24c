package io.penstock.internal.pipeline;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.wait.CloseLimit;
import io.penstock.internal.wait.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one part of an engine. They are started together and joined with a time limit, as
 * they run code of users.
 */
public final class EngineThreads {
  /**
   * A thread whose stack begins in this class is in a call of the C library: it waits for a device.
   */
  private static final String NATIVE = "io.penstock.internal.ffi.";

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final String prefix;
  private final String guests;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * No threads yet.
   *
   * @param prefix of their names
   * @param guests the user's code that they run, for messages
   */
  public EngineThreads(String prefix, String guests) {
    this.prefix = prefix;
    this.guests = guests;
  }

  public void add(Runnable work) {
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name(prefix + NUMBERS.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .unstarted(work));
  }

  /**
   * Starts them.
   *
   * @throws PenstockException if a limit on threads is reached; some threads may have been started
   */
  public void start() {
    for (Thread thread : threads) {
      start(thread, threads.size());
    }
  }

  /** Starts one of {@code count} threads. */
  public static void start(Thread thread, int count) {
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      // The JVM throws this when a limit on threads is reached, not only when memory is short.
      throw new PenstockException(
          ErrorKind.RESOURCE_LIMIT,
          ("expected %d threads, found that '%s' could not be started: raise the limit (ulimit -u,"
                  + " pids.max of the control group), or ask for fewer threads (%s)")
              .formatted(count, thread.getName(), e.getMessage()),
          e);
    }
  }

  public boolean hasCurrent() {
    return threads.contains(Thread.currentThread());
  }

  public boolean haveEnded() {
    return threads.stream().noneMatch(Thread::isAlive);
  }

  /**
   * Waits until they have ended. An interrupt leaves them a second, also one that came before the
   * call: whatever is healthy has ended by then.
   *
   * @param nanos how long at most
   * @throws IllegalStateException if code of the user does not return, saying where it is
   * @throws io.penstock.error.PenstockException if a device does not answer
   */
  public void join(long nanos) {
    long end = System.nanoTime() + nanos;
    boolean isInterrupted = false;
    try {
      for (Thread thread : threads) {
        while (thread.isAlive()) {
          long left = end - System.nanoTime();
          if (left <= 0) {
            throw notEnded(thread, isInterrupted);
          }
          try {
            thread.join(left / 1_000_000 + 1);
          } catch (InterruptedException e) {
            isInterrupted = true;
            end = Math.min(end, System.nanoTime() + Patience.GRACE_NANOS);
          }
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private RuntimeException notEnded(Thread thread, boolean isInterrupted) {
    StackTraceElement[] stack = thread.getStackTrace();
    Throwable where = new Throwable("thread '" + thread.getName() + "' is here");
    where.setStackTrace(stack);
    String place = place(stack);
    if (isInterrupted) {
      return new PenstockException(
          ErrorKind.INTERRUPTED,
          "interrupted while the loader was being closed, and thread '%s' was at %s: its memory is kept; close it again"
              .formatted(thread.getName(), place),
          where);
    }
    if (place.startsWith(NATIVE) || place.contains("/" + NATIVE)) {
      return Patience.noAnswer(
          "the loader was being closed",
          "its memory and files are kept until it answers: close it again then",
          where);
    }
    return new IllegalStateException(
        ("expected %s to return within %d s of closing the loader, found thread '%s' at %s: its"
                + " memory is kept; see that it returns, and close again")
            .formatted(guests, CloseLimit.seconds(), thread.getName(), place),
        where);
  }

  /** The place in the user's code, rather than the wait that the code is in. */
  private static String place(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getModuleName() == null || !frame.getModuleName().startsWith("java.")) {
        return frame.toString();
      }
    }
    return stack.length == 0 ? "its end" : stack[0].toString();
  }
}
