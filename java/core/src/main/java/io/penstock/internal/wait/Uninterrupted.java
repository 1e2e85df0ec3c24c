package io.penstock.internal.wait;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * What is done in spite of interrupts: work on a file, from opening to closing it, and waiting for
 * threads and the like. Afterwards the interrupt flag of the thread is set again, so that the
 * interrupt is not lost.
 *
 * <p>An interrupt closes the channel that the thread is using. The channel is this call's alone, so
 * the work is repeated.
 */
public final class Uninterrupted {
  private Uninterrupted() {}

  /**
   * Work that can be repeated from its beginning.
   *
   * @param <T> what comes of it
   */
  @FunctionalInterface
  public interface Work<T> {
    /**
     * Does it.
     *
     * @return what comes of it
     * @throws IOException if it fails
     */
    T run() throws IOException;
  }

  /** The same with nothing to return. */
  @FunctionalInterface
  public interface Step {
    /**
     * Does it.
     *
     * @throws IOException if it fails
     */
    void run() throws IOException;
  }

  /**
   * Does some work.
   *
   * @param work opens what it uses, and can be done again
   * @param <T> what comes of it
   * @return what came of it
   * @throws IOException if it fails for another reason than an interrupt
   */
  public static <T> T call(Work<T> work) throws IOException {
    boolean isInterrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return work.run();
        } catch (ClosedByInterruptException e) {
          isInterrupted = true;
          Thread.interrupted(); // The flag is still set, and would end the next try as well.
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Does some work.
   *
   * @param step opens what it uses, and can be done again
   * @throws IOException if it fails for another reason than an interrupt
   */
  public static void run(Step step) throws IOException {
    call(
        () -> {
          step.run();
          return true;
        });
  }

  /**
   * A wait that an interrupt ends early.
   *
   * @param <E> what else may end it
   */
  @FunctionalInterface
  public interface Wait<E extends Exception> {
    /**
     * Waits; after an interrupt it is called again.
     *
     * @throws InterruptedException if the thread was interrupted
     * @throws E as the caller expects
     */
    void run() throws InterruptedException, E;
  }

  /**
   * Waits for something that is sure to come, or that has a limit of its own.
   *
   * @param wait returns when there is nothing more to wait for
   * @param <E> what it throws
   * @throws E as it does
   */
  public static <E extends Exception> void await(Wait<E> wait) throws E {
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          wait.run();
          return;
        } catch (InterruptedException e) {
          isInterrupted = true;
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits until threads have ended. Those that were never started, or are the calling one, are not
   * waited for.
   *
   * @param threads that are sure to end soon
   */
  public static void join(Iterable<Thread> threads) {
    for (Thread thread : threads) {
      if (thread != Thread.currentThread()) {
        await(thread::join);
      }
    }
  }
}
