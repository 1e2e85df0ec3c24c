package io.penstock.spark;

import java.io.Serializable;
import java.util.function.Consumer;

/**
 * How shards are made. Immutable: each method returns new options.
 *
 * <p>A shard is written by one task, so there should be at least as many as executors have cores.
 */
public final class ShardOptions implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final long DEFAULT_BUCKET_BYTES = 64 << 20;
  private static final long LEAST_BUCKET_BYTES = 64 << 10;
  private static final long MOST_BUCKET_BYTES = 1 << 30;
  private static final long DEFAULT_PART_BYTES = 256 << 20;
  private static final long MOST_DEFAULT_PART_BYTES = 4L << 30;

  /** One shard, seed 0, no checksums, an existing directory is an error. */
  public static final ShardOptions DEFAULT = new ShardOptions();

  private int shards = 1;
  private long seed;
  private boolean mayReplace;
  private boolean hasChecksums;
  private long bucketBytes;
  private int parts;
  private boolean isAtMostRecords;

  private ShardOptions() {}

  private ShardOptions(ShardOptions other) {
    shards = other.shards;
    seed = other.seed;
    mayReplace = other.mayReplace;
    hasChecksums = other.hasChecksums;
    bucketBytes = other.bucketBytes;
    parts = other.parts;
    isAtMostRecords = other.isAtMostRecords;
  }

  /** A copy in which one value is changed before anybody sees it. */
  private ShardOptions with(Consumer<ShardOptions> change) {
    ShardOptions copy = new ShardOptions(this);
    change.accept(copy);
    return copy;
  }

  /**
   * Sets how many shards to make of each column. Their sizes differ by one record at most.
   *
   * @param shards 1 to 100000, and not more than there are records; 1 unless set
   * @return new options
   */
  public ShardOptions shards(int shards) {
    return with(copy -> copy.shards = shards);
  }

  /**
   * Sets the seed of the order. {@link PenstockSpark#convert} keeps the order of the rows and
   * ignores it.
   *
   * @param seed any number; 0 unless set
   * @return new options
   */
  public ShardOptions seed(long seed) {
    return with(copy -> copy.seed = seed);
  }

  /**
   * Sets whether a directory that an earlier shuffle made is replaced when this one is complete.
   *
   * @param mayReplace false unless set
   * @return new options
   */
  public ShardOptions replace(boolean mayReplace) {
    return with(copy -> copy.mayReplace = mayReplace);
  }

  /**
   * Sets how many bytes of records a task puts in order at a time: about so much of the memory that
   * Spark gives to a task. If a task does not get it, the job fails and says so.
   *
   * @param bucketBytes 64 KiB to 1 GiB; unless set, 64 MiB, or half the share of a task where
   *     executors have less than that
   * @return new options
   */
  public ShardOptions bucketBytes(long bucketBytes) {
    if (bucketBytes < LEAST_BUCKET_BYTES || bucketBytes > MOST_BUCKET_BYTES) {
      throw new IllegalArgumentException(
          "bucketBytes must be %d to %d, was %d"
              .formatted(LEAST_BUCKET_BYTES, MOST_BUCKET_BYTES, bucketBytes));
    }
    return with(copy -> copy.bucketBytes = bucketBytes);
  }

  /**
   * Sets into how many parts the data is divided to be read, each by one task.
   *
   * @param parts at least 1; unless set, one for each 256 MiB of data, and at least as many as
   *     there are cores. Of very large data parts are larger, up to 4 GiB, so that each still has
   *     64 KiB for each bucket
   * @return new options
   */
  public ShardOptions parts(int parts) {
    if (parts < 1) {
      throw new IllegalArgumentException("parts must be at least 1, was " + parts);
    }
    return with(copy -> copy.parts = parts);
  }

  /**
   * Sets whether the directory also has a manifest and the checksums of its records: the same two
   * files that {@code penstock checksum} makes of the shards. Each task reads its shard once more
   * for them.
   *
   * @param hasChecksums false unless set
   * @return new options
   */
  public ShardOptions checksums(boolean hasChecksums) {
    return with(copy -> copy.hasChecksums = hasChecksums);
  }

  boolean hasChecksums() {
    return hasChecksums;
  }

  /** How many shards to make of so many records. */
  int shards(long records) {
    return isAtMostRecords ? Math.clamp(records, 1, shards) : shards;
  }

  /** Whether fewer records than shards make fewer shards, rather than an error. */
  ShardOptions atMostRecords(boolean isIt) {
    return with(copy -> copy.isAtMostRecords = isIt);
  }

  long seed() {
    return seed;
  }

  boolean mayReplace() {
    return mayReplace;
  }

  /** Of the records of a bucket, where a task may have so much memory. */
  long bucketBytesOf(long shareBytes) {
    return bucketBytes > 0
        ? bucketBytes
        : Math.clamp(shareBytes / 2, LEAST_BUCKET_BYTES, DEFAULT_BUCKET_BYTES);
  }

  /** Into how many parts to divide so many bytes, where so many tasks run at a time. */
  int parts(long bytes, long records, int cores, long buckets) {
    // Twice as much as is needed, since parts are rounded.
    long each =
        Math.clamp(2 * buckets * ShardJob.BLOCK_BYTES, DEFAULT_PART_BYTES, MOST_DEFAULT_PART_BYTES);
    long wanted = parts > 0 ? parts : Math.max(Math.ceilDiv(bytes, each), cores);
    return (int) Math.clamp(wanted, 1, Math.max(1, Math.min(records, 1 << 20)));
  }
}
