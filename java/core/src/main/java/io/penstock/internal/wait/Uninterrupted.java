package io.penstock.internal.wait;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Work on a file, from opening to closing it, that is done in spite of interrupts.
 *
 * <p>An interrupt closes the channel that the thread is using. The channel is this call's alone, so
 * the work is repeated. Afterwards the interrupt flag of the thread is set again, so that the
 * interrupt is not lost.
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
}
