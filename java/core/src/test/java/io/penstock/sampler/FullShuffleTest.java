package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the exact shuffle adds to the contract of samplers: seeds, epochs, and its domain. */
class FullShuffleTest {
  private static final long[] SEEDS = {0, 1, -1, 0x123456789ABCDEFL, Long.MIN_VALUE};

  @Test
  void everySizeUpTo2000IsAPermutation() {
    for (int size = 1; size <= 2_000; size++) {
      for (long seed : SEEDS) {
        long[] order = order(size, seed, size % 3);
        Arrays.sort(order);
        assertThat(order).isEqualTo(LongStream.range(0, size).toArray());
      }
    }
  }

  @Test
  void wholeOrdersOfSomeMillionRecordsArePermutations() {
    for (int size : new int[] {(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_017}) {
      long[] order = order(size, 77, 2);
      Arrays.sort(order);
      assertThat(order).isEqualTo(LongStream.range(0, size).toArray());
    }
  }

  @Test
  void sameOptionsGiveTheSameOrder() {
    assertThat(order(10_000, 5, 3)).isEqualTo(order(10_000, 5, 3));
  }

  @Test
  void epochsSeedsAndSizesGiveOrdersOfTheirOwn() {
    List<long[]> orders = new ArrayList<>();
    for (long seed = 0; seed < 8; seed++) {
      for (long epoch = 0; epoch < 8; epoch++) {
        orders.add(order(1_000, seed, epoch));
        orders.add(Arrays.copyOf(order(1_001, seed, epoch), 1_000));
      }
    }
    for (int i = 0; i < orders.size(); i++) {
      for (int j = 0; j < i; j++) {
        // The number of equal places is Poisson distributed with mean 1: P(20 or more) < 1e-18.
        assertThat(equalPlaces(orders.get(i), orders.get(j))).isLessThan(20);
      }
    }
  }

  @Test
  void keysOfNeighboursHaveNothingInCommon() {
    long[] keys = FullShuffle.roundKeys(1_000, 0, 1, 12);
    assertThat(keys).doesNotHaveDuplicates();
    for (long[] other :
        new long[][] {
          FullShuffle.roundKeys(1_000, 1, 0, 12),
          FullShuffle.roundKeys(1_001, 0, 0, 12),
          FullShuffle.roundKeys(999, 0, 2, 12),
          FullShuffle.roundKeys(1_000, FeistelNetwork.GAMMA, 1, 12)
        }) {
      assertThat(keys).doesNotContain(other);
    }
  }

  @Test
  void sideIsTheSmallestEvenNumberWhoseSquareHoldsAll() {
    for (long size = 1; size <= 100_000; size++) {
      assertSide(size);
    }
    for (long root = 1L << 10; root <= 1L << 24; root += root / 3) {
      assertSide(root * root - 1);
      assertSide(root * root);
    }
    for (long size = (1L << 48) - 10; size <= 1L << 48; size++) {
      assertSide(size);
    }
  }

  private static void assertSide(long size) {
    long side = FeistelNetwork.side(size);
    assertThat(side % 2).isZero();
    assertThat(side * side).isGreaterThanOrEqualTo(size);
    assertThat(side == 2 || (side - 2) * (side - 2) < size)
        .as("side %d of %d", side, size)
        .isTrue();
  }

  @Test
  void smallDomainsGetMoreRoundsAndAllAnEvenNumberOfAtLeast8() {
    int former = Integer.MAX_VALUE;
    for (long side = 2; side <= 1L << 24; side += Math.max(2, side / 64 * 2)) {
      int rounds = FeistelNetwork.rounds(side);
      assertThat(rounds).isBetween(8, former);
      assertThat(rounds % 2).isZero();
      assertThat((rounds - 4) * (Math.log((double) side) / Math.log(2)))
          .isGreaterThanOrEqualTo(47.999);
      former = rounds;
    }
  }

  @Test
  void threadsThatAskForDifferentEpochsAtOnceGetTheRightOnes() throws Exception {
    int threads = 4;
    int epochs = 64;
    long[][] expected = new long[epochs][];
    for (int epoch = 0; epoch < epochs; epoch++) {
      expected[epoch] = order(500, 9, epoch);
    }
    FullShuffle shared = new FullShuffle(500, 9);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> wrong = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int step = 2 * thread + 1;
        wrong.add(pool.submit(() -> wrongOrders(shared, expected, step)));
      }
      for (Future<Integer> count : wrong) {
        assertThat(count.get()).isZero();
      }
    }
  }

  private static int wrongOrders(FullShuffle shared, long[][] expected, int step) {
    int wrong = 0;
    for (int i = 0; i < 5_000; i++) {
      int epoch = i * step % expected.length;
      if (!Arrays.equals(SamplerTest.filled(shared, epoch, 0, 500), expected[epoch])) {
        wrong++;
      }
    }
    return wrong;
  }

  private static long[] order(int size, long seed, long epoch) {
    return SamplerTest.filled(new FullShuffle(size, seed), epoch, 0, size);
  }

  private static int equalPlaces(long[] one, long[] other) {
    int equal = 0;
    for (int i = 0; i < one.length; i++) {
      equal += one[i] == other[i] ? 1 : 0;
    }
    return equal;
  }
}
