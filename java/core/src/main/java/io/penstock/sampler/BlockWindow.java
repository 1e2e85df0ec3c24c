package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One window of a {@link BlockLayout}: where it starts, and its own order. Immutable, and handed
 * between threads without a lock, so all its fields must stay final.
 */
final class BlockWindow {
  final long number;

  /** Its first place and its first position. */
  final long start;

  /** Its first block, by the number in the shuffled order. */
  final long firstBlock;

  final KeyedPermutation order;
  final long tweak;

  /**
   * For each of its blocks, what to add to a record's place to get its index; null until the window
   * has been asked for twice. Looking them up is several times faster than computing the order of
   * blocks for each record.
   */
  final long @Nullable [] shifts;

  /** Its order, where looking it up is cheaper; null until then as well. */
  final @Nullable RoundTable rounds;

  BlockWindow(
      long number,
      long start,
      long firstBlock,
      KeyedPermutation order,
      long tweak,
      long @Nullable [] shifts,
      @Nullable RoundTable rounds) {
    this.number = number;
    this.start = start;
    this.firstBlock = firstBlock;
    this.order = order;
    this.tweak = tweak;
    this.shifts = shifts;
    this.rounds = rounds;
  }

  /** The same with tables. */
  BlockWindow with(long[] newShifts) {
    return new BlockWindow(number, start, firstBlock, order, tweak, newShifts, order.table(tweak));
  }

  /** As {@link KeyedPermutation#fill}, of this window. */
  void fill(long within, MemorySegment indices, int at, int count) {
    if (rounds == null) {
      order.fill(tweak, within, indices, at, count);
    } else {
      rounds.fill(within, indices, at, count);
    }
  }
}
