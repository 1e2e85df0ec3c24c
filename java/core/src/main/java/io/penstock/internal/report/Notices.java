package io.penstock.internal.report;

/**
 * What a user should know although nothing failed: warnings of logger {@code io.penstock}.
 *
 * <p>One line each, and rare: what goes wrong is an exception, not a notice.
 */
public final class Notices {
  private static final System.Logger LOGGER = System.getLogger("io.penstock");

  private Notices() {}

  /**
   * Says something.
   *
   * @param line what is so, and what follows from it
   */
  public static void warn(String line) {
    LOGGER.log(System.Logger.Level.WARNING, line);
  }
}
