package io.penstock.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The battery, over and over with other seeds, and a report. Takes some minutes, so its name is not
 * that of a test, and it is run when it is asked for:
 *
 * <pre>
 * mvn -pl native,java/core test -Dtest=LongBattery -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 *
 * <p>{@code -Dpenstock.battery.runs=400} makes it longer (50 unless said), {@code
 * -Dpenstock.battery.report=FILE.md} says where the report goes.
 */
class LongBattery {
  private static final int RUNS = Integer.getInteger("penstock.battery.runs", 50);
  private static final Path REPORT =
      Path.of(System.getProperty("penstock.battery.report", "target/orders.md"));

  private static final List<BatterySummary> SUMMARIES = new ArrayList<>();
  private static long startNanos;

  @BeforeAll
  static void start() {
    startNanos = System.nanoTime();
  }

  @AfterAll
  static void report() throws IOException {
    StringBuilder text = new StringBuilder("# Orders under the long battery\n\n");
    text.append(
        """
        Scores are distances from what uniform shuffles give, in standard deviations. "Largest of a
        run" is of one score; "largest together" of one statistic summed up over all runs, which is
        a standard normal variable again; "spread" of the squares of its scores, likewise (counts of
        rare events have wider tails). Seeds are fixed. Fisher and Yates stand for what chance does,
        four rounds and seed plus epoch for what must be found.

        """);
    SUMMARIES.forEach(summary -> text.append(summary.toMarkdown()).append('\n'));
    text.append(
        "JDK %s, %d runs, %d s.\n"
            .formatted(Runtime.version(), RUNS, (System.nanoTime() - startNanos) / 1_000_000_000));
    Files.writeString(REPORT, text);
  }

  /** The family of another run: other seeds, far from those of the others. */
  private static OrderFamily shifted(OrderFamily family, int run) {
    long shift = 1_000_003L * run;
    return (size, seed, epoch, position, count) ->
        family.indices(size, seed + shift, epoch + 31L * run, position, count);
  }

  private static BatterySummary run(String name, int runs, OrderFamily family) {
    BatterySummary summary =
        BatterySummary.of(name, runs, run -> OrderBattery.run(shifted(family, run)));
    SUMMARIES.add(summary);
    return summary;
  }

  private static BatterySummary runSampled(String name, OrderFamily family) {
    BatterySummary summary =
        BatterySummary.of(name, RUNS, run -> SampledBattery.run(shifted(family, run)));
    SUMMARIES.add(summary);
    return summary;
  }

  @Test
  void fullShuffleIsUniform() {
    assertThat(run("Full shuffle", RUNS, OrderBatteryTest::fullShuffle).rejections()).isEmpty();
  }

  @Test
  void fullShuffleOfManyRecordsIsUniform() {
    assertThat(
            runSampled("Full shuffle, up to 2^48 records", OrderBatteryTest::fullShuffle)
                .rejections())
        .isEmpty();
  }

  @Test
  void fisherAndYatesAreUniform() {
    assertThat(run("Fisher and Yates", RUNS, OrderBatteryTest::fisherYates).rejections()).isEmpty();
  }

  /** Of a block shuffle every position is uniform by itself, whatever the blocks. */
  @Test
  void everyPositionOfABlockShuffleIsUniform() {
    OrderFamily family =
        (size, seed, epoch, position, count) ->
            SamplerTest.filled(new BlockShuffle(size, 3, 4, seed), epoch, position, count);
    BatterySummary summary =
        BatterySummary.of(
            "Block shuffle, each position by itself",
            RUNS,
            run -> OrderBattery.positions(shifted(family, run)));
    SUMMARIES.add(summary);
    assertThat(summary.rejections()).isEmpty();
  }

  @Test
  void fourRoundsAreFound() {
    OrderFamily family =
        (size, seed, epoch, position, count) ->
            SamplerTest.filled(new FullShuffle(size, seed, 4), epoch, position, count);
    assertThat(run("Four rounds", 2, family).rejections()).isNotEmpty();
  }

  @Test
  void seedPlusEpochIsFound() {
    OrderFamily family =
        (size, seed, epoch, position, count) ->
            OrderBatteryTest.fullShuffle(size, seed + epoch, 0, position, count);
    assertThat(run("Seed plus epoch", 2, family).rejections())
        .anyMatch(line -> line.contains("neighbours by seed up, epoch down"));
  }
}
