package io.penstock.bench.cold;

/** A contender, a state or a profile cannot be had here; the message says why. */
final class AbsentException extends Exception {
  private static final long serialVersionUID = 1;

  AbsentException(String reason) {
    super(reason);
  }

  AbsentException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
