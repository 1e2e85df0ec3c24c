package io.penstock.internal.wait;

/** How long closing a loader waits for code of the user. */
public final class CloseLimit {
  /** The system property that sets it, in seconds. */
  public static final String PROPERTY = "penstock.closeSeconds";

  private CloseLimit() {}

  /** Seconds to wait, at least 1. */
  public static int seconds() {
    return Math.max(1, Integer.getInteger(PROPERTY, Patience.DEFAULT_SECONDS));
  }

  /** The same in nanoseconds. */
  public static long nanos() {
    return seconds() * 1_000_000_000L;
  }
}
