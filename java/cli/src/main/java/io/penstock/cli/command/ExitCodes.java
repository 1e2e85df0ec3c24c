package io.penstock.cli.command;

/** What a command's exit tells the shell. Stable: scripts rely on the numbers. */
public final class ExitCodes {
  /** Done. */
  public static final int DONE = 0;

  /** Failed; one line on stderr says what, and what to do. */
  public static final int FAILED = 1;

  /** Wrong usage: an unknown option, or a value that breaks its rule. */
  public static final int USAGE = 2;

  /**
   * The reader of stdout has gone, as in {@code ... | head -c 10}: nothing is said. It is what the
   * shell shows of a program that SIGPIPE ended (128 + 13), which a JVM never is.
   */
  public static final int OUTPUT_CLOSED = 141;

  /**
   * 128 and the number of the signal that ended the process, as a shell shows it: SIGHUP 129,
   * SIGINT (^C) 130, SIGTERM 143. The JVM exits with it after the last word was said.
   */
  public static final int SIGNAL = 128;

  private ExitCodes() {}
}
