package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs of {@code read} that go on where another one ended. */
class ReadResumeTest extends ReadRuns {
  @Test
  void aRunThatIsContinuedDeliversWhatTheUninterruptedOneDoes() throws IOException {
    Path state = directory.resolve("state");
    Path indices = directory.resolve("indices");
    Path out = directory.resolve("out");
    for (String shuffle : List.of("full", "block")) {
      Files.deleteIfExists(state);
      Object[] read = {
        "read",
        path,
        "--shuffle",
        shuffle,
        "--epochs",
        2,
        "--batch-size",
        100,
        "--state",
        state,
        "--indices",
        indices,
        "--out",
        out,
        "--limit",
        3
      };
      for (int run = 0; run < 8; run++) {
        assertThat(lines(read)).isNotEmpty();
      }
      assertThat(Files.readAllLines(indices))
          .isEqualTo(
              lines(
                  "read",
                  path,
                  "--shuffle",
                  shuffle,
                  "--epochs",
                  2,
                  "--batch-size",
                  100,
                  "--indices",
                  "-"));
      assertThat(Files.readAllBytes(out))
          .isEqualTo(Run.of("read", path, "--shuffle", shuffle, "--epochs", 2, "--out", "-").out());
      // There is nothing left, and saying so is no failure.
      byte[] before = Files.readAllBytes(out);
      Run last = Run.of(read);
      assertThat(last.err()).contains("nothing is left to read").hasLineCount(1);
      assertThat(last.code()).isEqualTo(ExitCodes.DONE);
      assertThat(Files.readAllBytes(out)).isEqualTo(before);
    }
  }

  @Test
  void aJobGoesOnWithAnotherNumberOfProcesses() throws IOException {
    Path state = directory.resolve("state");
    List<Long> together = new ArrayList<>();
    together.addAll(
        indices(
            "read", path, "--batch-size", 50, "--limit", 4, "--state", state, "--indices", "-"));
    byte[] after = Files.readAllBytes(state);
    byte[] next = after;
    for (int rank = 0; rank < 3; rank++) {
      Files.write(state, after);
      together.addAll(
          indices(
              "read",
              path,
              "--batch-size",
              31,
              "--limit",
              5,
              "--state",
              state,
              "--rank",
              rank,
              "--world-size",
              3,
              "--indices",
              "-"));
      assertThat(rank == 0 ? Files.readAllBytes(state) : next).isEqualTo(Files.readAllBytes(state));
      next = Files.readAllBytes(state);
    }
    for (int rank = 0; rank < 2; rank++) {
      Files.write(state, next);
      together.addAll(
          indices(
              "read",
              path,
              "--batch-size",
              17,
              "--state",
              state,
              "--rank",
              rank,
              "--world-size",
              2,
              "--indices",
              "-"));
    }
    assertThat(together).containsExactlyInAnyOrderElementsOf(all());
  }

  @Test
  void aStateThatDoesNotFitIsRefusedInOneLine() throws IOException {
    Path state = directory.resolve("state");
    assertThat(lines("read", path, "--limit", 1, "--state", state)).isNotEmpty();
    failsWith("seed expected 0, found 1", "--state", state, "--seed", 1);
    failsWith("expected full/1, found block/1", "--state", state, "--shuffle", "block");
    failsWith("of epoch 2, the --first-epoch, or later", "--state", state, "--first-epoch", 2);
    Run.records(directory.resolve("y.npy"), RECORDS, 13);
    Run other = Run.of("read", directory.resolve("y.npy"), "--state", state);
    assertThat(other.err()).startsWith("penstock: ").hasLineCount(1).contains("dataset expected");
    String text = Files.readString(state);
    Files.writeString(state, text.replace("position=", "position=1"));
    failsWith("the text is damaged", "--state", state);
    Files.writeString(state, "");
    failsWith("expected a line that starts with penstock-state/1", "--state", state);
    failsWith(directory + ": expected the name of a file, found a directory", "--state", directory);
  }

  @Test
  void anOutputThatLostWhatTheStateCountsOnIsRefused() throws IOException {
    Path state = directory.resolve("state");
    Path out = directory.resolve("out");
    Object[] read = {"read", path, "--limit", 2, "--state", state, "--out", out};
    assertThat(lines(read)).isNotEmpty();
    Files.write(out, new byte[10]);
    failsWith("expected the 6144 bytes that were written before", "--state", state, "--out", out);
  }

  @Test
  void aNewOutputGetsTheRest() throws IOException {
    Path state = directory.resolve("state");
    Path first = directory.resolve("first");
    Path rest = directory.resolve("rest");
    Run.of("read", path, "--limit", 2, "--state", state, "--indices", first).text();
    Run.of("read", path, "--state", state, "--indices", rest).text();
    List<String> together = new ArrayList<>(Files.readAllLines(first));
    assertThat(together).hasSize(512);
    together.addAll(Files.readAllLines(rest));
    assertThat(together.stream().map(Long::valueOf)).containsExactlyInAnyOrderElementsOf(all());
  }
}
