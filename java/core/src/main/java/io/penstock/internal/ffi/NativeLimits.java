package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;

/**
 * Limits and guesses of the C library, as penstock.h has them. They are constants of the bindings,
 * so the library need not be loaded.
 */
public final class NativeLimits {
  /** Records of a dataset, at most: indices have 48 bits. */
  public static final long MAX_RECORDS = 1L << Penstock.PENSTOCK_MAX_RECORDS_LOG2();

  /** Columns of a dataset, at most. */
  public static final int MAX_COLUMNS = Penstock.PENSTOCK_MAX_COLUMNS();

  /** Records that a reader knows ahead, at most. */
  public static final int MAX_ENTRIES = 1 << Penstock.PENSTOCK_MAX_ENTRIES_LOG2();

  /** Batches ordered with a slot and not yet taken, at most. */
  public static final int MAX_SLOT_BATCHES = Penstock.PENSTOCK_MAX_SLOT_BATCHES();

  /** Requests in flight, at most. */
  public static final int MAX_QUEUE_DEPTH = Penstock.PENSTOCK_MAX_QUEUE_DEPTH();

  /** Bytes of a request, at most. */
  public static final int MAX_READ_BYTES = Penstock.PENSTOCK_MAX_READ_BYTES();

  /** Records that one request serves, at most. */
  public static final int MAX_REQUEST_RECORDS = Penstock.PENSTOCK_MAX_REQUEST_RECORDS();

  /** Batches, at most, for which a reader keeps cells free: for reads that cannot wait. */
  public static final int RESERVE_BATCHES = Penstock.PENSTOCK_RESERVE_BATCHES();

  /** The smallest request; slots begin at multiples of it. Not the size of a page. */
  public static final int BLOCK_BYTES = Penstock.PENSTOCK_BLOCK_BYTES();

  /** Nanoseconds that a device is taken to need for a request until more is known. */
  public static final int GUESS_REQUEST_NANOS = Penstock.PENSTOCK_GUESS_REQUEST_NS();

  /** Picoseconds that a device is taken to need for a byte until more is known. */
  public static final int GUESS_BYTE_PICOS = Penstock.PENSTOCK_GUESS_BYTE_PS();

  private NativeLimits() {}
}
