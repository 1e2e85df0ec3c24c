package io.penstock.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs every benchmark once, tiny, so that none of them rots. */
class BenchmarksTest {
  @Test
  void everyBenchmarkRunsAndChecksItsResult()
      throws RunnerException, IOException, InterruptedException {
    String absent = hasTorch() ? "none" : ".*\\.TorchBenchmark\\..*";
    Set<String> known =
        BenchmarkList.defaultList()
            .getAll(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
            .stream()
            .map(BenchmarkListEntry::getUsername)
            .filter(name -> !name.matches(absent))
            .collect(Collectors.toSet());

    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("io\\.penstock\\.bench\\..*")
                    .exclude(absent)
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(5))
                    .param("recordBytes", "784")
                    .param("fileMegabytes", "1")
                    .param("recordCount", "1000000000000")
                    .param("tableRecords", "100000")
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();

    assertThat(results)
        .extracting(result -> result.getParams().getBenchmark())
        .containsAll(known)
        .hasSizeGreaterThanOrEqualTo(10);
    assertThat(results)
        .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
  }

  /** What no build installs; the benchmark itself says how to name another Python. */
  private static boolean hasTorch() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "-c", "import torchvision")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("python3"); // There is no Python at all.
      return false;
    }
  }
}
