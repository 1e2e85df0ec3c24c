package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Draws by weight: the right shares, at every position, and never what has no weight. */
class WeightedSamplerTest {
  private static void assertAccepted(Score score) {
    assertThat(score.deviations())
        .as(score.name())
        .isBetween(-OrderBattery.LIMIT, OrderBattery.LIMIT);
  }

  /** Chi-square of counts against weights; those of weight 0 must not come at all. */
  static Score shares(String name, long[] counts, double[] weights) {
    double total = Arrays.stream(weights).sum();
    long draws = Arrays.stream(counts).sum();
    double sum = 0;
    int degrees = -1;
    for (int i = 0; i < counts.length; i++) {
      double expected = draws * weights[i] / total;
      if (weights[i] == 0) {
        assertThat(counts[i]).as("%s: %d has no weight", name, i).isZero();
      } else {
        assertThat(expected).as("enough draws for %d", i).isGreaterThan(10);
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
        degrees++;
      }
    }
    return Score.chiSquare(name, sum, degrees);
  }

  @Test
  void recordsAreDrawnByTheirWeights() {
    double[][] cases = {
      {1, 1},
      {1, 2, 3, 4},
      {0, 0, 5, 0, 1, 0},
      {1e300, 2e300, 3e300},
      {1e-320, 2e-320, 4e-320},
      {100, 1, 1, 1, 1, 1, 1},
      new SplittableRandom(1).doubles(1_000).map(w -> w + 0.1).toArray(),
    };
    int draws = 200_000;
    for (double[] weights : cases) {
      for (boolean byEpoch : new boolean[] {false, true}) {
        WeightedSampler sampler = new WeightedSampler(weights.length, weights, draws, 3);
        long[] counts = new long[weights.length];
        if (byEpoch) {
          for (int epoch = 0; epoch < draws; epoch++) {
            counts[(int) sampler.index(epoch, 5)]++;
          }
        } else {
          for (long index : SamplerTest.filled(sampler, 1, 0, draws)) {
            counts[(int) index]++;
          }
        }
        String name = Arrays.toString(Arrays.copyOf(weights, 4)) + (byEpoch ? " by epoch" : "");
        assertAccepted(shares(name, counts, weights));
      }
    }
  }

  @Test
  void drawsThatFollowEachOtherAreIndependent() {
    int draws = 400_000;
    WeightedSampler sampler =
        new WeightedSampler(
            16, new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, draws, 3);
    long[] records = SamplerTest.filled(sampler, 0, 0, draws);
    long[] nextEpoch = SamplerTest.filled(sampler, 1, 0, draws);
    for (int lag : new int[] {1, 2, 16}) {
      long[] pairs = new long[256];
      for (int i = lag; i < draws; i++) {
        pairs[(int) (records[i] * 16 + records[i - lag])]++;
      }
      assertAccepted(Score.equalCounts("lag " + lag, pairs));
    }
    long[] pairs = new long[256];
    for (int i = 0; i < draws; i++) {
      pairs[(int) (records[i] * 16 + nextEpoch[i])]++;
    }
    assertAccepted(Score.equalCounts("next epoch", pairs));
  }

