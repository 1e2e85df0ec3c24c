package io.penstock.internal.report;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.ThreadLimit;

/**
 * What to say about a throwable that a thread of a loader caught.
 *
 * <p>A thread that catches one still has something to give back: the part of a batch that it was
 * working on. It must do so even if it cannot say what happened, because the heap is full or the
 * exception's own {@code getMessage} throws. So nothing here throws, and what is needed when
 * nothing can be allocated any more is allocated beforehand.
 */
public final class FailureWords {
  private final PenstockException spare;

  /**
   * Words for one thread.
   *
   * @param what could not be done, for the case that there is no room to say more
   */
  public FailureWords(String what) {
    spare =
        new PenstockException(
            ErrorKind.RESOURCE_LIMIT,
            what
                + ", and the heap had no room to say which record and why: give the JVM more of it"
                + " (-Xmx), or keep less");
  }

  /** Reported when nothing else can be: always the same exception. */
  public PenstockException spare() {
    return spare;
  }

  /** An exception with the stack of the calling thread, and that of the reading thread as cause. */
  public static PenstockException stopped(Throwable failure) {
    if (failure instanceof PenstockException e) {
      return e.again();
    }
    if (failure instanceof InterruptedException) {
      return new PenstockException(
          ErrorKind.INTERRUPTED, "interrupted while the loader was being built", failure);
    }
    if (failure instanceof OutOfMemoryError e && ThreadLimit.isReached(e)) {
      return ThreadLimit.named(e);
    }
    return new PenstockException(
        ErrorKind.OTHER, "reading stopped, which it should not: " + of(failure), failure);
  }

  /** The message of a throwable, or its class if there is none. */
  public static String of(Throwable thrown) {
    try {
      return thrown.toString();
    } catch (RuntimeException | Error e) {
      return thrown.getClass().getName() + " (its message cannot be had, as it throws itself)";
    }
  }
}
