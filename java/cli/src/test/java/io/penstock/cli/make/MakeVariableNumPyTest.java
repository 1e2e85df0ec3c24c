package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Python;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records of different sizes that NumPy wrote: {@code take} and {@code shuffle}. */
@Timeout(120)
final class MakeVariableNumPyTest {
  private static final String MAKE =
      """
      import sys, numpy as np
      d = sys.argv[1]
      rng = np.random.default_rng(7)
      lengths = rng.integers(0, 900, 4000)
      lengths[1234] = 200000
      offsets = np.concatenate([[0], np.cumsum(lengths)])
      np.save(f'{d}/text.npy', rng.integers(0, 65536, (offsets[-1], 2), np.uint16).astype('>u2'))
      np.save(f'{d}/text-offsets.npy', offsets.astype('<u4'))
      np.save(f'{d}/labels.npy', np.arange(4000))
      np.save(f'{d}/chosen.npy', rng.integers(0, 4000, 500))
      """;

  /** The records of files in argv[3:], values before offsets, are those of the order in argv[2]. */
  private static final String COMPARE =
      """
      import sys, numpy as np
      d = sys.argv[1]
      values, offsets = np.load(f'{d}/text.npy'), np.load(f'{d}/text-offsets.npy')
      order = np.loadtxt(sys.argv[2], dtype=np.int64) if sys.argv[2].endswith('.txt') else np.load(sys.argv[2])
      at = 0
      for i in range(3, len(sys.argv), 2):
          v, o = np.load(sys.argv[i]), np.load(sys.argv[i + 1])
          assert v.dtype == values.dtype and o.dtype == np.int64 and o[0] == 0 and o[-1] == len(v)
          for k in range(len(o) - 1):
              r = order[at]
              assert (v[o[k]:o[k + 1]] == values[offsets[r]:offsets[r + 1]]).all(), at
              at += 1
      print(at == len(order))
      """;

  @TempDir Path directory;
  private String python;
  private String division;

  @BeforeEach
  void write() throws IOException, InterruptedException {
    python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    assertThat(Python.run(python, MAKE, directory)).isEmpty();
    division = "text=" + at("text-offsets.npy");
  }

  private Path at(String name) {
    return directory.resolve(name);
  }

  private static JsonObject json(Run run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  @Test
  void takenRecordsAreThoseThatNumPyTakes() throws IOException, InterruptedException {
    JsonObject made =
        json(
            Run.of(
                "take",
                at("text.npy"),
                "--offsets",
                division,
                "--indices",
                at("chosen.npy"),
                "--out",
                at("some.npy"),
                "--json"));
    assertThat(made.getAsJsonArray("files")).hasSize(2);
    assertThat(made.get("records").getAsLong()).isEqualTo(500);
    assertThat(made.get("recordShape").toString()).isEqualTo("[null,2]");
    assertThat(made.get("bytes").getAsLong()).isGreaterThan(500 * 1000);
    assertThat(
            Python.run(
                python,
                COMPARE,
                directory,
                at("chosen.npy"),
                at("some.npy"),
                at("some-offsets.npy")))
        .isEqualToIgnoringWhitespace("True");
    Run again =
        Run.of(
            "take",
            at("text.npy"),
            "--offsets",
            division,
            "--indices",
            at("chosen.npy"),
            "--out",
            at("some.npy"));
    assertThat(again.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(again.err()).hasLineCount(1).contains("some.npy");
  }

  @Test
  void severalColumnsAreTakenIntoADirectory() throws IOException, InterruptedException {
    json(
        Run.of(
            "take",
            at("text.npy"),
            at("labels.npy"),
            "--offsets",
            division,
            "--indices",
            at("chosen.npy"),
            "--out",
            at("some"),
            "--memory",
            "64m",
            "--json"));
    assertThat(
            Python.run(
                python,
                COMPARE,
                directory,
                at("some/labels.npy"),
                at("some/text.npy"),
                at("some/text-offsets.npy")))
        .isEqualToIgnoringWhitespace("True");
  }

  @Test
  void recordsOfDifferentSizesAreNotAligned() {
    Run run =
        Run.of(
            "take",
            at("text.npy"),
            "--offsets",
            division,
            "--indices",
            at("chosen.npy"),
            "--out",
            at("some.npy"),
            "--align-records");
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains("--align-records must be left out");
    assertThat(at("some.npy")).doesNotExist();
  }

  @Test
  void shuffledRecordsComeInTheOrderOfRead() throws IOException, InterruptedException {
    Run read =
        Run.of("read", at("labels.npy"), "--seed", 11, "--indices", at("order.txt"), "--json");
    assertThat(read.code()).isEqualTo(ExitCodes.DONE);
    JsonObject made =
        json(
            Run.of(
                "shuffle",
                at("text.npy"),
                at("labels.npy"),
                at("out"),
                "--offsets",
                division,
                "--seed",
                11,
                "--shards",
                2,
                "--memory",
                "12m",
                "--json"));
    assertThat(made.get("passes").getAsInt()).isGreaterThan(1);
    assertThat(made.get("records").getAsLong()).isEqualTo(4000);
    assertThat(
            Python.run(
                python,
                COMPARE,
                directory,
                at("order.txt"),
                at("out/text-00000.npy"),
                at("out/text.offsets-00000.npy"),
                at("out/text-00001.npy"),
                at("out/text.offsets-00001.npy")))
        .isEqualToIgnoringWhitespace("True");
    JsonObject all =
        json(
            Run.of(
                "read",
                "--column",
                "text=" + at("out/text-*.npy"),
                "--offsets",
                "text=" + at("out/text.offsets-*.npy"),
                "--shuffle",
                "none",
                "--digest",
                "--json"));
    JsonObject full =
        json(
            Run.of(
                "read", at("text.npy"), "--offsets", division, "--seed", 11, "--digest", "--json"));
    assertThat(all.get("digest")).isEqualTo(full.get("digest"));
  }
}
