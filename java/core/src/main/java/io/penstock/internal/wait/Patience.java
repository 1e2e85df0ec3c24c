package io.penstock.internal.wait;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.concurrent.TimeUnit;

/**
 * How long one call waits for a device that does not answer: 30 seconds, unless {@value #PROPERTY}
 * says otherwise.
 *
 * <p>What it owns: the deadline of one call, which may wait for several things one after the other,
 * and the meaning of an interrupt during that time. An interrupt leaves the call one more second:
 * enough for a healthy device, so that a thread whose interrupt flag is set can still close what it
 * has opened. One thread uses it. It never swallows an interrupt: {@link #end} sets the flag again.
 */
public final class Patience {
  /** System property with the number of seconds that a call waits for a device. */
  public static final String PROPERTY = "penstock.deviceTimeout";

  /** How long a call waits for a device or for other code, by default. */
  public static final int DEFAULT_SECONDS = 30;

  /** The time that is left after an interrupt: enough for a healthy device. */
  public static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long seconds = seconds();
  private long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  private boolean isInterrupted;

  private Patience() {}

  /**
   * Starts the clock.
   *
   * @return for the calling thread only, which must {@linkplain #end end} it
   */
  public static Patience begin() {
    return new Patience();
  }

  /** How long a call waits at most. */
  public static long seconds() {
    return Math.max(1, Long.getLong(PROPERTY, DEFAULT_SECONDS));
  }

  /** Starts anew: the device has answered. An interrupt is not forgotten. */
  public void renew() {
    if (!isInterrupted) {
      deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }
  }

  /**
   * Leaves at least one second, even if the time is up: when several things are closed, the next
   * one gets its chance although the one before did not answer.
   */
  public void allowGrace() {
    deadlineNanos = Math.max(deadlineNanos, System.nanoTime() + GRACE_NANOS);
  }

  /** Whether the time is up. */
  public boolean isOver() {
    return System.nanoTime() - deadlineNanos >= 0;
  }

  /** Whether the thread was interrupted while it waited. */
  public boolean isInterrupted() {
    return isInterrupted;
  }

  /** The time left, at least 1: calls of the JDK take 0 to mean forever. */
  public long leftMillis() {
    long left = deadlineNanos - System.nanoTime();
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(left));
  }

  /**
   * Waits for a notification, an interrupt, or until the time is up. The caller finds out why it
   * woke.
   *
   * @param monitor held by the calling thread
   */
  @SuppressWarnings("WaitNotInLoop") // The caller has the loop: it alone knows the condition.
  public void await(Object monitor) {
    try {
      monitor.wait(leftMillis());
    } catch (InterruptedException e) {
      interrupted();
    }
  }

  /**
   * Waits until a thread has ended, or the time is up.
   *
   * @return whether it has ended
   */
  public boolean join(Thread thread) {
    while (thread.isAlive() && !isOver()) {
      try {
        thread.join(leftMillis());
      } catch (InterruptedException e) {
        interrupted();
      }
    }
    return !thread.isAlive();
  }

  private void interrupted() {
    isInterrupted = true;
    deadlineNanos = Math.min(deadlineNanos, System.nanoTime() + GRACE_NANOS);
  }

  /** Gives the thread back the interrupt that came while it waited. */
  public void end() {
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What to throw when the time is up.
   *
   * @param doing as "the loader was being closed"
   * @param left what is left behind and what to do, as "its memory is kept: close it again"
   */
  public PenstockException failure(String doing, String left) {
    return isInterrupted
        ? new PenstockException(ErrorKind.INTERRUPTED, "interrupted while " + doing + ": " + left)
        : noAnswer(doing, left, null);
  }

  /**
   * Says that a device does not answer.
   *
   * @param doing as "the loader was being closed"
   * @param left what is left behind and what to do
   * @param cause or null
   */
  public static PenstockException noAnswer(String doing, String left, Throwable cause) {
    return PenstockException.builder(
            ErrorKind.NO_ANSWER,
            ("expected an answer of the device within %d seconds while %s, found none: check the"
                    + " device (dmesg tells more), or wait longer with -D%s=SECONDS; %s")
                .formatted(seconds(), doing, PROPERTY, left))
        .statusName("ETIMEDOUT")
        .cause(cause)
        .build();
  }
}
