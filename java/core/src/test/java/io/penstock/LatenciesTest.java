package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.internal.counters.Figures;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Percentiles from counts, against percentiles from all the times. */
class LatenciesTest {
  /** As C counts: the class of a time is found by its highest bit and the three below. */
  private static Latencies of(long... nanos) {
    long[] counts = new long[Figures.LATENCY_COUNT];
    for (long time : nanos) {
      int shift = time < 8 ? 0 : 60 - Long.numberOfLeadingZeros(time);
      int number = time < 8 ? 0 : shift * 8 + (int) (time >> shift) - 8;
      counts[Math.min(number, counts.length - 1)]++;
    }
    return new Latencies(counts);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 1, 50, 90, 99, 99.9, 99.99, 100})
  void aPercentileIsNeverTooShortAndTooLongByAnEighthAtMost(double percent) {
    SplittableRandom random = new SplittableRandom(7);
    long[] nanos = random.doubles(20_000).mapToLong(x -> (long) (1000 / (x * x + 1e-6))).toArray();
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    long exact = sorted[Math.max(0, (int) Math.ceil(percent * sorted.length / 100) - 1)];

    assertThat(of(nanos).percentileNanos(percent)).isGreaterThan(exact);
    assertThat(of(nanos).percentileNanos(percent)).isLessThanOrEqualTo(exact * 9 / 8 + 1);
  }

  @Test
  void theMedianOfThreeIsTheSecond() {
    Latencies latencies = of(1 << 10, 1 << 20, 1 << 30);

    assertThat(latencies.count()).isEqualTo(3);
    assertThat(latencies.percentileNanos(50)).isEqualTo(9 << 17);
    assertThat(latencies.maxNanos()).isEqualTo(9 << 27);
  }

  @Test
  void percentilesOfAThousandArePlacedExactly() {
    long[] nanos = new long[1000];
    Arrays.fill(nanos, 1 << 10);
    nanos[0] = 1 << 20;

    assertThat(of(nanos).percentileNanos(99.9)).isEqualTo(9 << 7);
    assertThat(of(nanos).percentileNanos(99.91)).isEqualTo(9 << 17);
  }

  @Test
  void withoutRequestsAllIsZero() {
    assertThat(of().count()).isZero();
    assertThat(of().percentileNanos(50)).isZero();
    assertThat(of().maxNanos()).isZero();
  }

  @Test
  void timesBeyondTheLastClassCountInIt() {
    assertThat(of(Long.MAX_VALUE).maxNanos()).isEqualTo(16L << 31);
    assertThat(of(0).maxNanos()).isEqualTo(9);
  }

  @Test
  void equalCountsAreEqual() {
    assertThat(of(5000, 70)).isEqualTo(of(70, 5000)).hasSameHashCodeAs(of(70, 5000));
    assertThat(of(5000)).isNotEqualTo(of(50_000));
    assertThat(of(1_000_000))
        .hasToString("Latencies[count=1, p50=1049 us, p99=1049 us, max=1049 us]");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 100.1, Double.NaN})
  void whatIsNoPercentIsRefused(double percent) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(1).percentileNanos(percent))
        .withMessageContaining("percent must be above 0 and up to 100");
  }
}
