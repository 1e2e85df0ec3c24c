package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Mixing: everybody's turns are evenly spread, and nobody's order is disturbed. */
class MixtureTest {
  private static Mixture mixture(double[] weights, long size, long seed) {
    List<Sampler> sources = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      sources.add(new FullShuffle(10 + 7L * i, i));
    }
    return new Mixture(sources, weights, size, seed);
  }

  @Test
  void runsOfAnyLengthAreFilledAsTheyAreDrawnOneByOne() {
    Sampler inner =
        new Mixture(
            List.of(new FullShuffle(5, 1), new FullShuffle(1, 2)), new double[] {1, 1}, 90, 3);
    List<Sampler> sources = new ArrayList<>(List.of(new FullShuffle(10_000, 4), inner));
    for (int count : new int[] {2, 3, 63, 64, 65}) {
      while (sources.size() < count) {
        sources.add(new Sequential(sources.size()));
      }
      double[] weights = new double[count];
      for (int i = 0; i < count; i++) {
        weights[i] = i % 5 == 4 ? 0 : 1 + i % 3;
      }
      Mixture mixture = new Mixture(sources.subList(0, count), weights, 5_000, 9);
      for (int start : new int[] {0, 1, 777}) {
        for (int run : new int[] {1, 63, 64, 100, 1024, 1100, 4_200}) {
          long[] filled = SamplerTest.filled(mixture, 3, start, run);
          for (int i = 0; i < run; i++) {
            assertThat(filled[i]).isEqualTo(mixture.index(3, start + i));
          }
        }
      }
    }
  }

  @Test
  void eachSourceIsGoneThroughInItsOwnOrder() {
    double[] weights = {1, 5, 0.5, 2};
    Mixture mixture = mixture(weights, 500, 3);
    long[] turns = new long[4];
    long[] offsets = {0, 10, 27, 51, 82};
    for (long epoch = 0; epoch < 3; epoch++) {
      long[] indices = SamplerTest.filled(mixture, epoch, 0, 500);
      for (int i = 0; i < 500; i++) {
        int source = mixture.source(epoch, i);
        long size = 10 + 7L * source;
        long expected =
            new FullShuffle(size, source).index(turns[source] / size, turns[source] % size);
        assertThat(indices[i]).isEqualTo(offsets[source] + expected);
        assertThat(mixture.index(epoch, i)).isEqualTo(indices[i]);
        turns[source]++;
      }
    }
    assertThat(mixture.recordCount()).isEqualTo(82);
  }

  /** Among any positions in a row: at most one off, and one more whenever sources double. */
  @Test
  void turnsAreSpreadEvenly() {
    SplittableRandom random = new SplittableRandom(4);
    for (int count = 1; count <= 9; count++) {
      for (int round = 0; round < 20; round++) {
        double[] weights = random.doubles(count).map(w -> w * w + 1e-3).toArray();
        double total = Arrays.stream(weights).sum();
        Mixture mixture = mixture(weights, 400, round);
        int allowed = 32 - Integer.numberOfLeadingZeros(count - 1);
        double[] excess = new double[count];
        double[] least = new double[count];
        double[] most = new double[count];
        for (int i = 0; i < 2_000; i++) {
          excess[mixture.source(i / 400, i % 400)]++;
          for (int source = 0; source < count; source++) {
            excess[source] -= weights[source] / total;
            least[source] = Math.min(least[source], excess[source]);
            most[source] = Math.max(most[source], excess[source]);
          }
        }
        for (int source = 0; source < count; source++) {
          // The difference of any two points is what a run between them is off by.
          assertThat(most[source] - least[source])
              .as("source %d of %s", source, Arrays.toString(weights))
              .isLessThanOrEqualTo(allowed + 1e-6);
        }
      }
    }
  }

  @Test
  void sharesStayRightAfterManyPositions() {
    double[] weights = {0.7, 0.2, 0.1};
    Mixture mixture = mixture(weights, 1_000_000_000_000L, 3);
    for (long epoch : new long[] {0, 1_000_000, 4_000_000}) {
      int[] counts = new int[3];
      for (int i = 0; i < 10_000; i++) {
        counts[mixture.source(epoch, 999_999_000_000L + i)]++;
      }
      for (int source = 0; source < 3; source++) {
        assertThat((double) counts[source])
            .isBetween(10_000 * weights[source] - 2, 10_000 * weights[source] + 2);
      }
    }
  }

  @Test
  void sourcesWithoutWeightAreNeverRead() {
    Mixture mixture =
        new Mixture(
            List.of(new Sequential(0), new Sequential(5), new Sequential(7), new Sequential(3)),
            new double[] {0, 1, 0, 2},
            30_000,
            1);
    long[] counts = new long[15];
    for (long index : SamplerTest.filled(mixture, 0, 0, 30_000)) {
      counts[(int) index]++;
    }
    assertThat(Arrays.copyOfRange(counts, 0, 5)).containsOnly(2_000);
    assertThat(Arrays.copyOfRange(counts, 5, 12)).containsOnly(0);
    assertThat(Arrays.stream(counts, 12, 15).max().getAsLong()).isBetween(6_666L, 6_667L);
  }

  @Test
  void weightsOfAnySizeWillDo() {
    for (double scale : new double[] {1, 1e-300, 1e-315, 1e307}) {
      Mixture mixture = mixture(new double[] {3 * scale, scale, 4 * scale}, 8_000, 1);
      int[] counts = new int[3];
      for (int i = 0; i < 8_000; i++) {
        counts[mixture.source(0, i)]++;
      }
      assertThat(counts[0]).isBetween(2_998, 3_002);
      assertThat(counts[1]).isBetween(998, 1_002);
    }
  }

  @Test
  void windowsOfAllSourcesFitTheWindow() {
    Sampler blocks = new BlockShuffle(1_000, 10, 5, 1);
    Sampler none = new FullShuffle(1_000, 1);
    assertThat(new Mixture(List.of(none, none), new double[] {1, 1}, 900, 1).windowRecords())
        .isEqualTo(1);
    assertThat(new Mixture(List.of(blocks, none), new double[] {1, 3}, 900, 1).windowRecords())
        .isEqualTo(200);
    assertThat(new Mixture(List.of(blocks, none), new double[] {1, 99}, 900, 1).windowRecords())
        .isEqualTo(900);
  }

  @Test
  void itDescribesItself() {
    Mixture mixture = mixture(new double[] {1, 0.25}, 500, 3);
    assertThat(mixture.description())
        .isEqualTo("mixture/1;size=500(1.0*10*full/1;seed=0,0.25*17*full/1;seed=1)");
    assertThat(mixture.seed()).isEqualTo(3);
    assertThat(mixture.positionCount()).isEqualTo(500);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> mixture.position(0, 0))
        .withMessage("in a mixture a record comes any number of times, not at one position");
  }

  /** Saved states depend on it: this may change only together with the version. */
  @Test
  void turnsAreTheSameForEver() {
    Mixture mixture =
        new Mixture(
            List.of(new Sequential(5), new Sequential(5), new Sequential(5)),
            new double[] {1, 2, 3},
            12,
            7);
    assertThat(SamplerTest.filled(mixture, 1, 0, 12))
        .containsExactly(11, 9, 2, 12, 5, 13, 14, 6, 3, 10, 7, 11);
  }

  @Test
  void wrongOptionsAreRefused() {
    Sampler source = new Sequential(5);
    assertRefused(
        () -> new Mixture(List.of(source), new double[] {1, 2}, 10, 0),
        "weights must be one for each of the 1 sources, were 2");
    assertRefused(
        () -> new Mixture(List.of(), new double[0], 10, 0),
        "weights must not all be 0, were 0 for all of the 0 sources");
    assertRefused(
        () -> new Mixture(List.of(source), new double[] {-1}, 10, 0),
        "weights must be finite and not negative, was -1.0 at 0");
    assertRefused(
        () -> new Mixture(List.of(source, new Sequential(0)), new double[] {1, 1}, 10, 0),
        "a source with a weight must have records, source 1 has none");
    assertRefused(
        () -> new Mixture(List.of(source), new double[] {1}, -1, 0),
        "size must be from 0 to 2^62, was -1");
    Sampler large = new Sequential(1L << 48);
    assertRefused(
        () -> new Mixture(List.of(large, source), new double[] {1, 1}, 10, 0),
        "recordCount must be from 0 to 2^48, was 281474976710661");
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
  }

  @Test
  void positionsOutOfRangeAreRefused() {
    Mixture mixture = mixture(new double[] {1, 2}, 100, 0);
    MemorySegment three = MemorySegment.ofArray(new long[3]);
    for (Runnable call :
        new Runnable[] {
          () -> mixture.index(0, 100),
          () -> mixture.source(0, -1),
          () -> mixture.fill(0, 98, three, 3),
          () -> mixture.fill(0, 0, three, 4)
        }) {
      assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertRefused(() -> mixture.index(-1, 0), "epoch must be >= 0, was -1");
    assertRefused(
        () -> mixture.index(1L << 60, 0),
        "epoch must be below 2^62 / 100 positions, was 1152921504606846976");
  }
}