  /** Every unit of every bucket, asked for: the shares are those of the weights, to the unit. */
  @Test
  void sharesOfTheTableAreExact() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 300; round++) {
      int size = random.nextInt(1, 40);
      double[] weights = new double[size];
      for (int i = 0; i < size; i++) {
        weights[i] = random.nextInt(4) == 0 ? 0 : Math.pow(random.nextDouble(), 8);
      }
      weights[random.nextInt(size)] = 1;
      assertExact(weights, new AliasTable(weights).units());
    }
    assertExact(new double[] {5}, new AliasTable(new double[] {5}).units());
    double[] equal = new double[1_000];
    Arrays.fill(equal, 0.1);
    assertThat(new AliasTable(equal).units()).containsOnly(1L << 31);
  }

  private static void assertExact(double[] weights, long[] units) {
    double total = Arrays.stream(weights).sum();
    long all = (long) weights.length << 31;
    assertThat(Arrays.stream(units).sum()).isEqualTo(all);
    for (int i = 0; i < weights.length; i++) {
      double expected = weights[i] / total * all;
      assertThat((double) units[i]).isBetween(expected - 2, expected + 2 + expected * 1e-12);
      assertThat(units[i] == 0 || weights[i] > 0).isTrue();
    }
  }

  /** More records than 2^24, where tables of 32-bit floats fail. */
  @Test
  void manyRecordsKeepTheirShares() {
    int size = (1 << 24) + 1_000;
    double[] weights = new double[size];
    Arrays.fill(weights, 1);
    for (int i = 0; i < 1_000; i++) {
      weights[size - 1 - i] = 0;
      weights[i] = size / 1_000.0;
    }
    WeightedSampler sampler = new WeightedSampler(size, weights, 1L << 62, 1);
    long[] counts = new long[1_001];
    long[] strata = new long[64];
    for (long index : SamplerTest.filled(sampler, 0, 1L << 61, 2_000_000)) {
      assertThat(index < size - 1_000).isTrue();
      counts[index < 1_000 ? (int) index : 1_000]++;
      strata[(int) (index * 64 / size)] += index < 1_000 ? 0 : 1;
    }
    double[] expected = new double[1_001];
    Arrays.fill(expected, size / 1_000.0);
    expected[1_000] = size - 2_000;
    assertAccepted(shares("heavy ones", counts, expected));
    assertAccepted(Score.equalCounts("others", Arrays.copyOfRange(strata, 1, 63)));
  }

  @Test
  void withoutReplacementEachComesOnceInProportionOfWhatIsLeft() {
    double[] weights = {1, 2, 0, 3, 4};
    long[] first = new long[5];
    long[] secondAfterLast = new long[5];
    int epochs = 40_000;
    WeightedShuffle sampler = new WeightedShuffle(5, weights, 4, 9);
    for (long epoch = 0; epoch < epochs; epoch++) {
      long[] order = SamplerTest.filled(sampler, epoch, 0, 4);
      assertThat(order).containsExactlyInAnyOrder(0, 1, 3, 4);
      first[(int) order[0]]++;
      if (order[0] == 4) {
        secondAfterLast[(int) order[1]]++;
      }
    }
    assertAccepted(shares("first", first, weights));
    assertAccepted(shares("second after 4", secondAfterLast, new double[] {1, 2, 0, 3, 0}));
  }

  @Test
  void withoutReplacementEqualWeightsAreAShuffle() {
    double[] weights = new double[1 << 16];
    Arrays.fill(weights, 2.5);
    OrderFamily family =
        (size, seed, epoch, position, count) ->
            SamplerTest.filled(
                new WeightedShuffle(size, Arrays.copyOf(weights, (int) size), size, seed),
                epoch,
                position,
                count);
    OrderBattery.run(family).forEach(WeightedSamplerTest::assertAccepted);
  }

  @Test
  void weightsCountByTheirProportionsHoweverSmall() {
    double[] weights = {3e-5, 1e-5, 2e-5, 7e-5, 0};
    WeightedShuffle sampler = new WeightedShuffle(5, weights, 4, 3);
    for (double factor : new double[] {0x1p-1000, 0x1p-1040, 0x1p200}) {
      double[] scaled = Arrays.stream(weights).map(weight -> weight * factor).toArray();
      WeightedShuffle other = new WeightedShuffle(5, scaled, 4, 3);
      for (long epoch = 0; epoch < 100; epoch++) {
        assertThat(SamplerTest.filled(other, epoch, 0, 4))
            .isEqualTo(SamplerTest.filled(sampler, epoch, 0, 4));
      }
    }
  }

  @Test
  void withoutReplacementOrdersAreInvertible() {
    SplittableRandom random = new SplittableRandom(2);
    double[] weights = random.doubles(300_000).map(w -> w < 0.1 ? 0 : w).toArray();
    WeightedShuffle sampler = new WeightedShuffle(weights.length, weights, 200_000, 5);
    boolean[] seen = new boolean[weights.length];
    long[] order = SamplerTest.filled(sampler, 7, 0, 200_000);
    for (int i = 0; i < order.length; i++) {
      assertThat(seen[(int) order[i]] || weights[(int) order[i]] == 0).isFalse();
      seen[(int) order[i]] = true;
    }
    for (int index = 0; index < weights.length; index += 7) {
      long position = sampler.position(7, index);
      assertThat(position >= 0).isEqualTo(seen[index]);
      assertThat(position < 0 || order[(int) position] == index).isTrue();
    }
    assertThat(sampler.index(7, 123)).isEqualTo(order[123]);
  }

  /** Saved states depend on these: they may change only together with the versions. */
  @Test
  void drawsAreTheSameForEver() {
    double[] weights = {1, 2, 0, 3, 4, 0.5};
    assertThat(SamplerTest.filled(new WeightedSampler(6, weights, 100, 5), 2, 10, 12))
        .containsExactly(0, 3, 4, 0, 0, 4, 4, 1, 4, 4, 4, 3);
    assertThat(SamplerTest.filled(new WeightedShuffle(6, weights, 5, 5), 2, 0, 5))
        .containsExactly(0, 4, 3, 5, 1);
  }

  @Test
  void theyDescribeThemselves() {
    double[] weights = {1, 2, 0};
    WeightedSampler sampler = new WeightedSampler(3, weights, 100, 5);
    weights[2] = 1;
    assertThat(sampler.description()).matches("weighted/1;size=100;weights=[0-9a-f]{16}");
    assertThat(new WeightedSampler(3, weights, 100, 5).description())
        .isNotEqualTo(sampler.description());
    assertThat(new WeightedShuffle(3, weights, 2, 5).description())
        .matches("weighted-shuffle/1;size=2;weights=[0-9a-f]{16}");
    assertThat(sampler.seed()).isEqualTo(5);
    assertThat(sampler.recordCount()).isEqualTo(3);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> sampler.position(0, 0))
        .withMessage("with replacement a record comes any number of times, not at one position");
  }

  @Test
  void positionsOutOfRangeAreRefused() {
    double[] weights = {1, 2, 3};
    MemorySegment three = MemorySegment.ofArray(new long[3]);
    for (Sampler sampler :
        new Sampler[] {
          new WeightedSampler(3, weights, 2, 0), new WeightedShuffle(3, weights, 2, 0)
        }) {
      assertOutOfBounds(() -> sampler.index(0, 2));
      assertOutOfBounds(() -> sampler.index(0, -1));
      assertOutOfBounds(() -> sampler.fill(0, 0, three, 3));
      assertThatIllegalArgumentException().isThrownBy(() -> sampler.index(-1, 0));
    }
    WeightedShuffle shuffle = new WeightedShuffle(3, weights, 2, 0);
    for (long index : new long[] {-1, 3, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertOutOfBounds(() -> shuffle.position(0, index));
    }
  }

  private static void assertOutOfBounds(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void wrongWeightsAreRefusedWithOneLine() {
    assertRefused(new double[] {1, 2}, "weights must be one for each of the 3 records, were 2");
    assertRefused(new double[0], "weights must be one for each of the 3 records, were 0");
    assertRefused(new double[3], "weights must not all be 0, were 0 for all of the 3 records");
    String rule = "weights must be finite and not negative, was ";
    assertRefused(new double[] {1, -2, 3}, rule + "-2.0 at 1");
    assertRefused(new double[] {1, 2, Double.NaN}, rule + "NaN at 2");
    assertRefused(new double[] {Double.POSITIVE_INFINITY, 2, 3}, rule + "Infinity at 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedSampler(1, new double[] {1}, -1, 0))
        .withMessage("size must be from 0 to 2^62, was -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedShuffle(3, new double[] {1, 0, 1}, 3, 0))
        .withMessage("size must be from 0 to the 2 records whose weight is not 0, was 3");
  }

  private static void assertRefused(double[] weights, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedSampler(3, weights, 10, 0))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WeightedShuffle(3, weights, 1, 0))
        .withMessage(message);
  }

  @Test
  void weightsThatAreAskedForOneByOneMakeTheSameOrderIn8BytesEach() {
    int count = 1 << 20;
    LongToDoubleFunction weight = i -> 1 + i % 7;
    double[] all = new double[count];
    Arrays.setAll(all, weight::applyAsDouble);
    Sampler expected = new WeightedSampler(count, all, count, 3);
    new WeightedSampler(1000, weight, 1000, 3); // Classes are loaded before bytes are counted.
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Sampler sampler = new WeightedSampler(count, weight, count, 3);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(bytes).isBetween(8L * count, 8L * count + (1 << 20));
    assertThat(sampler.description()).isEqualTo(expected.description());
    for (long i = 0; i < 1000; i++) {
      assertThat(sampler.index(5, i)).isEqualTo(expected.index(5, i));
    }
    Sampler shuffled = new WeightedShuffle(count, weight, count, 3);
    Sampler likewise = new WeightedShuffle(count, all, count, 3);
    assertThat(shuffled.description()).isEqualTo(likewise.description());
    assertThat(shuffled.index(0, 17)).isEqualTo(likewise.index(0, 17));
  }

  @Test
  void aWeightIsCheckedWhereverItComesFrom() {
    assertThatThrownBy(() -> new WeightedSampler(3, i -> i == 2 ? Double.NaN : 1, 3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN at 2");
    assertThatThrownBy(() -> new WeightedShuffle(3, i -> 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not all be 0");
  }
}
