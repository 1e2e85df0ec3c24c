package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code read --state}: what becomes of outputs when a run goes on. */
final class ReadStateTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void write() {
    path = Run.records(directory.resolve("x.npy"), 1003, 12);
  }

  private static List<String> lines(Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).doesNotContain("penstock:");
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return run.lines();
  }

  private void failsWith(String message, Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("read", path));
    arguments.addAll(List.of(options));
    Run run = Run.of(arguments.toArray());
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).startsWith("penstock: ").hasLineCount(1).contains(message);
  }

  @Test
  void anOutputThatARunDidNotHaveKeepsItsLength() throws IOException {
    Path state = directory.resolve("state");
    Path indices = directory.resolve("indices");
    Path out = directory.resolve("out");
    Object[] all = {"read", path, "--limit", 1, "--state", state, "--indices", indices};
    lines(all);
    List<String> first = Files.readAllLines(indices);
    lines("read", path, "--limit", 1, "--state", state, "--out", out);
    assertThat(out).hasSize(256 * 12);
    lines(all);
    assertThat(Files.readAllLines(indices)).hasSize(512).startsWith(first.toArray(String[]::new));
    assertThat(Files.readString(state)).contains("out=3072").contains("indices=");
  }

  @Test
  void anOutputThatTheStateKnowsNothingOfIsNotCut() throws IOException {
    Path state = directory.resolve("state");
    lines("read", path, "--limit", 1, "--state", state);
    for (String option : List.of("--out", "--indices")) {
      Path output = Files.writeString(directory.resolve("precious"), "precious");
      failsWith("precious: expected no file, or an empty one", "--state", state, option, output);
      failsWith("for " + option + ": name another one", "--state", state, option, output);
      assertThat(output).hasContent("precious");
      Files.delete(output);
      assertThat(lines("read", path, "--limit", 1, "--state", state, option, output)).isNotEmpty();
    }
  }

  @Test
  void aNoteThatIsDamagedIsToldWithItsFile() throws IOException {
    Path state = directory.resolve("state");
    lines("read", path, "--limit", 1, "--state", state, "--out", directory.resolve("out"));
    Files.writeString(state, Files.readString(state).replace("out=", "out=x"));
    failsWith(state + ": expected lengths of outputs as out=1234", "--state", state);
  }

  @Test
  void aStateThatCannotBeSavedIsToldBeforeAnythingIsRead() throws IOException {
    Path out = Files.writeString(directory.resolve("out"), "precious");
    Path nowhere = directory.resolve("missing").resolve("state");
    failsWith(
        nowhere + ": expected a directory to save the state in, found none",
        "--state",
        nowhere,
        "--out",
        out);
    assertThat(out).hasContent("precious");
    Path file = path.resolve("state");
    failsWith(file + ": expected a directory to save the state in", "--state", file, "--out", out);
    assertThat(out).hasContent("precious");
  }
}
