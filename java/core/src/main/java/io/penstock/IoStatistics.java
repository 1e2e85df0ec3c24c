package io.penstock;

import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.statistics.Statistic;

/**
 * What a loader read from the device since it was built, and what it did not have to read.
 *
 * <p>Immutable.
 */
public final class IoStatistics {
  private final Counters counters;
  private final Latencies latencies;

  IoStatistics(Figures figures) {
    this.counters = figures.counters;
    this.latencies = new Latencies(figures.latencies);
  }

  private long of(Statistic statistic) {
    return counters.get(statistic);
  }

  /**
   * Reads issued, repeated ones included.
   *
   * @return at least 0; 0 with {@code backend=mmap}, where the kernel reads by itself
   */
  public long requests() {
    return of(Statistic.REQUESTS);
  }

  /**
   * Bytes that these reads brought.
   *
   * @return at least 0
   */
  public long bytesRead() {
    return of(Statistic.BYTES_READ);
  }

  /**
   * Bytes of records among them; the rest is gaps that were read through, and alignment.
   *
   * @return at least 0
   */
  public long bytesWanted() {
    return of(Statistic.BYTES_WANTED);
  }

  /**
   * Bytes read straight to their place, without a copy.
   *
   * @return at least 0
   */
  public long straightBytes() {
    return of(Statistic.STRAIGHT_BYTES);
  }

  /**
   * Records that shared a read with an earlier one.
   *
   * @return at least 0
   */
  public long mergedRecords() {
    return of(Statistic.MERGED_RECORDS);
  }

  /**
   * Reads that brought less than was asked for, and were continued.
   *
   * @return at least 0
   */
  public long shortReads() {
    return of(Statistic.SHORT_READS);
  }

  /**
   * Reads repeated after an error.
   *
   * @return at least 0
   */
  public long repeats() {
    return of(Statistic.REPEATS);
  }

  /**
   * How often reading swept over all of the files.
   *
   * @return at least 0
   */
  public long sweeps() {
    return of(Statistic.SWEEPS);
  }

  /**
   * Records taken from the cache instead of being read. Counted when they would have been read,
   * ahead of their delivery.
   *
   * @return at least 0
   */
  public long cacheHits() {
    return of(Statistic.CACHE_HITS);
  }

  /**
   * The share of records that did not have to be read.
   *
   * @return 0 to 1; 0 if nothing was delivered. During an epoch it runs a little ahead, as {@link
   *     #cacheHits} does
   */
  public double cacheShare() {
    return share();
  }

  /**
   * Most requests in flight at once, so far.
   *
   * @return at least 0
   */
  public long queueDepthMax() {
    return of(Statistic.QUEUE_DEPTH_MAX);
  }

  /**
   * The limit on requests in flight that was found to suit the device.
   *
   * @return at least 0
   */
  public long deviceQueueDepth() {
    return of(Statistic.DEVICE_QUEUE_DEPTH);
  }

  /**
   * The largest gap between records that is read through, as found to suit the device.
   *
   * @return bytes
   */
  public long deviceMergeGapBytes() {
    return of(Statistic.DEVICE_MERGE_GAP);
  }

  /**
   * How long the requests took.
   *
   * @return a histogram
   */
  public Latencies latencies() {
    return latencies;
  }

  private double share() {
    long records = of(Statistic.RECORDS);
    return records == 0 ? 0 : Math.min(1, (double) cacheHits() / records);
  }
}
