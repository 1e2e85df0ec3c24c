package io.penstock.internal.plan;

/** A budget is too small for what is to be read or written. The message says how much is needed. */
public final class TooLittleMemoryException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** With what is needed, what was given, and what to do. */
  public TooLittleMemoryException(String message) {
    super(message);
  }

  /** The same, made of another one. */
  public TooLittleMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
