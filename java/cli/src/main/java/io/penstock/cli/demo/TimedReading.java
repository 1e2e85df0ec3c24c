package io.penstock.cli.demo;

/**
 * What became of reading for a limited time.
 *
 * @param records read
 * @param seconds that it took
 * @param checksum CRC-32C of the first records in the order of the epoch: as many as were to be
 *     checked, or all that were read
 * @param cachedFraction share of the file that was cached at the start; NaN: not known
 * @param isCacheLimited whether the page cache was held to a limit
 */
public record TimedReading(
    long records, double seconds, long checksum, double cachedFraction, boolean isCacheLimited) {
  /** Records a second. */
  public double recordsPerSecond() {
    return records / seconds;
  }
}
