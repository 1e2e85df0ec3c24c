package io.penstock.internal.plan;

import io.penstock.internal.ffi.NativeLimits;
import io.penstock.options.Readahead;
import io.penstock.options.ReadaheadFlag;

/**
 * What reading a record costs when {@code horizon} records of the order are known ahead.
 *
 * <p>A sweep over the file meets the wanted records with random gaps between them, which are read
 * through when they are small and cost a request otherwise. The device is bound by requests a
 * second or by bytes a second. It must not know about memory: {@link ReadPlanner} does.
 *
 * @param requestsPerSecond random reads that the device does in a second
 * @param bytesPerSecond what it reads in a second, in large requests
 */
public record CostModel(double requestsPerSecond, double bytesPerSecond) {
  /** C starts from the same numbers until it has measured more; only their quotient matters. */
  private static final CostModel DEFAULT =
      new CostModel(1e9 / NativeLimits.GUESS_REQUEST_NANOS, 1e12 / NativeLimits.GUESS_BYTE_PICOS);

  /** What a direct read is rounded up to. */
  private static final double SECTOR_BYTES = 512;

  /**
   * The device that flags are for, before anything was read from it. A merge gap that the user sets
   * says how many bytes a request is worth, and the reader keeps to it: the plan must not count the
   * bytes in gaps as more expensive.
   *
   * @param flags of the loader
   * @return a device of which only the quotient is known
   */
  static CostModel of(Readahead flags) {
    return flags.given().contains(ReadaheadFlag.MERGE_GAP)
        ? new CostModel(
            DEFAULT.requestsPerSecond,
            Math.max(DEFAULT.bytesPerSecond, DEFAULT.requestsPerSecond * flags.mergeGapBytes()))
        : DEFAULT;
  }

  /**
   * What a record of a column costs a device.
   *
   * @param requests how many of them
   * @param bytes that they read
   */
  public record Reads(double requests, double bytes) {}

  /**
   * Seconds per record of a column.
   *
   * @param recordBytes of the column
   * @param recordCount of the dataset, at least 1
   * @param horizon records of the order that are known ahead, at least 1
   * @param mergeGapBytes largest gap that is read through
   * @param maxReadBytes size of a request at most
   * @return the device's time for it
   */
  public double secondsPerRecord(
      long recordBytes, long recordCount, long horizon, long mergeGapBytes, long maxReadBytes) {
    Reads reads = reads(recordBytes, recordCount, horizon, mergeGapBytes, maxReadBytes);
    return Math.max(reads.requests / requestsPerSecond, reads.bytes / bytesPerSecond);
  }

  /**
   * Requests and bytes per record of a column, whatever the device. Parameters are those of {@link
   * #secondsPerRecord}.
   */
  public static Reads reads(
      long recordBytes, long recordCount, long horizon, long mergeGapBytes, long maxReadBytes) {
    // The places of the wanted records are those of a Poisson process, so gaps are exponential.
    double meanGap = Math.max(0, ((double) recordCount / horizon - 1) * recordBytes);
    double isApart = meanGap == 0 ? 0 : Math.exp(-mergeGapBytes / meanGap);
    double throughGaps = meanGap - (meanGap + mergeGapBytes) * isApart;
    double bytes = recordBytes + throughGaps + SECTOR_BYTES * isApart;
    double requests = Math.max(isApart, bytes / maxReadBytes);
    return new Reads(requests, bytes);
  }
}
