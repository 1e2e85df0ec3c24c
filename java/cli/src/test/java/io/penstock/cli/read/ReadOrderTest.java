package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** {@code read}: orders, ranks, and going on from a state. */
class ReadOrderTest extends ReadRuns {
  @Test
  void blocksComeInTheOrderOfTheBlockShuffle() {
    assertThat(
            indices(
                "read",
                path,
                "--shuffle",
                "block",
                "--block-records",
                7,
                "--window-blocks",
                5,
                "--seed",
                3,
                "--first-epoch",
                2,
                "--indices",
                "-"))
        .isEqualTo(order(new BlockShuffle(RECORDS, 7, 5, 3), 2));
  }

  @Test
  void ranksShareAnEpoch() {
    for (String shuffle : List.of("full", "block", "none")) {
      List<Long> together = new ArrayList<>();
      for (int rank = 0; rank < 3; rank++) {
        List<Long> part =
            indices(
                "read",
                path,
                "--shuffle",
                shuffle,
                "--rank",
                rank,
                "--world-size",
                3,
                "--batch-size",
                50,
                "--indices",
                "-");
        assertThat(part).hasSizeBetween(RECORDS / 3 - 25, RECORDS / 3 + 25);
        together.addAll(part);
      }
      assertThat(together).containsExactlyInAnyOrderElementsOf(all());
    }
  }

  @Test
  void paddingIsMarkedAndWhatIsDroppedIsNot() {
    List<String> padded =
        lines("read", path, "--batch-size", 100, "--remainder", "pad", "--indices", "-");
    assertThat(padded).hasSize(1100);
    assertThat(padded.subList(0, RECORDS)).noneMatch(line -> line.contains("padding"));
    assertThat(padded.subList(RECORDS, 1100)).allMatch(line -> line.matches("[0-9]+ padding"));
    assertThat(indices("read", path, "--batch-size", 100, "--remainder", "drop", "--indices", "-"))
        .isEqualTo(order(new FullShuffle(RECORDS, 0), 0).subList(0, 1000));
  }

  @Test
  void aSplitDividesTheRecordsWhateverTheSeed() {
    List<Long> training = indices("read", path, "--split", "training", "--indices", "-");
    List<Long> validation =
        indices("read", path, "--split", "validation", "--seed", 9, "--indices", "-");
    assertThat(validation).hasSize(100);
    assertThat(training).hasSize(903).doesNotContainAnyElementsOf(validation);
    assertThat(indices("read", path, "--split", "validation", "--validation", 1, "--indices", "-"))
        .containsExactlyInAnyOrderElementsOf(all());
  }

  @Test
  void aSubsetIsTheRecordsOfAList() {
    Path list = numbers("list.npy", "'<i8'", 5, 1000, 7);
    assertThat(indices("read", path, "--subset", list, "--indices", "-"))
        .containsExactlyInAnyOrder(5L, 1000L, 7L);
    failsWith(
        "indices must be below the 1003 records, was 1003",
        "--subset",
        numbers("l2.npy", "'<i8'", 1003));
  }

  @Test
  void weightsDrawRecords() {
    long[] weights = new long[RECORDS];
    weights[17] = 3;
    weights[900] = 1;
    Path file = numbers("weights.npy", "'<i8'", weights);
    List<Long> drawn =
        indices("read", path, "--weights", file, "--epoch-records", 4000, "--indices", "-");
    Map<Long, Long> counts =
        drawn.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(counts).containsOnlyKeys(17L, 900L);
    // 3000 of 4000, six standard deviations of sqrt(4000 * 3/4 * 1/4) on either side.
    assertThat(counts.get(17L)).isBetween(3000L - 165, 3000L + 165);
    assertThat(indices("read", path, "--weights", file, "--without-replacement", "--indices", "-"))
        .containsExactlyInAnyOrder(17L, 900L);
  }

  @Test
  void anEpochHasNotMoreRecordsThanThereAre() {
    failsWith("--epoch-records must be at most 1003", "--epoch-records", 1004);
    failsWith(
        "--epoch-records must be at most 100", "--split", "validation", "--epoch-records", 101);
    assertThat(indices("read", path, "--epoch-records", 1003, "--indices", "-")).hasSize(1003);
  }

  @Test
  void wrongWeightsAreToldInOneLine() {
    failsWith(
        "one for each of the 1003 records, were 2", "--weights", numbers("a.npy", "'<i8'", 1, 2));
    failsWith("must not all be 0", "--weights", numbers("b.npy", "'<i8'", new long[RECORDS]));
    long[] negative = new long[RECORDS];
    negative[5] = -1;
    failsWith("negative", "--weights", numbers("c.npy", "'<i8'", negative));
    long[] nan = new long[RECORDS];
    nan[6] = Double.doubleToRawLongBits(Double.NaN);
    failsWith("NaN", "--weights", numbers("d.npy", "'<f8'", nan));
    failsWith("one of the integers a record", "--balance", "x");
    failsWith("expected one of the columns [x], found 'y'", "--balance", "y");
  }

  @Test
  void classesAreBalancedByTheirLabels() {
    long[] labels = new long[RECORDS];
    labels[3] = 1;
    labels[500] = 2;
    Path file = numbers("labels.npy", "'<i8'", labels);
    List<Long> drawn =
        indices("read", path, file, "--balance", "labels", "--batch-size", 30, "--indices", "-");
    assertThat(drawn).hasSize(RECORDS);
    for (int batch = 0; batch < 33; batch++) {
      List<Long> records = drawn.subList(30 * batch, 30 * batch + 30);
      assertThat(records.stream().filter(index -> index == 3)).hasSizeBetween(9, 11);
      assertThat(records.stream().filter(index -> index == 500)).hasSizeBetween(9, 11);
    }
  }

  @Test
  void shardsAreMixedByWeight() {
    Path other = Run.records(directory.resolve("y.npy"), 100, 12);
    List<Long> drawn =
        indices(
            "read",
            "--column",
            "x=" + path + "," + other,
            "--mix",
            "1,1",
            "--epoch-records",
            400,
            "--indices",
            "-");
    assertThat(drawn).hasSize(400);
    List<Long> second = drawn.stream().filter(index -> index >= RECORDS).toList();
    assertThat(second).hasSizeBetween(199, 201);
    assertThat(new HashSet<>(second)).hasSize(100);
    assertThat(drawn.stream().filter(index -> index < RECORDS)).doesNotHaveDuplicates();
  }

  @Test
  void aStreamOfTokensIsReadInWindows() {
    long[] tokens = LongStream.range(0, 1000).toArray();
    Path stream = numbers("tokens.npy", "'<i8'", tokens);
    assertThat(indices("read", stream, "--window", 65, "--window-stride", 1, "--indices", "-"))
        .isEqualTo(order(new FullShuffle(936, 0), 0));
    ByteBuffer windows =
        ByteBuffer.wrap(
                Run.of(
                        "read",
                        stream,
                        "--window",
                        65,
                        "--window-stride",
                        64,
                        "--shuffle",
                        "none",
                        "--out",
                        "-")
                    .out())
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(windows.remaining()).isEqualTo(15 * 65 * 8);
    for (int window = 0; window < 15; window++) {
      for (int i = 0; i < 65; i++) {
        assertThat(windows.getLong()).isEqualTo(64 * window + i);
      }
    }
    Run run = Run.of("read", stream, "--window", 1001);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).contains("at least 1001 tokens");
  }
}
