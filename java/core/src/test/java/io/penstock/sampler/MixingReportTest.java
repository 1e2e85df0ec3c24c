package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The report tells a shuffle from what is none, and is right where the answer is known. */
class MixingReportTest {
  private static final int SIZE = 100_000;
  private static final int BATCH = 100;

  /** Ten classes, one after another in the file, as many data sets are. */
  private static long sorted(long index) {
    return index / (SIZE / 10);
  }

  @Test
  void anExactShuffleMixesAsChanceDoes() {
    MixingReport report =
        MixingReport.of(new FullShuffle(SIZE, 1), BATCH, MixingReportTest::sorted);
    assertThat(report.sampledBatches()).isEqualTo(SIZE / BATCH);
    assertThat(report.chanceNeighbourShare()).isCloseTo(99.0 / 99_999, within(1e-7));
    // All records are looked at: 99 neighbours are expected, a Poisson count of deviation 10.
    assertThat(report.neighbourShare() * SIZE).isBetween(99 - 60.0, 99 + 60.0);
    // Distances have mean n / 3 and deviation n / sqrt(18); 100,000 of them, nearly independent.
    double deviation = 3 / Math.sqrt(18.0 * SIZE);
    assertThat(report.mixing()).isCloseTo(1, within(6 * deviation));
    assertThat(report.displacement()).isCloseTo(1 / 3.0, within(2 * deviation));
    assertThat(report.batchSpread()).isCloseTo(1, within(0.01));
    assertThat(report.labelDiversity()).isCloseTo(0.9, within(0.003));
    assertThat(report.chanceLabelDiversity()).isCloseTo(0.9, within(0.003));
    // 10 (1 - 0.9^100) labels.
    assertThat(report.labelsPerBatch()).isCloseTo(9.9997, within(0.003));
    assertThat(report.chanceLabelsPerBatch()).isCloseTo(9.9997, within(0.003));
  }

  @Test
  void theOrderOfTheFileDoesNotMix() {
    MixingReport report = MixingReport.of(new Sequential(SIZE), BATCH, MixingReportTest::sorted);
    assertThat(report.neighbourShare()).isEqualTo(0.99);
    assertThat(report.mixing()).isCloseTo(3.0 / (SIZE + 1), within(1e-9));
    assertThat(report.displacement()).isZero();
    assertThat(report.batchSpread()).isCloseTo(101 / (SIZE + 1.0), within(1e-4));
    assertThat(report.labelDiversity()).isZero();
    assertThat(report.labelsPerBatch()).isEqualTo(1);
    assertThat(report.chanceLabelDiversity()).isCloseTo(0.9, within(0.003));
  }

  @Test
  void aBlockShuffleIsInBetweenAsFarAsItsWindowsReach() {
    double last = 0;
    for (int windowBlocks : new int[] {1, 5, 20, 100}) {
      BlockShuffle sampler = new BlockShuffle(SIZE, 1_000, windowBlocks, 1);
      MixingReport report = MixingReport.of(sampler, BATCH, MixingReportTest::sorted);
      double window = 1_000.0 * windowBlocks;
      // Neighbours are in the same window, but for 1 in 1000, and meet there as chance will have
      // it.
      double expected = 0.999 * (BATCH - 1) / (window - 1);
      double deviation = Math.sqrt(expected / SIZE);
      assertThat(report.neighbourShare()).isCloseTo(expected, within(6 * deviation));
      // Those that blocks cut apart are anywhere; 100 cuts more or less hardly matter.
      assertThat(report.mixing()).isCloseTo(0.999 * window / SIZE + 0.001, within(0.01));
      assertThat(report.displacement()).isCloseTo(1 / 3.0, within(0.1));
      assertThat(report.labelDiversity()).isGreaterThan(last);
      last = report.labelDiversity();
    }
    assertThat(last).isCloseTo(0.9, within(0.003));
  }

