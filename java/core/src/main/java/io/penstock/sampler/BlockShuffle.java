package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The shuffle for devices on which random reads are too slow: every record once per epoch, in
 * blocks that are read as a whole.
 *
 * <p>Each epoch cuts the file into blocks of {@code blockRecords} records, at other places than the
 * epoch before, shuffles the blocks, and then shuffles the records within each window of {@code
 * windowBlocks} blocks. At every position, all records are equally likely. The cost in randomness:
 * records that lie near each other in the file come near each other more often than by chance;
 * {@link MixingReport} tells how much. Larger windows of smaller blocks mix better.
 *
 * <p>Reading needs memory for the window that is being delivered ({@link #windowRecords}) and for
 * what is read ahead of the next one. A block that begins near the end of the file continues at its
 * start; one block of an epoch may be short. Windows are as equal as possible: none has more than
 * {@code windowBlocks} blocks, and their numbers of blocks differ by one at most.
 *
 * <p>Thread-safe; memory does not grow with the number of records. In the steady state small tables
 * are made per window (8 bytes per block, and at most 64 KiB), and nothing else. The order is
 * specified, with test vectors, in ORDER.md beside this source.
 */
public final class BlockShuffle implements Sampler {
  /**
   * Version of the order, which saved states carry. A change of the order would be a new version.
   */
  public static final int ORDER_VERSION = 1;

  /** Default number of blocks in a window. */
  public static final int DEFAULT_WINDOW_BLOCKS = 64;

  /** Four large requests: such blocks are read about as fast as the file in order. */
  private static final long DEFAULT_BLOCK_BYTES = 2 << 20;

  private final long recordCount;
  private final long blockRecords;
  private final int windowBlocks;
  private final long seed;
  private final EpochCache<BlockLayout> layouts;

  /**
   * Makes the shuffled orders of a dataset for a seed.
   *
   * @param recordCount number of its records, from 0 to 2^48
   * @param blockRecords records of a block, from 1 to 2^48
   * @param windowBlocks most blocks that are shuffled together, at least 1
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
   * Default number of records in a block: as many as 2 MiB hold.
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
   * Most blocks in a window.
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
  public long positionCount() {
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

  /** Most records in a window: to read whole blocks, this many have to be held at once. */
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
