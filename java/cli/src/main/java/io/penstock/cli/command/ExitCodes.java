package io.penstock.cli.command;

/** Exit codes of commands. Stable: scripts rely on the numbers. */
public final class ExitCodes {
  /** Done. */
  public static final int DONE = 0;

  /** Failed; one line on stderr says what, and what to do. */
  public static final int FAILED = 1;

  /** Wrong usage: an unknown option, or a value that breaks its rule. */
  public static final int USAGE = 2;

  /**
   * The reader of stdout has gone, as in {@code ... | head -c 10}; nothing is printed. A shell
   * shows this code for a program that SIGPIPE ended (128 + 13); a JVM ignores SIGPIPE.
   */
  public static final int OUTPUT_CLOSED = 141;

  /**
   * 128 and the number of the signal that ended the process, as a shell shows it: SIGHUP 129,
   * SIGINT (^C) 130, SIGTERM 143. The JVM exits with it after the last line was printed.
   */
  public static final int SIGNAL = 128;

  private ExitCodes() {}
}
