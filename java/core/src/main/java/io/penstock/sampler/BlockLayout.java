package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One epoch of a {@link BlockShuffle}: where its blocks begin, in which order they come, and how
 * they form windows. The arithmetic of ORDER.md, "The block shuffle": any change of what it
 * computes is a new order version.
 *
 * <p>Three ways to number records: by index, in the file; by place, with the blocks put one after
 * another in their shuffled order; and by position, shuffled within windows. One block may be
 * short; all others are alike, so a place is found by arithmetic.
 *
 * <p>Thread-safe: immutable except for the windows that it remembers.
 */
final class BlockLayout {
  private static final long OFFSET_LABEL = KeyChain.label("block1:o");
  private static final long BLOCK_LABEL = KeyChain.label("block1:b");
  private static final long WINDOW_LABEL = KeyChain.label("block1:w");
  private static final long RECORD_LABEL = KeyChain.label("block1:r");

  /**
   * Windows that are remembered. An order is read from one or two windows at a time, by the thread
   * that reads ahead and the one that hands out, in each of a few threads.
   */
  private static final int RECENT_WINDOWS = 8;

  /**
   * Windows of more blocks than this are computed record by record: their tables would be large.
   */
  private static final int MAX_TABLE_BLOCKS = 1 << 16;

  /**
   * A number n is divided by d when it is multiplied by 2^64 / d, rounded up, as long as n d is at
   * most 2^64. Numbers within windows that have a table are below 2^16 d.
   */
  private static final long MOST_MULTIPLIED = 1 << 24;

  private final long recordCount;
  private final long blockRecords;

  /** The first record of block 0. The last blocks continue at the start of the file. */
  private final long offset;

  /** 2^64 divided by blockRecords, rounded up; 0 where {@link #blockWithin} has to divide. */
  private final long reciprocal;

  private final KeyedPermutation blocks;

  /** Least number of blocks in a window; some windows at the front have one more. */
  private final long windowBlocks;

  private final long largerWindows;
  private final long windowKey;

  /**
   * The short block, by its number in the shuffled order; how many records it lacks; and where it
   * ends.
   */
  private final long shortBlock;

  private final long lack;
  private final long shortEnd;

  // The orders within windows: of both regular sizes, and of the window with the short block.
  private final KeyedPermutation larger;
  private final KeyedPermutation smaller;
  private final KeyedPermutation special;
  private final long specialWindow;

  private final AtomicReferenceArray<BlockWindow> recent =
      new AtomicReferenceArray<>(RECENT_WINDOWS);

  /** Where the next window is remembered. Threads may race; any place will do. */
  private int nextRecent;

  BlockLayout(long recordCount, long blockRecords, long mostWindowBlocks, long seed, long epoch) {
    long[] words = {recordCount, blockRecords, mostWindowBlocks, seed, epoch};
    this.recordCount = recordCount;
    this.blockRecords = blockRecords;
    this.reciprocal =
        blockRecords > 1 && blockRecords <= MOST_MULTIPLIED
            ? Long.divideUnsigned(-1, blockRecords) + 1
            : 0;
    this.offset = KeyChain.draw(KeyChain.key(OFFSET_LABEL, 0, words), 0, recordCount);
    long blockCount = Math.ceilDiv(recordCount, blockRecords);
    this.blocks = new KeyedPermutation(blockCount, BLOCK_LABEL, words);
    long windowCount = Math.ceilDiv(blockCount, mostWindowBlocks);
    this.windowBlocks = blockCount / windowCount;
    this.largerWindows = blockCount % windowCount;
    this.windowKey = KeyChain.key(WINDOW_LABEL, 0, words);

    this.shortBlock = blocks.backward(0, blockCount - 1);
    this.lack = blockCount * blockRecords - recordCount;
    this.shortEnd = (shortBlock + 1) * blockRecords - lack;

    this.smaller = new KeyedPermutation(windowBlocks * blockRecords, RECORD_LABEL, words);
    this.larger =
        largerWindows == 0
            ? smaller
            : new KeyedPermutation((windowBlocks + 1) * blockRecords, RECORD_LABEL, words);
    this.specialWindow = windowOf(shortBlock);
    this.special = new KeyedPermutation(size(specialWindow), RECORD_LABEL, words);
  }

  long index(long position) {
    long window = windowOf(blockAt(position));
    long start = blockStart(firstBlock(window));
    return record(start + order(window).forward(tweak(window), position - start));
  }

