package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The shuffle for devices on which random reads cannot win: every record once per epoch, in blocks
 * that are read as a whole.
 *
 * <p>Each epoch cuts the file into blocks of {@code blockRecords} records, at other places each
 * time, puts the blocks in a shuffled order, and shuffles the records of {@code windowBlocks}
 * blocks together: a window. At every position, all records are equally likely. What it costs in
 * randomness is that records that lie near each other come near each other more often than by
 * chance; {@link MixingReport} tells how much. Larger windows of smaller blocks mix better.
 *
 * <p>Reading needs memory for the window that is being delivered, and for what is read ahead of the
 * next one: {@link #windowRecords}. A block that begins at the end of the file goes on at its
 * start; one block of an epoch may be short. Windows are as equal as can be: none has more than
 * {@code windowBlocks} blocks, and none two fewer than another.
 *
 * <p>Thread-safe; memory does not grow with the number of records. In the steady state a small
 * table is made per window (8 bytes per block), and nothing else. The order is specified, with test
 * vectors, in ORDER.md beside this source.
 */
public final class BlockShuffle implements Sampler {
  /** Version of the order, which saved states carry; another order would be another version. */
  public static final int ORDER_VERSION = 1;

  /** Blocks of a window where nobody says otherwise. */
  public static final int DEFAULT_WINDOW_BLOCKS = 64;

  /** Four large requests: blocks are then read about as fast as the file in order. */
  private static final long DEFAULT_BLOCK_BYTES = 2 << 20;

  private final long recordCount;
  private final long blockRecords;
  private final int windowBlocks;
  private final long seed;
  private final EpochCache<BlockLayout> layouts;

  /**
   * The shuffled orders of a dataset under a seed.
   *
   * @param recordCount number of its records, from 0 to 2^48
   * @param blockRecords records of a block, from 1 to 2^48
   * @param windowBlocks blocks that are shuffled together, at most; at least 1
   * @param seed any number; neighbouring seeds give unrelated orders
   */
  public BlockShuffle(long recordCount, long blockRecords, int windowBlocks, long seed) {
    Arguments.checkRecordCount(recordCount);
    if (blockRecords < 1 || blockRecords > Arguments.MAX_RECORDS) {
      throw new IllegalArgumentException(
          "blockRecords must be from 1 to 2^48, was " + blockRecords);
    }
    if (windowBlocks < 1) {
      throw new IllegalArgumentException("windowBlocks must be at least 1, was " + windowBlocks);
    }
    this.recordCount = recordCount;
    this.blockRecords = blockRecords;
    this.windowBlocks = windowBlocks;
    this.seed = seed;
    this.layouts =
        new EpochCache<>(
            epoch -> new BlockLayout(recordCount, blockRecords, windowBlocks, seed, epoch));
  }

  /**
   * Records of a block where nobody says otherwise: 2 MiB.
   *
   * @param recordBytes size of a record, over all columns
   * @return at least 1
   */
  public static long defaultBlockRecords(long recordBytes) {
    return Math.max(1, DEFAULT_BLOCK_BYTES / recordBytes);
  }

  /**
   * Records of a block.
   *
   * @return as it was given
   */
  public long blockRecords() {
    return blockRecords;
  }

  /**
   * Blocks of a window, at most.
   *
   * @return as it was given
   */
  public int windowBlocks() {
    return windowBlocks;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public long size() {
    return recordCount;
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public String description() {
    return "block/%s;blockRecords=%s;windowBlocks=%s"
        .formatted(ORDER_VERSION, blockRecords, windowBlocks);
  }

  /** Records of a window, at most: so many are wanted at once to read whole blocks. */
  @Override
  public long windowRecords() {
    boolean isAll = recordCount / blockRecords < windowBlocks;
    return Math.max(1, isAll ? recordCount : windowBlocks * blockRecords);
  }

  @Override
  public long windowEnd(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(position, recordCount);
    return layouts.get(epoch).windowEnd(position);
  }

  @Override
  public long index(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(position, recordCount);
    return layouts.get(epoch).index(position);
  }

  @Override
  public long position(long epoch, long index) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(index, recordCount);
    return layouts.get(epoch).position(index);
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, recordCount);
    if (count > 0) {
      layouts.get(epoch).fill(position, indices, count);
    }
  }

  @Override
  public String toString() {
    return "BlockShuffle[recordCount=%d, blockRecords=%d, windowBlocks=%d, seed=%d]"
        .formatted(recordCount, blockRecords, windowBlocks, seed);
  }
}
