package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;

/** Samplers made of others: the contract, where they change nothing, and what they change. */
class DerivedSamplersTest extends SamplerTest {
  static Stream<Arguments> samplers() {
    return Stream.of(
        of("subset", n -> new SubsetSampler(Subset.range(n, 0, n), new FullShuffle(n, 1))),
        of("limit", n -> new LimitedSampler(new FullShuffle(n, 2), n)),
        of("repeat", n -> new RepeatedSampler(new BlockShuffle(n, 16, 4, 3), 1)));
  }

  private static Arguments of(String name, LongFunction<Sampler> make) {
    return Arguments.of(name, make);
  }

  @Test
  void aSubsetSamplerShufflesTheRecordsOfTheSubset() {
    Subset subset = Subset.list(100, 7, 3, 99, 50);
    Sampler sampler = new SubsetSampler(subset, new FullShuffle(4, 5));
    for (long epoch = 0; epoch < 5; epoch++) {
      long[] order = filled(sampler, epoch, 0, 4);
      for (int i = 0; i < 4; i++) {
        assertThat(sampler.index(epoch, i)).isEqualTo(order[i]);
        assertThat(sampler.position(epoch, order[i])).isEqualTo(i);
      }
      assertThat(order).containsExactlyInAnyOrder(3, 7, 50, 99);
      assertThat(sampler.position(epoch, 4)).isEqualTo(-1);
    }
    assertThat(sampler.recordCount()).isEqualTo(100);
    assertThat(sampler.positionCount()).isEqualTo(4);
    assertThat(sampler.seed()).isEqualTo(5);
    assertThat(sampler.description()).isEqualTo("subset/1(" + subset.description() + ",full/1)");
    assertThatThrownBy(() -> sampler.position(0, 100))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SubsetSampler(subset, new FullShuffle(100, 5)))
        .withMessage(
            "the order of a subset of 4 records must be made for as many, was made for 100");
  }

  @Test
  void aLimitTakesTheFirstPositionsOfEachEpoch() {
    FullShuffle order = new FullShuffle(100, 5);
    Sampler sampler = new LimitedSampler(order, 30);
    for (long epoch = 0; epoch < 3; epoch++) {
      assertThat(filled(sampler, epoch, 0, 30)).isEqualTo(filled(order, epoch, 0, 30));
      assertThat(sampler.position(epoch, order.index(epoch, 29))).isEqualTo(29);
      assertThat(sampler.position(epoch, order.index(epoch, 30))).isEqualTo(-1);
    }
    assertThat(sampler.positionCount()).isEqualTo(30);
    assertThat(sampler.recordCount()).isEqualTo(100);
    assertThat(sampler.description()).isEqualTo("limit/1;size=30(full/1)");
    assertThat(sampler.seed()).isEqualTo(5);
    assertThatThrownBy(() -> sampler.index(0, 30)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> sampler.fill(0, 20, MemorySegment.ofArray(new long[20]), 11))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(new LimitedSampler(order, 1_000).positionCount()).isEqualTo(100);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LimitedSampler(order, -1))
        .withMessage("limit must be at least 0, was -1");
  }

  @Test
  void aRepeatJoinsEpochs() {
    FullShuffle order = new FullShuffle(10, 5);
    Sampler sampler = new RepeatedSampler(order, 3);
    assertThat(sampler.positionCount()).isEqualTo(30);
    for (long epoch = 0; epoch < 4; epoch++) {
      long start = 3 * epoch;
      long[] expected =
          LongStream.range(start, start + 3)
              .flatMap(pass -> Arrays.stream(filled(order, pass, 0, 10)))
              .toArray();
      for (int from = 0; from < 30; from++) {
        assertThat(filled(sampler, epoch, from, 30 - from))
            .isEqualTo(Arrays.copyOfRange(expected, from, 30));
        assertThat(sampler.index(epoch, from)).isEqualTo(expected[from]);
      }
    }
    assertThat(sampler.description()).isEqualTo("repeat/1;times=3(full/1)");
    assertThat(sampler.seed()).isEqualTo(5);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> sampler.position(0, 0))
        .withMessage("a record comes 3 times in an epoch, not at one position");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RepeatedSampler(order, 0))
        .withMessage("times must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RepeatedSampler(new Sequential(1L << 48), 1 << 20))
        .withMessage("times must leave at most 2^62 positions, was 1048576 times 281474976710656");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sampler.index(Long.MAX_VALUE / 3, 0))
        .withMessage("epoch must be below 2^63 / 3 times, was 3074457345618258602");
    assertThat(sampler.index(Long.MAX_VALUE / 3 - 1, 29)).isBetween(0L, 9L);
    assertThat(new RepeatedSampler(new Sequential(0), 9).positionCount()).isZero();
  }

  @Test
  void windowsStayThoseOfTheOrder() {
    Sampler order = new BlockShuffle(1_000, 10, 4, 1);
    assertThat(new LimitedSampler(order, 30).windowRecords()).isEqualTo(40);
    assertThat(new RepeatedSampler(order, 2).windowRecords()).isEqualTo(40);
    assertThat(new SubsetSampler(Subset.range(2_000, 0, 1_000), order).windowRecords())
        .isEqualTo(40);
  }

  /** A block shuffle of a part of the records still reads that part in runs. */
  @Test
  void aBlockShuffleOfTheTrainingPartReadsTheFileInRuns() {
    Subset training = Split.byFraction(10_000, 0.1, 7).training();
    BlockShuffle order = new BlockShuffle(9_000, 90, 5, 3);
    Sampler sampler = new SubsetSampler(training, order);
    long position = 0;
    for (long[] window : BlockWindows.windows(order, 0)) {
      long[] records = filled(sampler, 0, position, window.length);
      Arrays.sort(records);
      long runs = 1;
      for (int i = 1; i < records.length; i++) {
        // Two strata that meet may both leave out the record where they do.
        runs += records[i] <= records[i - 1] + 3 ? 0 : 1;
      }
      assertThat(runs).isLessThanOrEqualTo(6);
      position += window.length;
    }
  }
}
