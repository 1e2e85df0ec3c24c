package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.job.LoaderState;
import io.penstock.job.StateFile;
import io.penstock.write.NpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ranks of a job: what they are given, what the state counts, and how a job goes on. */
@Timeout(180)
class RankTest {
  private static final int RECORDS = 203;

  private static SparkSession spark;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    spark = SparkTestSession.local(3);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private SparkSource source() {
    Path file = directory.resolve("x.npy");
    if (!Files.exists(file)) {
      try (NpyWriter writer = NpyWriter.builder(file, ElementType.INT32).open()) {
        int[] numbers = new int[RECORDS];
        for (int i = 0; i < RECORDS; i++) {
          numbers[i] = i;
        }
        writer.append(MemorySegment.ofArray(numbers));
        writer.commit();
      }
    }
    return SparkSource.of(file.toString());
  }

  private Path state() {
    return directory.resolve("job.state");
  }

  private TrainOptions options(int ranks) {
    return TrainOptions.of(state())
        .ranks(ranks)
        .batchSize(4)
        .seed(3)
        .epochs(2)
        .saveEvery(5)
        .restarts(0)
        .loader(loader -> loader.memoryBytes(8 << 20));
  }

  /** Does so many steps of a run, and fails then. */
  private static int logSteps(RankContext context, Path directory, String run, int most) {
    int[] lines = {0};
    context.saveWith(() -> Integer.toString(lines[0]).getBytes(StandardCharsets.UTF_8));
    for (RankStep step : context.steps()) {
      if (lines[0] == most) {
        throw new PenstockException(io.penstock.error.ErrorKind.OTHER, "ended by a test");
      }
      DeliveryLog.add(directory, run, context.rank(), step);
      lines[0]++;
    }
    return lines[0];
  }

  private static List<String> everyRecordOnce(int epochs) {
    List<String> all = new ArrayList<>();
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int i = 0; i < RECORDS; i++) {
        all.add(epoch + ":" + i);
      }
    }
    return all;
  }

  @Test
  void ranksHaveEachRecordOnce() throws IOException {
    String place = directory.toString();
    List<Integer> steps =
        PenstockSpark.train(
            spark,
            source(),
            options(3),
            context -> logSteps(context, Path.of(place), "a", Integer.MAX_VALUE));
    // 203 records are 16 steps of 12 and one of 11.
    assertThat(steps).isEqualTo(List.of(34, 34, 34));
    assertThat(DeliveryLog.records(directory, "a", 34))
        .containsExactlyInAnyOrderElementsOf(everyRecordOnce(2));
    LoaderState state = StateFile.read(state());
    assertThat(state.epoch()).isEqualTo(2);
    assertThat(state.position()).isZero();
  }

  @Test
  void aJobGoesOnWithOtherNumbersOfRanks() throws IOException {
    String place = directory.toString();
    List<String> counted = new ArrayList<>();
    int[][] runs = {{2, 13}, {3, 12}, {1, 21}};
    for (int[] run : runs) {
      String name = "r" + run[0];
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(
              () ->
                  PenstockSpark.train(
                      spark,
                      source(),
                      options(run[0]),
                      context -> logSteps(context, Path.of(place), name, run[1])))
          .withMessageContaining("ended by a test");
      counted.addAll(countedOf(name));
    }
    PenstockSpark.train(
        spark,
        source(),
        options(2),
        context -> logSteps(context, Path.of(place), "last", 1_000_000));
    counted.addAll(countedOf("last"));
    assertThat(counted).containsExactlyInAnyOrderElementsOf(everyRecordOnce(2));
  }

  /** What the state counts of a run: saved after each five steps, and at the end of an epoch. */
  private List<String> countedOf(String run) throws IOException {
    return DeliveryLog.records(directory, run, savedLines(run));
  }

  private int savedLines(String run) throws IOException {
    // Of the rank that failed: the others may have been ended before they wrote as much.
    try (Stream<Path> files = Files.list(directory)) {
      List<String> lines = List.of();
      for (Path log :
          files.filter(f -> f.getFileName().toString().startsWith("log-" + run + "-")).toList()) {
        List<String> found = Files.readAllLines(log);
        lines = found.size() > lines.size() ? found : lines;
      }
      int saved = 0;
      int since = 0;
      for (int i = 0; i < lines.size(); i++) {
        boolean isNewEpoch = i > 0 && lines.get(i).charAt(0) != lines.get(i - 1).charAt(0);
        if (isNewEpoch || since == 5) {
          saved = i;
          since = 0;
        }
        since++;
      }
      // The last run came to its end; the others saved what was due before the step they failed at.
      return run.equals("last") || since == 5 ? lines.size() : saved;
    }
  }

  @Test
  void sumsAreThoseOfAllRanksInTheirOrder() {
    List<double[]> sums =
        PenstockSpark.train(
            spark,
            source(),
            options(3),
            context -> {
              for (RankStep step : context.steps()) {
                assertThat(step.number()).isNotNegative();
              }
              return context.sum(new double[] {context.rank(), 1, 0.1});
            });
    assertThat(sums)
        .hasSize(3)
        .allSatisfy(s -> assertThat(s).containsExactly(3, 3, 0.1 + 0.1 + 0.1));
  }

  @Test
  void aFunctionThatStopsEarlyIsRefused() {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () -> PenstockSpark.train(spark, source(), options(2), context -> context.rank()))
        .withMessageContaining("must iterate all steps");
  }

  @Test
  void moreRanksThanCoresAreRefused() {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () -> PenstockSpark.train(spark, source(), options(7), context -> context.rank()))
        .withMessageContaining("expected 7 free cores");
  }

  @Test
  void aRankThatFailsStartsAgainWithTheOthers() {
    String mark = directory.resolve("failed").toString();
    List<Integer> steps =
        PenstockSpark.train(
            spark,
            source(),
            options(3).restarts(1),
            context -> {
              int count = 0;
              for (RankStep step : context.steps()) {
                count += step.batch().isPresent() ? 1 : 0;
                if (count == 12 && context.rank() == 1 && Path.of(mark).toFile().createNewFile()) {
                  throw new IllegalStateException("a failure of this rank");
                }
              }
              return count;
            });
    // Ten of the 34 steps of two epochs were saved before.
    assertThat(steps).isEqualTo(List.of(24, 24, 24));
  }

  @Test
  void aStateOfOtherDataIsRefusedOnTheDriver() throws IOException {
    source();
    StateFile.write(state(), LoaderState.of("ab", "full/1", 3, 0));
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () -> PenstockSpark.train(spark, source(), options(2), context -> context.rank()))
        .withMessageContaining("the state is of something else");
  }

  @Test
  void whatWasSavedIsThereAgainAndWhatCameBeforeIsDeleted() throws IOException {
    PenstockSpark.train(
        spark,
        source(),
        options(2),
        context -> {
          context.saveWith(() -> new byte[] {1, 2, 3});
          context.steps().forEach(_ -> {});
          return 0;
        });
    List<byte[]> saved =
        PenstockSpark.train(
            spark,
            source(),
            options(1).epochs(3),
            context -> {
              context.steps().forEach(_ -> {});
              return context.saved().orElseThrow();
            });
    assertThat(saved.getFirst()).containsExactly(1, 2, 3);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.filter(f -> f.getFileName().toString().contains("saved"))).isEmpty();
    }
    assertThat(Collections.singletonList(StateFile.read(state()).epoch())).containsExactly(3L);
  }
}
