package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The arithmetic of ORDER.md: a permutation of [0, size) for each list of round keys.
 *
 * <p>What it owns: the domain, the rounds, and cycle walking, forwards, backwards and in bulk. It
 * must not know where keys come from. Any change of what it computes is a new order version:
 * ORDER.md and its test vectors come first.
 *
 * <p>Position p is split into a left and a right half, {@code p = left * side + right}; rounds add
 * a keyed hash of one half to the other, modulo side. A result outside of [0, size) goes through
 * the network again. The domain is the square of side, hardly larger than size, so this is rare
 * when size is large.
 */
final class FeistelNetwork {
  /** The increment of SplitMix64: 2^64 divided by the golden ratio. */
  static final long GAMMA = 0x9E3779B97F4A7C15L;

  private static final int FEWEST_ROUNDS = 8;

  private final long size;
  private final long side;

  FeistelNetwork(long size) {
    this.size = size;
    this.side = side(size);
  }

  /** The smallest even number whose square is at least size. Why even: ORDER.md, "Domain". */
  static long side(long size) {
    long side = Math.max(2, (long) Math.sqrt((double) size));
    while (side * side < size || side % 2 != 0) {
      side++;
    }
    return side;
  }

  /**
   * Rounds for a domain: even, at least 8, and enough that side^(rounds - 4), the work of the best
   * known generic attack, is at least 2^48. Small halves need many rounds, but their epochs are
   * short.
   */
  static int rounds(long side) {
    int sideBits = 63 - Long.numberOfLeadingZeros(side);
    int rounds = 4 + Math.ceilDiv(48, sideBits);
    return Math.max(FEWEST_ROUNDS, rounds + rounds % 2);
  }

  /** The finalizer of SplitMix64, which is variant 13 of Stafford's. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  long size() {
    return size;
  }

  long side() {
    return side;
  }

  /**
   * The image of a position.
   *
   * @param tweak is added to all keys: unrelated orders from the same keys
   */
  long forward(long[] keys, long tweak, long position) {
    return walk(keys, tweak, position / side, position % side);
  }

  /** The inverse of {@link #forward}. */
  long backward(long[] keys, long tweak, long index) {
    long left = index / side;
    long right = index % side;
    long value;
    do {
      for (int i = keys.length - 2; i >= 0; i -= 2) {
        right = raised(right - hash(keys[i + 1] + tweak, left));
        left = raised(left - hash(keys[i] + tweak, right));
      }
      value = left * side + right;
    } while (value >= size);
    return value;
  }

  /**
   * Writes the images of count consecutive positions, from place {@code at} of indices on. The
   * halves are counted up instead of divided, and four positions at a time go through the rounds
   * side by side.
   */
  void fill(long[] keys, long tweak, long position, MemorySegment indices, int at, int count) {
    long left = position / side;
    long right = position % side;
    int done = 0;
    while (done < count) {
      int lanes = 1;
      if (done <= count - 4 && right <= side - 4) {
        lanes = 4;
        fillFour(keys, tweak, left, right, indices, at + done);
      } else {
        set(indices, at + done, walk(keys, tweak, left, right));
      }
      done += lanes;
      right += lanes;
      if (right == side) {
        right = 0;
        left++;
      }
    }
  }

  /** What {@link #fill} computes, by looking hashes up. */
  RoundTable table(long[] keys, long tweak) {
    char[][] rounds = new char[keys.length][(int) side];
    for (int i = 0; i < keys.length; i++) {
      for (int half = 0; half < side; half++) {
        rounds[i][half] = (char) hash(keys[i] + tweak, half);
      }
    }
    return new RoundTable(Math.toIntExact(size), (int) side, rounds);
  }

  /**
   * The images of (left, right) to (left, right + 3). A round is a chain of about 20 cycles; four
   * chains that do not depend on each other keep the multiplier busy, and are 2 to 2.7 times as
   * fast as one after the other (measured on Zen 4). The halves of eight would not fit the
   * registers.
   */
  private void fillFour(
      long[] keys, long tweak, long left, long right, MemorySegment indices, int at) {
    long left0 = left;
    long left1 = left;
    long left2 = left;
    long left3 = left;
    long right0 = right;
    long right1 = right + 1;
    long right2 = right + 2;
    long right3 = right + 3;
    for (int i = 0; i < keys.length; i += 2) {
      long key = keys[i] + tweak;
      left0 = lowered(left0 + hash(key, right0));
      left1 = lowered(left1 + hash(key, right1));
      left2 = lowered(left2 + hash(key, right2));
      left3 = lowered(left3 + hash(key, right3));
      key = keys[i + 1] + tweak;
      right0 = lowered(right0 + hash(key, left0));
      right1 = lowered(right1 + hash(key, left1));
      right2 = lowered(right2 + hash(key, left2));
      right3 = lowered(right3 + hash(key, left3));
    }
    set(indices, at, resume(keys, tweak, left0, right0));
    set(indices, at + 1, resume(keys, tweak, left1, right1));
    set(indices, at + 2, resume(keys, tweak, left2, right2));
    set(indices, at + 3, resume(keys, tweak, left3, right3));
  }

  private static void set(MemorySegment indices, int at, long index) {
    indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, at, index);
  }

  /** Through the network once, and again until the value is in range. */
  private long walk(long[] keys, long tweak, long left, long right) {
    long value;
    do {
      for (int i = 0; i < keys.length; i += 2) {
        left = lowered(left + hash(keys[i] + tweak, right));
        right = lowered(right + hash(keys[i + 1] + tweak, left));
      }
      value = left * side + right;
    } while (value >= size);
    return value;
  }

  /** A value that has been through the network once goes on only if it is out of range. */
  private long resume(long[] keys, long tweak, long left, long right) {
    long value = left * side + right;
    return value < size ? value : walk(keys, tweak, left, right);
  }

  /** A number in [0, side) that depends on all bits of the key and the half. */
  private long hash(long key, long half) {
    return Math.unsignedMultiplyHigh(mix(key + half * GAMMA), side);
  }

  /**
   * Reduces the sum of two numbers in [0, side) modulo side. No branch, as it could not be
   * predicted.
   */
  private long lowered(long sum) {
    long reduced = sum - side;
    return reduced + (side & (reduced >> 63));
  }

  /** Reduces the difference of two numbers in [0, side) modulo side. */
  private long raised(long difference) {
    return difference + (side & (difference >> 63));
  }
}
