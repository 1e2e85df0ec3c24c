package io.penstock.internal.ffi;

/**
 * Limits and guesses of the C library, as penstock.h has them. They are written down here again,
 * and compared by a test: the class of the bindings cannot be initialized where native access is
 * denied, and limits are needed there, too.
 */
public final class NativeLimits {
  /** Records of a dataset, at most: indices have 48 bits. */
  public static final long MAX_RECORDS = 1L << 48;

  /** Columns of a dataset, at most. */
  public static final int MAX_COLUMNS = 64;

  /** Records that a reader knows ahead, at most. */
  public static final int MAX_ENTRIES = 1 << 29;

  /** Batches ordered with a slot and not yet taken, at most. */
  public static final int MAX_SLOT_BATCHES = 1024;

  /** Requests in flight, at most. */
  public static final int MAX_QUEUE_DEPTH = 4096;

  /** Bytes of a request, at most. */
  public static final int MAX_READ_BYTES = 64 << 20;

  /** Records that one request serves, at most. */
  public static final int MAX_REQUEST_RECORDS = 4096;

  /** Batches, at most, for which a reader keeps cells free: for reads that cannot wait. */
  public static final int RESERVE_BATCHES = 4;

  /** The smallest request; slots begin at multiples of it. Not the size of a page. */
  public static final int BLOCK_BYTES = 4096;

  /** Nanoseconds that a device is taken to need for a request until more is known. */
  public static final int GUESS_REQUEST_NANOS = 14_000;

  /** Picoseconds that a device is taken to need for a byte until more is known. */
  public static final int GUESS_BYTE_PICOS = 670;

  private NativeLimits() {}
}
