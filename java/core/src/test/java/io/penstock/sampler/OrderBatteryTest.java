package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Puts the exact shuffle through the battery, and the battery through shuffles known to be good or
 * bad: a battery that accepts everything would say nothing.
 */
class OrderBatteryTest {
  @Test
  void fullShuffleLooksUniform() {
    assertAccepted(OrderBattery.run(OrderBatteryTest::fullShuffle));
  }

  @Test
  void fullShuffleOfManyRecordsLooksUniform() {
    assertAccepted(SampledBattery.run(OrderBatteryTest::fullShuffle));
  }

  @Test
  void batteryAcceptsFisherAndYates() {
    assertAccepted(OrderBattery.run(OrderBatteryTest::fisherYates));
  }

  @Test
  void batteryRejectsFourRounds() {
    assertRejected(
        (size, seed, epoch, position, count) ->
            SamplerTest.filled(new FullShuffle(size, seed, 4), epoch, position, count),
        "n=16 pair",
        "n=6 whole orders",
        "strata at lag 256");
  }

  @Test
  void batteryRejectsSeedPlusEpoch() {
    assertRejected(
        (size, seed, epoch, position, count) -> fullShuffle(size, seed + epoch, 0, position, count),
        "neighbours by seed up, epoch down",
        "together with the next seed, epoch before");
  }

  @Test
  void batteryRejectsTheOrderOfTheFile() {
    assertRejected(
        (size, seed, epoch, position, count) ->
            LongStream.range(position, position + count).toArray(),
        "distinct differences",
        "displacement",
        "strata in batches");
  }

  @Test
  void batteryRejectsAShuffleBufferOfOneTenth() {
    assertRejected(
        OrderBatteryTest::shuffleBuffer, "displacement", "strata in batches", "together with");
  }

  @Test
  void batteryRejectsALinearCongruence() {
    assertRejected(
        (size, seed, epoch, position, count) -> {
          SplittableRandom random = new SplittableRandom(31 * seed + epoch);
          long start = random.nextLong(size);
          long step = coprime(random.nextLong(size), size);
          return LongStream.range(position, position + count)
              .map(i -> (start + i * step) % size)
              .toArray();
        },
        "distinct differences",
        "whole orders");
  }

  private static long coprime(long number, long size) {
    long step = number;
    while (gcd(step, size) != 1) {
      step++;
    }
    return step;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  static long[] fullShuffle(long size, long seed, long epoch, long position, int count) {
    return SamplerTest.filled(new FullShuffle(size, seed), epoch, position, count);
  }

  static long[] fisherYates(long size, long seed, long epoch, long position, int count) {
    SplittableRandom random =
        new SplittableRandom(FeistelNetwork.mix(seed) * 31 + FeistelNetwork.mix(~epoch) + size);
    long[] order = LongStream.range(0, size).toArray();
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      long record = order[i];
      order[i] = order[other];
      order[other] = record;
    }
    return LongStream.range(position, position + count).map(i -> order[(int) i]).toArray();
  }

  /** What many loaders do: a buffer is kept full from the file, and records leave it at random. */
  private static long[] shuffleBuffer(long size, long seed, long epoch, long position, int count) {
    SplittableRandom random = new SplittableRandom(31 * seed + epoch);
    long[] order = new long[(int) size];
    long[] buffer = LongStream.range(0, Math.max(1, size / 10)).toArray();
    int left = buffer.length;
    for (int i = 0; i < size; i++) {
      int place = random.nextInt(left);
      order[i] = buffer[place];
      buffer[place] = i + buffer.length < size ? i + buffer.length : buffer[--left];
    }
    return LongStream.range(position, position + count).map(i -> order[(int) i]).toArray();
  }

  private static void assertAccepted(List<Score> scores) {
    assertThat(scores).hasSizeBetween(100, 2_000);
    assertThat(scores)
        .allSatisfy(
            score ->
                assertThat(score.deviations())
                    .as(score.name())
                    .isBetween(-OrderBattery.LIMIT, OrderBattery.LIMIT));
  }

  /** Rejected, and by the statistics that should see it. */
  private static void assertRejected(OrderFamily family, String... names) {
    List<Score> rejecting =
        OrderBattery.run(family).stream()
            .filter(score -> !(Math.abs(score.deviations()) <= OrderBattery.LIMIT))
            .sorted(Comparator.comparing(Score::name))
            .toList();
    for (String name : names) {
      assertThat(rejecting).anyMatch(score -> score.name().contains(name));
    }
  }
}
