package io.penstock.spark;

import io.penstock.sampler.Sampler;
import io.penstock.write.ShardLayout;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Collects the records of a part of the data into blocks, each for one bucket of the result, and
 * hands these to Spark's shuffle.
 *
 * <p>An entry of a block is the position of a record in its bucket (32 bits), the sizes of those of
 * its columns that have records of different sizes (32 bits each), and the bytes of all columns;
 * numbers are big-endian. A block is handed out when the next entry does not fit, and all are when
 * they take too much memory together. One record in Spark's shuffle is so many of ours. Of one
 * thread.
 */
final class EntryBlocks implements Iterator<Tuple2<Integer, EntryBlock>> {
  /** All blocks of a task together: with very many buckets, each of them is small. */
  private static final long MOST_BYTES = 64 << 20;

  private static final int LEAST_BLOCK_BYTES = 1 << 10;

  /** Gives records, one after another. */
  interface Feed {
    /**
     * Adds some records.
     *
     * @return false if there are none any more
     */
    boolean addTo(EntryBlocks blocks);
  }

  private final ShardJob job;
  private final ShardLayout layout;
  private final Sampler order;
  private final Feed feed;
  private final long headerBytes;
  private final byte[] @Nullable [] blocks;
  private final int[] ends;
  private final int blockBytes;
  private final ArrayDeque<Tuple2<Integer, EntryBlock>> ready = new ArrayDeque<>();
  private long held;
  private boolean isAtEnd;

  /** Where the entry goes that is being made. */
  private int slot;

  EntryBlocks(ShardJob job, Feed feed) {
    this.job = job;
    this.layout = job.layout();
    this.order = job.order();
    this.feed = feed;
    long variable = job.columns().stream().filter(ColumnForm::isVariable).count();
    this.headerBytes = Integer.BYTES * (1 + variable);
    int slots = layout.shards() * job.buckets();
    this.blocks = new byte[slots][];
    this.ends = new int[slots];
    this.blockBytes = Math.clamp(MOST_BYTES / slots, LEAST_BLOCK_BYTES, ShardJob.BLOCK_BYTES);
  }

  /**
   * Begins the entry of a record; its sizes and bytes follow, in the order of the columns.
   *
   * @param index of the record
   * @param bytes of all columns together
   */
  void begin(long index, long bytes) {
    long position = order.position(0, index);
    int shard = layout.shardOf(position);
    long inShard = position - layout.first(shard);
    int bucket = job.bucketOf(inShard);
    slot = job.bucket(shard, bucket);
    reserve(headerBytes + bytes);
    put((int) (inShard - job.firstOf(bucket)));
  }

  private void reserve(long entry) {
    if (entry > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "a record must be below 2^31 bytes over all columns, was " + entry);
    }
    byte[] block = blocks[slot];
    if (block != null && ends[slot] + entry > block.length) {
      hand(slot);
      block = null;
    }
    if (block == null) {
      block = new byte[(int) Math.max(blockBytes, EntryBlock.HEAD_BYTES + entry)];
      held += block.length;
      blocks[slot] = block;
      ends[slot] = EntryBlock.HEAD_BYTES;
    }
  }

  private byte[] block() {
    byte[] block = blocks[slot];
    if (block == null) {
      throw new IllegalStateException("an entry must be begun first");
    }
    return block;
  }

  /** A number of the entry. */
  void put(int number) {
    Entries.putInt(block(), ends[slot], number);
    ends[slot] += Integer.BYTES;
  }

  /** Where to put bytes of the entry: the array, from {@link #at} on. */
  byte[] array() {
    return block();
  }

  int at() {
    return ends[slot];
  }

  /** So many bytes were put there. */
  void advance(int bytes) {
    ends[slot] += bytes;
  }

  /** Ends the entry. */
  void end() {
    if (ends[slot] == block().length) {
      hand(slot);
    } else if (held > MOST_BYTES) {
      handAll();
    }
  }

  private void hand(int which) {
    byte[] block = blocks[which];
    if (block == null) {
      return;
    }
    ready.add(new Tuple2<>(which, new EntryBlock(which, block, ends[which])));
    held -= block.length;
    blocks[which] = null;
  }

  private void handAll() {
    for (int i = 0; i < blocks.length; i++) {
      hand(i);
    }
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && !isAtEnd) {
      if (!feed.addTo(this)) {
        isAtEnd = true;
        handAll();
      }
    }
    return !ready.isEmpty();
  }

  @Override
  public Tuple2<Integer, EntryBlock> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all blocks were handed out");
    }
    return ready.remove();
  }
}
