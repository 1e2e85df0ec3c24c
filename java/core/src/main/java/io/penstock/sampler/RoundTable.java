package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A {@link FeistelNetwork} with one key list and one tweak, whose hashes are looked up. A round
 * hashes a half, of which there are only as many as the square root of the size: for a whole window
 * they are few, and each is computed once instead of once for every record. It computes what the
 * network does. Immutable.
 */
final class RoundTable {
  /** Of halves up to here: twice the hashes of all rounds in bytes stay within some 64 KiB. */
  private static final long MOST_SIDE = 1 << 12;

  /**
   * Below this, a window has so few records that its table would be a noticeable part of what is
   * allocated for a batch, and would save little.
   */
  private static final long LEAST_SIDE = 128;

  private final int size;
  private final int side;

  /** For each round, what it adds to one half for each value of the other. */
  private final char[][] rounds;

  RoundTable(int size, int side, char[][] rounds) {
    this.size = size;
    this.side = side;
    this.rounds = rounds;
  }

  /** Whether a table of halves up to a side is worth making, if all of it is used. */
  static boolean isWorth(long side) {
    return side >= LEAST_SIDE && side <= MOST_SIDE;
  }

  /** As {@link FeistelNetwork#fill}. */
  void fill(long position, MemorySegment indices, int at, int count) {
    int left = (int) (position / side);
    int right = (int) (position % side);
    int done = 0;
    while (done < count) {
      int lanes = 1;
      if (done <= count - 4 && right <= side - 4) {
        lanes = 4;
        fillFour(left, right, indices, at + done);
      } else {
        set(indices, at + done, walk(left, right));
      }
      done += lanes;
      right += lanes;
      if (right == side) {
        right = 0;
        left++;
      }
    }
  }

  /** Four chains of lookups that do not depend on each other. */
  private void fillFour(int left, int right, MemorySegment indices, int at) {
    int left0 = left;
    int left1 = left;
    int left2 = left;
    int left3 = left;
    int right0 = right;
    int right1 = right + 1;
    int right2 = right + 2;
    int right3 = right + 3;
    for (int i = 0; i < rounds.length; i += 2) {
      char[] hashes = rounds[i];
      left0 = lowered(left0 + hashes[right0]);
      left1 = lowered(left1 + hashes[right1]);
      left2 = lowered(left2 + hashes[right2]);
      left3 = lowered(left3 + hashes[right3]);
      hashes = rounds[i + 1];
      right0 = lowered(right0 + hashes[left0]);
      right1 = lowered(right1 + hashes[left1]);
      right2 = lowered(right2 + hashes[left2]);
      right3 = lowered(right3 + hashes[left3]);
    }
    set(indices, at, resume(left0, right0));
    set(indices, at + 1, resume(left1, right1));
    set(indices, at + 2, resume(left2, right2));
    set(indices, at + 3, resume(left3, right3));
  }

  private static void set(MemorySegment indices, int at, long index) {
    indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, at, index);
  }

  /** Through the network once, and again until the value is in range. */
  private int walk(int left, int right) {
    int value;
    do {
      for (int i = 0; i < rounds.length; i += 2) {
        left = lowered(left + rounds[i][right]);
        right = lowered(right + rounds[i + 1][left]);
      }
      value = left * side + right;
    } while (value >= size);
    return value;
  }

  private int resume(int left, int right) {
    int value = left * side + right;
    return value < size ? value : walk(left, right);
  }

  /** Reduces the sum of two numbers in [0, side) modulo side, without a branch. */
  private int lowered(int sum) {
    int reduced = sum - side;
    return reduced + (side & (reduced >> 31));
  }
}
