package io.penstock.spark;

import io.penstock.sampler.Sampler;
import io.penstock.write.ShardLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
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
 * numbers are big-endian. A block is handed out when it is large, and all are when they take too
 * much memory together. One record in Spark's shuffle is so many of ours. Of one thread.
 */
final class EntryBlocks implements Iterator<Tuple2<Long, byte[]>> {
  /** All blocks of a task together: with very many buckets, each of them is small. */
  private static final long MOST_BYTES = 64 << 20;

  private static final int START_BYTES = 1 << 10;

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
  private final int buckets;
  private final long headerBytes;
  private final byte[] @Nullable [] blocks;
  private final int[] sizes;
  private final ArrayDeque<Tuple2<Long, byte[]>> ready = new ArrayDeque<>();
  private long held;
  private boolean isAtEnd;

  /** Where the entry goes that is being made. */
  private int slot;

  EntryBlocks(ShardJob job, Feed feed) {
    this.job = job;
    this.layout = job.layout();
    this.order = job.order();
    this.feed = feed;
    this.buckets = job.buckets();
    long variable = job.columns().stream().filter(ColumnForm::isVariable).count();
    this.headerBytes = Integer.BYTES * (1 + variable);
    int slots = Math.multiplyExact(layout.shards(), buckets);
    this.blocks = new byte[slots][];
    this.sizes = new int[slots];
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
    slot = shard * buckets + bucket;
    reserve(headerBytes + bytes);
    put((int) (inShard - job.firstOf(bucket)));
  }

  private void reserve(long entry) {
    byte[] block = blocks[slot];
    long needed = sizes[slot] + entry;
    if (needed > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "a record must be below 2^31 bytes over all columns, was " + entry);
    }
    if (block == null || block.length < needed) {
      int size = (int) Math.min(Math.max(needed, 2L * sizes[slot]), Integer.MAX_VALUE - 64);
      int made = Math.max(size, START_BYTES);
      held += made - (block == null ? 0 : block.length);
      blocks[slot] = block == null ? new byte[made] : Arrays.copyOf(block, made);
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
    Entries.putInt(block(), sizes[slot], number);
    sizes[slot] += Integer.BYTES;
  }

  /** Where to put bytes of the entry: the array, from {@link #at} on. */
  byte[] array() {
    return block();
  }

  int at() {
    return sizes[slot];
  }

  /** So many bytes were put there. */
  void advance(int bytes) {
    sizes[slot] += bytes;
  }

  /** Ends the entry. */
  void end() {
    if (sizes[slot] >= job.blockBytes()) {
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
    long key = ShardJob.key(which / buckets, which % buckets);
    ready.add(
        new Tuple2<>(
            key, sizes[which] == block.length ? block : Arrays.copyOf(block, sizes[which])));
    held -= block.length;
    blocks[which] = null;
    sizes[which] = 0;
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
  public Tuple2<Long, byte[]> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all blocks were handed out");
    }
    return ready.remove();
  }
}
