package io.penstock.sampler;

/**
 * Draws numbers with given weights in constant time (Walker 1977), from 64 random bits each.
 *
 * <p>Every number has a bucket of the same width. The part of a bucket that a light number leaves
 * free is given to a heavy one, its alias, so that no bucket belongs to more than two numbers. All
 * arithmetic is in integers: a bucket is 2^31 units wide, weights are rounded to units, and the sum
 * of the units is exact. So probabilities are off by at most 2^-31 of the mean, and weight 0 is
 * never drawn. It takes 8 bytes per number, also while it is built: one sweep each visits light and
 * heavy numbers (Hübschle-Schneider and Sanders 2019), without lists of them. Immutable.
 */
final class AliasTable {
  private static final int UNIT_BITS = 31;
  private static final long BUCKET = 1L << UNIT_BITS;
  private static final long MASK = BUCKET - 1;

  /** Set on entries that are done; an entry that is not is a number of units, below 2^62. */
  private static final long DONE = 1L << 63;

  /** Set on numbers of units whose weight is not 0, while they are made. */
  private static final long POSITIVE = 1L << 63;

  /** Keeps the sum of rounded weights below its goal: many times what rounding can add. */
  private static final double MARGIN = 1 - 0x1p-48;

  /** Units of its own in the bucket, and the alias: 31 bits each. */
  private final long[] entries;

  /** Weights are finite, not negative, not all 0. */
  AliasTable(double[] weights) {
    this(Weights.bits(i -> weights[(int) i], weights.length, "numbers"));
  }

  /**
   * Makes the table in the array that it is given.
   *
   * @param bits of the weights as doubles, which are finite, not negative, not all 0
   */
  AliasTable(long[] bits) {
    entries = bits;
    toUnits(entries);
    sweep();
  }

  int size() {
    return entries.length;
  }

  /** The number that random bits choose. */
  int draw(long random) {
    int bucket = (int) Math.unsignedMultiplyHigh(random, entries.length);
    // The lower bits of the product are the place in the bucket: uniform too, because buckets are
    // few.
    long unit = (random * entries.length) >>> (Long.SIZE - UNIT_BITS);
    long entry = entries[bucket];
    return unit < ((entry >>> UNIT_BITS) & MASK) ? bucket : (int) (entry & MASK);
  }

  /** For tests: over all buckets, how many units belong to each number. */
  long[] units() {
    long[] units = new long[entries.length];
    for (int i = 0; i < entries.length; i++) {
      long own = (entries[i] >>> UNIT_BITS) & MASK;
      units[i] += own;
      units[(int) (entries[i] & MASK)] += BUCKET - own;
    }
    return units;
  }

  /** Turns weights, as bits, into units whose sum is the width of all buckets, exactly. */
  private static void toUnits(long[] bits) {
    double largest = 0;
    for (long one : bits) {
      largest = Math.max(largest, Double.longBitsToDouble(one));
    }
    // Twice, as the inverse of a tiny number is infinite.
    double toOne = 1 / Math.max(largest, Double.MIN_NORMAL);
    double sum = Weights.sum(bits.length, i -> Double.longBitsToDouble(bits[i]), toOne);
    double scale = bits.length * (double) BUCKET / sum * MARGIN;
    long missing = bits.length * BUCKET;
    int positive = 0;
    for (int i = 0; i < bits.length; i++) {
      double weight = Double.longBitsToDouble(bits[i]);
      long units = (long) (weight * toOne * scale);
      missing -= units;
      positive += weight > 0 ? 1 : 0;
      // A weight that is not 0 may have no unit yet, and gets one.
      bits[i] = weight > 0 ? units | POSITIVE : 0;
    }
    for (int i = 0, seen = 0; i < bits.length; i++) {
      if ((bits[i] & POSITIVE) != 0) {
        bits[i] &= ~POSITIVE;
        bits[i] += missing / positive + (seen < missing % positive ? 1 : 0);
        seen++;
      }
    }
  }

  private void sweep() {
    int heavy = nextHeavy(0);
    long left = entries[heavy];
    for (int light = 0; light < entries.length; light++) {
      if (isDone(light) || entries[light] >= BUCKET) {
        continue;
      }
      left -= BUCKET - entries[light];
      finish(light, entries[light], heavy);
      while (left < BUCKET) {
        // The heavy one has become light: what its bucket has free goes to the next heavy one.
        int next = nextHeavy(heavy + 1);
        finish(heavy, left, next);
        left = entries[next] - (BUCKET - left);
        heavy = next;
      }
    }
    // Because the sum is exact, what is left fills its buckets: each belongs to one number.
    for (int i = heavy; i < entries.length; i++) {
      if (!isDone(i)) {
        finish(i, 0, i);
      }
    }
  }

  private int nextHeavy(int from) {
    int i = from;
    while (isDone(i) || entries[i] < BUCKET) {
      i++;
    }
    return i;
  }

  private boolean isDone(int i) {
    return (entries[i] & DONE) != 0;
  }

  private void finish(int i, long ownUnits, int alias) {
    entries[i] = DONE | (ownUnits << UNIT_BITS) | alias;
  }
}
