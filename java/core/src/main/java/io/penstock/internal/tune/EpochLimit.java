package io.penstock.internal.tune;

/** What holds an epoch back. */
public enum EpochLimit {
  /** Requests a second of the device. */
  REQUESTS,
  /** Bytes a second of the device. */
  BYTES,
  /** The thread that reads. */
  PROCESSOR
}
