package io.penstock.spark;

import java.util.Locale;

/** What a job did that made shards. Immutable. */
public final class ShardReport {
  private static final double NANOS = 1e9;

  private final long records;
  private final long bytes;
  private final int shards;
  private final long nanos;
  private final long shuffleBytesWritten;
  private final long shuffleBytesRead;
  private final long spilledBytes;
  private final long failedTasks;

  ShardReport(
      long records,
      long bytes,
      int shards,
      long nanos,
      long shuffleBytesWritten,
      long shuffleBytesRead,
      long spilledBytes,
      long failedTasks) {
    this.records = records;
    this.bytes = bytes;
    this.shards = shards;
    this.nanos = nanos;
    this.shuffleBytesWritten = shuffleBytesWritten;
    this.shuffleBytesRead = shuffleBytesRead;
    this.spilledBytes = spilledBytes;
    this.failedTasks = failedTasks;
  }

  /**
   * Records written.
   *
   * @return their number
   */
  public long records() {
    return records;
  }

  /**
   * Bytes of records, over all columns.
   *
   * @return their number
   */
  public long bytes() {
    return bytes;
  }

  /**
   * Shards of each column.
   *
   * @return their number
   */
  public int shards() {
    return shards;
  }

  /**
   * How long it took.
   *
   * @return in seconds
   */
  public double seconds() {
    return nanos / NANOS;
  }

  /**
   * Bytes that tasks wrote for Spark's shuffle; compressed, if Spark compresses them.
   *
   * @return their number; -1 if Spark did not say in time
   */
  public long shuffleBytesWritten() {
    return shuffleBytesWritten;
  }

  /**
   * Bytes that tasks read from Spark's shuffle, from this machine or others.
   *
   * @return their number; -1 if Spark did not say in time
   */
  public long shuffleBytesRead() {
    return shuffleBytesRead;
  }

  /**
   * Bytes that did not fit into the memory of executors, and went to their disks for a while.
   *
   * @return their number; -1 if Spark did not say in time
   */
  public long spilledBytes() {
    return spilledBytes;
  }

  /**
   * Tasks that failed or were killed, and were repeated or not needed.
   *
   * @return their number
   */
  public long failedTasks() {
    return failedTasks;
  }

  /**
   * All of it as one JSON object, with the names of {@code penstock shuffle --json}.
   *
   * @return one line
   */
  public String toJson() {
    return String.format(
        Locale.ROOT,
        "{\"records\": %d, \"bytes\": %d, \"shards\": %d, \"seconds\": %.3f,"
            + " \"bytesPerSecond\": %.0f, \"shuffleBytesWritten\": %d, \"shuffleBytesRead\": %d,"
            + " \"spilledBytes\": %d, \"failedTasks\": %d}",
        records,
        bytes,
        shards,
        seconds(),
        bytes / Math.max(seconds(), 1 / NANOS),
        shuffleBytesWritten,
        shuffleBytesRead,
        spilledBytes,
        failedTasks);
  }

  @Override
  public String toString() {
    return "ShardReport" + toJson();
  }
}
