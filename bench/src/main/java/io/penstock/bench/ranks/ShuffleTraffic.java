package io.penstock.bench.ranks;

import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.Shard;
import io.penstock.sampler.Sampler;
import io.penstock.write.ShardLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What the tasks of a shuffle by Spark send: where each record of a part goes, and how many blocks
 * that makes. It follows the class {@code EntryBlocks} of the module for Spark: records go into
 * blocks, one for each bucket of each shard; a block is sent when it is full, and all are when they
 * take too much memory together.
 *
 * @param sampledRecords how many were looked at
 * @param blocks that they were sent in
 * @param shards that were met
 * @param recordBytes of a record
 * @param entryBytes of a record with what says where it goes
 * @param sentBytes of a record with its part of its block
 */
record ShuffleTraffic(
    long sampledRecords,
    long blocks,
    int shards,
    long recordBytes,
    long entryBytes,
    double sentBytes) {
  private static final int BLOCK_BYTES = 64 << 10;
  private static final long MOST_BYTES = 64 << 20;
  private static final int LEAST_BLOCK_BYTES = 1 << 10;

  /** Of a block: its bucket, its size, and two checksums. */
  private static final int HEAD_BYTES = 16;

  /** What a task holds of a record beside its bytes. */
  private static final int HELD_BYTES = 20;

  /** The shards of one column. */
  static ShardLayout layout(long records, long recordBytes, int shards) {
    Column column =
        Column.builder("x", ElementType.UINT8, Shape.of(recordBytes))
            .shards(List.of(Shard.of(Path.of("x.npy"), 0, records, recordBytes)))
            .build();
    return ShardLayout.of(List.of(column), records, shards);
  }

  /** Where the records of a part go. */
  static ShuffleTraffic of(
      Sampler order, ShardLayout layout, long recordBytes, long bucketBytes, long first, long end) {
    long shardRecords = Math.ceilDiv(layout.records(), layout.shards());
    long bucketRecords = Math.max(1, bucketBytes / (recordBytes + HELD_BYTES));
    int buckets = Math.toIntExact(Math.ceilDiv(shardRecords, bucketRecords));
    int entry = Math.toIntExact(recordBytes + Integer.BYTES);
    int[] sizes = new int[Math.multiplyExact(layout.shards(), buckets)];
    int room =
        Math.max(
            Math.clamp(MOST_BYTES / sizes.length, LEAST_BLOCK_BYTES, BLOCK_BYTES),
            HEAD_BYTES + entry);
    boolean[] met = new boolean[layout.shards()];
    long held = 0;
    long blocks = 0;
    for (long index = first; index < end; index++) {
      long position = order.position(0, index);
      int shard = layout.shardOf(position);
      met[shard] = true;
      int slot = shard * buckets + (int) ((position - layout.first(shard)) / bucketRecords);
      if (sizes[slot] + entry > room) {
        sizes[slot] = 0;
        held -= room;
        blocks++;
      }
      if (sizes[slot] == 0) {
        sizes[slot] = HEAD_BYTES;
        held += room;
      }
      sizes[slot] += entry;
      if (held > MOST_BYTES) {
        blocks += Arrays.stream(sizes).filter(size -> size > 0).count();
        Arrays.fill(sizes, 0);
        held = 0;
      }
    }
    blocks += Arrays.stream(sizes).filter(size -> size > 0).count();
    long records = end - first;
    int shards = 0;
    for (boolean isMet : met) {
      shards += isMet ? 1 : 0;
    }
    return new ShuffleTraffic(
        records,
        blocks,
        shards,
        recordBytes,
        entry,
        entry + (double) HEAD_BYTES * blocks / records);
  }
}
