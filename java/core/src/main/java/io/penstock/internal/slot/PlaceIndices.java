package io.penstock.internal.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The records of a rank by place: of all that its group takes in a step, sorted by index, its
 * slice.
 *
 * <p>What it owns: room for one step. It is not sorted: only the ends of the slice are looked for,
 * and the records between them stay in the order of their positions, so that a batch is not sorted
 * either. Of one reading thread; it allocates nothing per batch.
 */
final class PlaceIndices implements IndexSource {
  private static final int MOST_DIGIT_BITS = 11;
  private static final int LEAST_DIGIT_BITS = 4;

  /** The records of a step; where the order comes in stretches, room for each rank. */
  private final MemorySegment step;

  private final MemorySegment[] parts;
  private final int indexBits;

  private final int[] counts = new int[1 << MOST_DIGIT_BITS];

  /** Where in the step the records of the batch lie, and room for one more. */
  private final int[] offsets;

  /** What {@link #find} found: an index, and how many times it comes before that place. */
  private long foundIndex;

  private int foundBefore;

  /**
   * Makes it ready.
   *
   * @param shares whose batches
   * @param step room for {@link RankShares#mostStepRecords} int64 numbers
   */
  PlaceIndices(RankShares shares, MemorySegment step) {
    Partition partition = shares.of(0).partition();
    this.step = step;
    this.offsets = new int[shares.mostRecords() + 1];
    this.indexBits = Long.SIZE - Long.numberOfLeadingZeros(shares.sampler().recordCount());
    long partBytes = (long) partition.batchSize() * Long.BYTES;
    int whole = (int) Math.min(partition.groupSize(), step.byteSize() / partBytes);
    this.parts = new MemorySegment[whole];
    for (int i = 0; i < whole; i++) {
      parts[i] = step.asSlice(i * partBytes, partBytes);
    }
  }

  @Override
  public int[] stepOffsets() {
    return offsets;
  }

  @Override
  public void fill(BatchCursor cursor, MemorySegment indices) {
    RankShare share = cursor.share();
    long batch = cursor.batch();
    int real = share.recordCount(batch);
    if (real > 0) {
      share.fillStep(cursor.epoch(), batch, step, parts);
      select(share.stepRecords(batch), share.sliceStart(batch), real);
    }
    for (int i = 0; i < real; i++) {
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, at(offsets[i]));
    }
    pad(cursor, indices, real);
  }

  /** Repeats what the rank has, or what others have if it has nothing. */
  private void pad(BatchCursor cursor, MemorySegment indices, int real) {
    RankShare share = cursor.share();
    int size = share.size(cursor.batch());
    for (int i = real; i < size; i++) {
      offsets[i] = real > 0 ? offsets[i % real] : ~i;
      long index =
          real > 0
              ? at(offsets[i])
              : share
                  .sampler()
                  .index(cursor.epoch(), share.stepPosition(cursor.batch(), offsets[i]));
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, index);
    }
  }

  private long at(int offset) {
    return step.getAtIndex(ValueLayout.JAVA_LONG, offset);
  }

  /** Finds the offsets of the records of a slice. Of equal indices, earlier positions are less. */
  private void select(int records, int from, int count) {
    long low = -1;
    int lowBefore = 0;
    if (from > 0) {
      find(records, from);
      low = foundIndex;
      lowBefore = foundBefore;
    }
    long high = Long.MAX_VALUE;
    int highBefore = 0;
    if (from + count < records) {
      find(records, from + count);
      high = foundIndex;
      highBefore = foundBefore;
    }
    int lowSeen = 0;
    int highSeen = 0;
    int found = 0;
    for (int i = 0; i < records; i++) {
      long index = at(i);
      int isFrom = index > low || (index == low && lowSeen++ >= lowBefore) ? 1 : 0;
      int isBelow = index < high || (index == high && highSeen++ < highBefore) ? 1 : 0;
      // Always written and seldom kept: a branch would be guessed wrong.
      offsets[found] = i;
      found += isFrom & isBelow;
    }
  }

  /** Finds what a place of the sorted step holds, digit by digit, from the highest one on. */
  private void find(int records, int place) {
    int bits =
        Math.clamp(
            Integer.SIZE - Integer.numberOfLeadingZeros(records),
            LEAST_DIGIT_BITS,
            MOST_DIGIT_BITS);
    int left = place;
    long prefix = 0;
    int above = indexBits;
    while (above > 0) {
      int shift = Math.max(0, above - bits);
      count(records, prefix, above, shift);
      int digit = 0;
      while (left >= counts[digit]) {
        left -= counts[digit++];
      }
      prefix = prefix << (above - shift) | digit;
      above = shift;
      if (counts[digit] == 1) {
        prefix = only(records, prefix, shift);
        above = 0;
      }
    }
    foundIndex = prefix;
    foundBefore = left;
  }

  /** Counts the next digit of all indices that begin with a prefix. */
  private void count(int records, long prefix, int above, int shift) {
    int mask = (1 << (above - shift)) - 1;
    for (int i = 0; i <= mask; i++) {
      counts[i] = 0;
    }
    for (int i = 0; i < records; i++) {
      long index = at(i);
      if (index >>> above == prefix) {
        counts[(int) (index >>> shift) & mask]++;
      }
    }
  }

  /** The one index that begins with a prefix. */
  private long only(int records, long prefix, int shift) {
    int i = 0;
    while (i < records - 1 && at(i) >>> shift != prefix) {
      i++;
    }
    return at(i);
  }
}
