package io.penstock.spark;

import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import io.penstock.write.ShardLayout;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What every task of a job that makes shards knows: where a record goes, and what records are.
 *
 * <p>A record goes to its position in the order, which is in a shard, and in one of the shard's
 * <i>buckets</i>: runs of positions that a task puts in order at a time. Buckets are numbered
 * through all shards, each of which has as many. Immutable; serialized once for each task.
 */
final class ShardJob implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The file that tells an executor that it sees the directory of the driver. */
  static final String MARK = "driver";

  /** Blocks are at most so large, or have one record: far above the cost of one in the shuffle. */
  static final int BLOCK_BYTES = 64 << 10;

  /** So many partitions Spark's shuffle can write without making objects of them again. */
  private static final int MOST_BUCKETS = 1 << 24;

  /** Reading so few pieces costs nothing, however small they are. */
  private static final int FEW_PIECES = 1 << 12;

  private final ArrayList<ColumnForm> columns;
  private final long records;
  private final int shards;
  private final boolean isShuffled;
  private final long seed;
  private final long bucketRecords;
  private final int buckets;
  private final long bytes;
  private final boolean hasChecksums;
  private final String attempts;
  private final String token;

  ShardJob(
      List<ColumnForm> columns,
      long records,
      long meanBytes,
      boolean isShuffled,
      ShardOptions options,
      long shareBytes,
      Path attempts,
      String token) {
    this.columns = new ArrayList<>(columns);
    this.records = records;
    this.shards = options.shards(records);
    this.isShuffled = isShuffled;
    this.seed = options.seed();
    // What a task holds of a record: its entry, where that lies, and its checksums.
    long held = meanBytes + Long.BYTES + Integer.BYTES * (1L + 2L * columns.size());
    this.bucketRecords = Math.clamp(options.bucketBytesOf(shareBytes) / held, 1, 1 << 30);
    long each = Math.max(1, Math.ceilDiv(Math.ceilDiv(records, shards), bucketRecords));
    if (each > MOST_BUCKETS / shards) {
      throw new IllegalArgumentException(
          "bucketBytes must make at most %d buckets of all shards, were %d in each of %d: make them larger"
              .formatted(MOST_BUCKETS, each, shards));
    }
    this.buckets = (int) each;
    this.bytes = records * meanBytes;
    this.hasChecksums = options.hasChecksums();
    this.attempts = attempts.toString();
    this.token = token;
  }

  List<ColumnForm> columns() {
    return columns;
  }

  ShardLayout layout() {
    List<Column> described = columns.stream().map(form -> form.column(records)).toList();
    return ShardLayout.of(described, records, shards);
  }

  /** The order of the result; of rows that keep theirs, none. */
  Sampler order() {
    return isShuffled ? new FullShuffle(records, seed) : new Sequential(records);
  }

  /** Whether there are checksums of records and files, too. */
  boolean hasChecksums() {
    return hasChecksums;
  }

  int shards() {
    return shards;
  }

  /** Buckets of each shard; the last ones of a shard may have no records. */
  int buckets() {
    return buckets;
  }

  /**
   * How many buckets of a shard are one partition of Spark's shuffle: one, or all where so many
   * tasks that read would leave too small a piece for each bucket.
   */
  int bucketsOfPartition(int parts) {
    long pieces = (long) parts * shards * buckets;
    return pieces <= FEW_PIECES || bytes / pieces >= BLOCK_BYTES ? 1 : buckets;
  }

  /** The number of a bucket of a shard. */
  int bucket(int shard, int bucket) {
    return shard * buckets + bucket;
  }

  int bucketOf(long positionInShard) {
    return (int) (positionInShard / bucketRecords);
  }

  /** The first position of a bucket in its shard. */
  long firstOf(int bucket) {
    return bucket * bucketRecords;
  }

  /** How many records a bucket has in a shard of so many. */
  int recordsOf(int bucket, long shardRecords) {
    return (int) Math.clamp(shardRecords - firstOf(bucket), 0, bucketRecords);
  }

  /**
   * Where tasks write.
   *
   * @throws PenstockException if this executor does not see what the driver made there
   */
  Path place() {
    Path place = Path.of(attempts);
    String found;
    try {
      found = Files.readString(place.resolve(MARK), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw unseen(place, "none");
    } catch (IOException e) {
      throw unseen(place, "that it cannot be read (" + e + ")");
    }
    if (!found.equals(token)) {
      throw unseen(place, "that of another job");
    }
    return place;
  }

  private static PenstockException unseen(Path place, String found) {
    return PenstockException.about(
        ErrorKind.UNREADABLE,
        place,
        ("expected to see the directory that the driver made, found %s, on executor %s: the"
                + " directory to make must lie on storage that all machines have under this path")
            .formatted(found, ExecutorName.here()));
  }
}
