package io.penstock.internal.ffi;

/** What {@link NativeReader#populate} says about a reader's memory. */
public enum Provision {
  /** There is more to be provided. */
  MORE,
  /** There is enough until more records are ordered. */
  ENOUGH,
  /** All is there, or the kernel provides none. */
  ALL
}