  /** The end of the window that a position is in. */
  long windowEnd(long position) {
    return blockStart(firstBlock(windowOf(blockAt(position)) + 1));
  }

  long position(long index) {
    long turned = index - offset + (index < offset ? recordCount : 0);
    long block = turned / blockRecords;
    long number = blocks.backward(0, block);
    long place = blockStart(number) + turned - block * blockRecords;
    long window = windowOf(number);
    long start = blockStart(firstBlock(window));
    return start + order(window).backward(tweak(window), place - start);
  }

  void fill(long position, MemorySegment indices, int count) {
    int done = 0;
    while (done < count) {
      BlockWindow window = remembered(windowOf(blockAt(position + done)));
      long within = position + done - window.start;
      int run = (int) Math.min(count - done, window.order.size() - within);
      window.fill(within, indices, done, run);
      toRecords(window, indices, done, run);
      done += run;
    }
  }

  /** Turns numbers within a window into indices. */
  private void toRecords(BlockWindow window, MemorySegment indices, int at, int count) {
    long[] shifts = window.shifts;
    long first = window.firstBlock * blockRecords;
    for (int i = at; i < at + count; i++) {
      long place = window.start + indices.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
      long index;
      if (shifts == null) {
        index = record(place);
      } else {
        long regular = regular(place) - first;
        index = wrapped(regular + shifts[blockWithin(regular)]);
      }
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, index);
    }
  }

  /** The block that a number within a window is in, where the window has a table. */
  private int blockWithin(long regular) {
    return (int)
        (reciprocal == 0 ? regular / blockRecords : Math.unsignedMultiplyHigh(regular, reciprocal));
  }

  /** A window, with its table if it was asked for before. */
  private BlockWindow remembered(long number) {
    for (int i = 0; i < RECENT_WINDOWS; i++) {
      BlockWindow window = recent.getAcquire(i);
      if (window != null && window.number == number) {
        return window.shifts == null ? withTable(window, i) : window;
      }
    }
    long first = firstBlock(number);
    BlockWindow window =
        new BlockWindow(number, blockStart(first), first, order(number), tweak(number), null, null);
    int slot = nextRecent;
    nextRecent = (slot + 1) % RECENT_WINDOWS;
    recent.setRelease(slot, window);
    return window;
  }

  private BlockWindow withTable(BlockWindow window, int slot) {
    long count = firstBlock(window.number + 1) - window.firstBlock;
    if (count > MAX_TABLE_BLOCKS) {
      return window;
    }
    long[] shifts = new long[(int) count];
    for (int i = 0; i < shifts.length; i++) {
      long block = blocks.forward(0, window.firstBlock + i);
      shifts[i] = offset + (block - i) * blockRecords;
    }
    BlockWindow full = window.with(shifts);
    recent.setRelease(slot, full);
    return full;
  }

  /** The record at a place. */
  private long record(long place) {
    long regular = regular(place);
    long number = regular / blockRecords;
    long block = blocks.forward(0, number);
    return wrapped(offset + (block - number) * blockRecords + regular);
  }

  private long wrapped(long index) {
    return index - (index >= recordCount ? recordCount : 0);
  }

  /** The block that a place belongs to, by its number in the shuffled order. */
  private long blockAt(long place) {
    return regular(place) / blockRecords;
  }

  /** What the place would be if the short block were not short. */
  private long regular(long place) {
    return place + (place >= shortEnd ? lack : 0);
  }

  /** The first place of a block, by its number in the shuffled order. */
  private long blockStart(long number) {
    return number * blockRecords - (number > shortBlock ? lack : 0);
  }

  /** The window of a block, by its number in the shuffled order. */
  private long windowOf(long number) {
    long inLarger = largerWindows * (windowBlocks + 1);
    return number < inLarger
        ? number / (windowBlocks + 1)
        : largerWindows + (number - inLarger) / windowBlocks;
  }

  /** The first block of a window, by its number in the shuffled order. */
  private long firstBlock(long window) {
    return window * windowBlocks + Math.min(window, largerWindows);
  }

  private long size(long window) {
    return blockStart(firstBlock(window + 1)) - blockStart(firstBlock(window));
  }

  private KeyedPermutation order(long window) {
    if (window == specialWindow) {
      return special;
    }
    return window < largerWindows ? larger : smaller;
  }

  private long tweak(long window) {
    return FeistelNetwork.mix(windowKey + window * FeistelNetwork.GAMMA);
  }
}
