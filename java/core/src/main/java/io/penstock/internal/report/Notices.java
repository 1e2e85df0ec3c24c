package io.penstock.internal.report;

/**
 * What a user should know although nothing failed: warnings of logger {@code io.penstock}.
 *
 * <p>One line each, and rare: a failure is an exception, not a notice.
 */
public final class Notices {
  private static final System.Logger LOGGER = System.getLogger("io.penstock");

  private Notices() {}

  /**
   * Writes a notice.
   *
   * @param line what was found, and what follows from it
   */
  public static void warn(String line) {
    LOGGER.log(System.Logger.Level.WARNING, line);
  }
}
