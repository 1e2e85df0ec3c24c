package io.penstock.internal.format.tfrecord;

/** Bytes that are no protocol buffer of the expected kind. Has no stack trace: it is an answer. */
public final class WireException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WireException(String message) {
    super(message, null, false, false);
  }
}
