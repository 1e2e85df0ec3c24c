package io.penstock.bench.cold;

/** A contender delivered other bytes, or in another order, than it was asked for. */
final class WrongBytesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  WrongBytesException(String message) {
    super(message);
  }
}
