package io.penstock.sampler;

import java.util.Arrays;

/**
 * Which source's turn it is at a position, among sources with weights, and which of its turns.
 * Turns are evenly spread, and computed without looking at other positions.
 *
 * <p>A binary tree with a source at every leaf. At a fork of which the left side has the share f of
 * the weight, {@code floor(n f + phase)} of the first n turns go left: as evenly as possible. The
 * turns of a side are divided among its forks in the same way. Phases are in [0, 1), hashed from a
 * key. Immutable.
 */
final class SourceTurns {
  /** What to do at a turn. */
  @FunctionalInterface
  interface Taker {
    /** Given the source, and how many turns it had before. */
    long take(int source, long turn);
  }

  private static final long PHASE_LABEL = KeyChain.label("mixture1");

  private final double[] weights;
  private final double largest;
  private final long seed;

  /** What is on the left and right of each fork: a fork or ~source. */
  private final int[] left;

  private final int[] right;

  /** For each fork: share of the left side and phase, in units of 2^-64. */
  private final long[] shares;

  private final long[] phases;
  private final int root;
  private int forkCount;

  /** Weights are finite, not negative, not all 0; sources of weight 0 get no turn. */
  SourceTurns(double[] weights, long seed) {
    this.weights = weights;
    this.largest = Arrays.stream(weights).max().orElseThrow();
    this.seed = seed;
    int[] sources = new int[Weights.countPositive(weights)];
    int count = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        sources[count++] = i;
      }
    }
    this.left = new int[count];
    this.right = new int[count];
    this.shares = new long[count];
    this.phases = new long[count];
    this.root = grow(sources, 0, count);
  }

  /** Makes the tree of some sources; returns its root, a fork or ~source. */
  private int grow(int[] sources, int from, int to) {
    if (to - from == 1) {
      return ~sources[from];
    }
    int fork = forkCount++;
    int middle = (from + to) >>> 1;
    double leftWeight = sum(sources, from, middle);
    double rightWeight = sum(sources, middle, to);
    shares[fork] = (long) (leftWeight / (leftWeight + rightWeight) * 0x1p63) << 1;
    phases[fork] = KeyChain.key(PHASE_LABEL, fork, seed);
    left[fork] = grow(sources, from, middle);
    right[fork] = grow(sources, middle, to);
    return fork;
  }

  /**
   * In units of the largest weight: weights may be near zero, or their sum beyond what there is.
   */
  private double sum(int[] sources, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += weights[sources[i]] / largest;
    }
    return sum;
  }

  /** Finds the turn at a position, from 0 to 2^62. */
  long at(long position, Taker taker) {
    int at = root;
    long turn = position;
    while (at >= 0) {
      long before = leftTurns(at, turn);
      if (leftTurns(at, turn + 1) > before) {
        turn = before;
        at = left[at];
      } else {
        turn -= before;
        at = right[at];
      }
    }
    return taker.take(~at, turn);
  }

  /** How many forks there are: room for {@link #begin}. */
  int forkCount() {
    return forkCount;
  }

  /**
   * Begins to go through positions one after another, which is cheaper than asking for each.
   *
   * @param position the first, from 0 to 2^62
   * @param state of each fork; filled
   * @param before how many turns each source had before; filled for those that have any
   */
  void begin(long position, long[] state, long[] before) {
    if (root < 0) {
      before[~root] = position;
      return;
    }
    // Forks are numbered from the root on, so each one's turns are known when it comes.
    state[root] = position;
    for (int fork = 0; fork < forkCount; fork++) {
      long turns = state[fork];
      long leftTurns = leftTurns(fork, turns);
      put(left[fork], leftTurns, state, before);
      put(right[fork], turns - leftTurns, state, before);
      state[fork] = turns * shares[fork] + phases[fork];
    }
  }

  private static void put(int at, long turns, long[] state, long[] before) {
    if (at >= 0) {
      state[at] = turns;
    } else {
      before[~at] = turns;
    }
  }

  /** The source whose turn is next: left where adding the share carries. */
  int next(long[] state) {
    int at = root;
    while (at >= 0) {
      long sum = state[at] + shares[at];
      boolean isLeft = Long.compareUnsigned(sum, state[at]) < 0;
      state[at] = sum;
      at = isLeft ? left[at] : right[at];
    }
    return ~at;
  }

  /** How many of the first turns of a fork go left: the upper 64 bits of turns * share + phase. */
  private long leftTurns(int fork, long turns) {
    long low = turns * shares[fork];
    boolean carries = Long.compareUnsigned(low + phases[fork], low) < 0;
    return Math.unsignedMultiplyHigh(turns, shares[fork]) + (carries ? 1 : 0);
  }
}
