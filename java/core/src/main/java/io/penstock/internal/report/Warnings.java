package io.penstock.internal.report;

import java.util.function.BiConsumer;

/**
 * The few things that users should know without asking: warnings of logger {@code io.penstock},
 * which go to the application's log or to standard error.
 */
public final class Warnings {
  private static final System.Logger LOGGER = System.getLogger("io.penstock");

  /** For tests. */
  public static volatile BiConsumer<String, Throwable> observer = (message, origin) -> {};

  private Warnings() {}

  /**
   * Writes a warning. Throws nothing, whatever the logger does.
   *
   * @param message what happened, and what follows from it
   * @param origin where; null if that is not known
   */
  public static void warn(String message, Throwable origin) {
    try {
      observer.accept(message, origin);
      LOGGER.log(System.Logger.Level.WARNING, message, origin);
    } catch (RuntimeException | Error e) {
      // A failure to log cannot be reported.
    }
  }
}