  /** Against plain counting over all of a small order. */
  @Test
  void numbersAreThoseOfCounting() {
    BlockShuffle sampler = new BlockShuffle(1_000, 50, 3, 2);
    long[] order = SamplerTest.filled(sampler, 0, 0, 1_000);
    double neighbours = 0;
    double distances = 0;
    double displacement = 0;
    double differences = 0;
    double labels = 0;
    for (int i = 0; i < 1_000; i++) {
      displacement += Math.abs(order[i] - i) / 1e6;
      long next = order[i] == 999 ? -1 : sampler.position(0, order[i] + 1);
      neighbours += next >= 0 && next / 10 == i / 10 ? 1e-3 : 0;
      distances += next < 0 ? 0 : Math.abs(next - i) / 999.0 / (1_001 / 3.0);
      for (int j = i / 10 * 10; j < i; j++) {
        differences += order[i] / 100 == order[j] / 100 ? 0 : 1 / 4_500.0;
      }
    }
    for (int i = 0; i < 1_000; i += 10) {
      labels +=
          Arrays.stream(order, i, i + 10).map(index -> index / 100).distinct().count() / 100.0;
    }
    MixingReport report = MixingReport.of(sampler, 10, index -> index / 100);
    assertThat(report.neighbourShare()).isCloseTo(neighbours, within(1e-9));
    assertThat(report.mixing()).isCloseTo(distances, within(1e-9));
    assertThat(report.displacement()).isCloseTo(displacement, within(1e-9));
    assertThat(report.labelDiversity()).isCloseTo(differences, within(1e-9));
    assertThat(report.labelsPerBatch()).isCloseTo(labels, within(1e-9));
  }

  @Test
  void ordersOfAnySizeAreSampled() {
    for (long size : new long[] {1_000_000_000L, 1_000_000_000_000L, 1L << 48}) {
      MixingReport full = MixingReport.of(new FullShuffle(size, 1), 256);
      assertThat(full.sampledBatches()).isEqualTo(1_024);
      assertThat(full.mixing()).isCloseTo(1, within(0.01));
      assertThat(full.batchSpread()).isCloseTo(1, within(0.01));
      assertThat(full.neighbourShare()).isLessThan(1e-4);
      MixingReport blocks = MixingReport.of(new BlockShuffle(size, 4_096, 64, 1), 256);
      assertThat(blocks.neighbourShare()).isCloseTo(255 / 262_143.0, within(4e-4));
      assertThat(blocks.mixing()).isCloseTo(262_144.0 / size, within(2e-3));
      assertThat(blocks.batchSpread()).isCloseTo(1, within(0.05));
    }
  }

  @Test
  void thePartOfASubsetIsComparedWithChanceInThatPart() {
    Subset half = Subset.range(SIZE, 0, SIZE / 2);
    MixingReport report =
        MixingReport.of(
            new SubsetSampler(half, new FullShuffle(SIZE / 2, 1)), BATCH, MixingReportTest::sorted);
    assertThat(report.chanceNeighbourShare()).isCloseTo(99.0 / 49_999, within(1e-6));
    assertThat(report.mixing()).isCloseTo(1, within(0.02));
    assertThat(report.batchSpread()).isCloseTo(1, within(0.02));
    assertThat(report.chanceLabelDiversity()).isCloseTo(0.8, within(0.005));
  }

  @Test
  void ordersWithoutAnInverseHaveNoMixingNumber() {
    double[] weights = new double[1_000];
    Arrays.fill(weights, 1);
    MixingReport report = MixingReport.of(new WeightedSampler(1_000, weights, 50_000, 1), 50);
    assertThat(report.mixing()).isNaN();
    assertThat(report.batchSpread()).isCloseTo(1, within(0.02));
    assertThat(report.labelDiversity()).isNaN();
    assertThat(report.labelsPerBatch()).isNaN();
    assertThat(report.chanceLabelDiversity()).isNaN();
  }

  @Test
  void theSameOrderGivesTheSameReport() {
    Sampler sampler = new BlockShuffle(10_000_000, 100, 10, 1);
    assertThat(MixingReport.of(sampler, 64, MixingReportTest::sorted))
        .isEqualTo(
            MixingReport.of(
                new BlockShuffle(10_000_000, 100, 10, 1), 64, MixingReportTest::sorted));
  }

  @Test
  void batchesAsLargeAsTheEpochWillDo() {
    MixingReport report = MixingReport.of(new FullShuffle(10, 1), 1_000);
    assertThat(report.batchSize()).isEqualTo(10);
    assertThat(report.sampledBatches()).isEqualTo(1);
    assertThat(report.neighbourShare()).isEqualTo(0.9);
    MixingReport single = MixingReport.of(new FullShuffle(10, 1), 1);
    assertThat(single.neighbourShare()).isZero();
    assertThat(single.batchSpread()).isNaN();
  }

  @Test
  void wrongOptionsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MixingReport.of(new Sequential(10), 0))
        .withMessage("batchSize must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MixingReport.of(new Sequential(1), 1))
        .withMessage("an order must have at least 2 positions to be mixed, was of 1");
  }
}
