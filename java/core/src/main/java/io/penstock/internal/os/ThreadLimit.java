package io.penstock.internal.os;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;

/**
 * Recognises a thread that could not be started: Java throws an OutOfMemoryError, which makes
 * people look for memory although a limit on processes was reached.
 */
public final class ThreadLimit {
  private static final String WORDS =
      "expected to start a thread, found the limit on processes and threads reached: raise that of"
          + " the user (ulimit -u) or of the control group (pids.max), or that of the system"
          + " (sysctl kernel.threads-max)";

  private ThreadLimit() {}

  /**
   * Whether that is what happened.
   *
   * @param failure anything that was thrown
   */
  public static boolean isReached(Throwable failure) {
    return failure instanceof OutOfMemoryError
        && String.valueOf(failure.getMessage()).contains("native thread");
  }

  /**
   * The limit by its name, if that is what happened.
   *
   * @param failure what was thrown where threads are started
   * @return an exception that says so
   * @throws OutOfMemoryError the same failure, if it is another one
   */
  public static PenstockException named(OutOfMemoryError failure) {
    if (isReached(failure)) {
      return new PenstockException(ErrorKind.RESOURCE_LIMIT, WORDS, failure);
    }
    throw failure;
  }

  /** The message. */
  public static String words() {
    return WORDS;
  }
}
