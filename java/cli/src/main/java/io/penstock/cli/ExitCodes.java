package io.penstock.cli;

/** What a command's exit tells the shell. Stable: scripts rely on the numbers. */
public final class ExitCodes {
  /** Done. */
  public static final int DONE = 0;

  /** Failed; one line on stderr says what, and what to do. */
  public static final int FAILED = 1;

  /** Wrong usage: an unknown option, or a value that breaks its rule. */
  public static final int USAGE = 2;

  /**
   * Whoever read stdout has gone, as in {@code ... | head -c 10}: nothing is said. It is what the
   * shell shows of a program that SIGPIPE ended (128 + 13), which a JVM never is.
   */
  public static final int OUTPUT_CLOSED = 141;

  private ExitCodes() {}
}
