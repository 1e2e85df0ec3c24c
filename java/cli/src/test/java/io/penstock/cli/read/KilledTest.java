package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import io.penstock.job.LoaderState;
import io.penstock.job.StateFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that is ended in the middle of a run, and the one that goes on: each record comes once.
 *
 * <p>The process writes to a pipe that is read a little and then not: so it stands in the middle of
 * its run when it is ended.
 */
@Timeout(120)
final class KilledTest {
  private static final int RECORDS = 50_000;
  private static final int RECORD_BYTES = 64;

  @TempDir Path directory;
  private Path path;
  private Path state;
  private Path indices;

  @BeforeEach
  void write() {
    path = Run.records(directory.resolve("x.npy"), RECORDS, RECORD_BYTES);
    state = directory.resolve("state");
    indices = directory.resolve("indices");
  }

  private Object[] read(String shuffle, long every) {
    return new Object[] {
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
      "--state-every",
      every,
      "--indices",
      indices
    };
  }

  /** Starts a run whose delivered bytes come out of a pipe, and reads so many of them. */
  private Process started(int bytes, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("io.penstock.cli.Main");
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    command.addAll(List.of("--out", "-"));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    InputStream out = process.getInputStream();
    assertThat(out.readNBytes(bytes)).hasSize(bytes);
    return process;
  }

  private void goOnToTheEnd(Object... arguments) throws IOException {
    Run run = Run.of(arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    Object[] whole = arguments.clone();
    whole[Stream.of(whole).toList().indexOf("--state") + 1] = directory.resolve("another");
    whole[whole.length - 1] = directory.resolve("expected");
    assertThat(Run.of(whole).code()).isEqualTo(ExitCodes.DONE);
    assertThat(Files.readAllLines(indices))
        .hasSize(2 * RECORDS)
        .isEqualTo(Files.readAllLines(directory.resolve("expected")));
  }

  @Test
  void afterKillEveryRecordComesExactlyOnce() throws IOException, InterruptedException {
    for (String shuffle : List.of("full", "block")) {
      Files.deleteIfExists(state);
      Files.deleteIfExists(directory.resolve("another"));
      long position = 0;
      for (int run = 1; run <= 3; run++) {
        Process process = started(run * 300_000, read(shuffle, 3));
        process.destroyForcibly().waitFor();
        assertThat(process.exitValue()).isEqualTo(128 + 9);
        LoaderState saved = StateFile.read(state);
        long now = saved.epoch() * RECORDS + saved.position();
        assertThat(now).isBetween(position + 1, 2L * RECORDS - 1);
        // More than the state says has been written, as is found when a run goes on.
        assertThat(Files.readAllLines(indices).size()).isGreaterThanOrEqualTo((int) now);
        position = now;
      }
      goOnToTheEnd(read(shuffle, 3));
    }
  }

  @Test
  void aPoliteSignalSavesTheStateOfTheLastBatch() throws IOException, InterruptedException {
    Process process = started(1_000_000, read("full", 1_000_000_000));
    assertThat(state).doesNotExist();
    // Process.destroy would close the pipe as well.
    assertThat(process.toHandle().destroy()).isTrue();
    long left = process.getInputStream().transferTo(OutputStream.nullOutputStream());
    assertThat(process.waitFor()).isEqualTo(128 + 15);
    LoaderState saved = StateFile.read(state);
    long delivered = saved.epoch() * RECORDS + saved.position();
    assertThat(delivered * RECORD_BYTES).isEqualTo(1_000_000 + left);
    assertThat(Files.readAllLines(indices)).hasSize((int) delivered);
    goOnToTheEnd(read("full", 1_000_000_000));
  }
}
