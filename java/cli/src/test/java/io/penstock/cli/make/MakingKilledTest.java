package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Dataset;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands that make files, killed in the middle: what was there is there, and the next run makes
 * all of it and leaves nothing else.
 *
 * <p>A process is killed when a number of files has come into being where it works.
 */
@Timeout(180)
final class MakingKilledTest {
  private static final int RECORDS = 60_000;
  private static final int RECORD_BYTES = 512;

  @TempDir Path directory;
  private Path x;

  @BeforeEach
  void write() {
    x = Run.records(directory.resolve("x.npy"), RECORDS, RECORD_BYTES);
  }

  private static Process start(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("io.penstock.cli.Main");
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Kills a process when so many files have been made in a directory; it may end before. */
  private static void killAfter(int files, Path where, Process process)
      throws IOException, InterruptedException {
    try (WatchService watch = where.getFileSystem().newWatchService()) {
      where.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      int seen = names(where).size();
      while (seen < files && process.isAlive()) {
        WatchKey key = watch.poll(100, TimeUnit.MILLISECONDS);
        if (key != null) {
          seen += key.pollEvents().size();
          key.reset();
        }
      }
      process.destroyForcibly().waitFor();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private Object[] shuffle(long seed) {
    return new Object[] {
      "shuffle",
      x,
      directory.resolve("out"),
      "--memory",
      "9m",
      "--shards",
      5,
      "--seed",
      seed,
      "--force"
    };
  }

  private String digest() {
    Run run =
        Run.of("read", directory.resolve("out/x-*.npy"), "--shuffle", "none", "--digest", "--json");
    assertThat(run.code()).as(run.err()).isZero();
    return run.text().replaceFirst(".*\"digest\":\\{[^:]*:\"([^\"]*)\".*\\R", "$1");
  }

  @Test
  void afterKillThereIsTheOldDirectoryOrTheWholeNewOne() throws IOException, InterruptedException {
    Path work = directory.resolve(".out.penstock-partial");
    // There before the process is, so that it can be watched.
    Files.createDirectory(work);
    assertThat(Run.of(shuffle(1)).code()).isZero();
    String old = digest();
    for (int files : new int[] {1, 3, 10, 20}) {
      Files.createDirectories(work);
      killAfter(files, work, start(shuffle(2)));
      assertThat(digest()).isEqualTo(old);
    }
    assertThat(Run.of(shuffle(2)).code()).isZero();
    assertThat(digest()).isNotEqualTo(old);
    Run read =
        Run.of("read", x, "--seed", 2, "--digest", "--json", "--indices", directory.resolve("i"));
    assertThat(read.text()).contains("\"" + digest() + "\"");
    Files.delete(directory.resolve("i"));
    assertThat(names(directory)).containsExactly("out", "x.npy");
    assertThat(names(directory.resolve("out"))).hasSize(6);
  }

  @Test
  void afterKillThereAreNoChecksumsOrAll() throws IOException, InterruptedException {
    Path manifest = directory.resolve("x.penstock.json");
    for (int files : new int[] {2, 3}) {
      killAfter(files, directory, start("checksum", x, "--force"));
      Run run = Run.of("verify", x);
      assertThat(run.code()).isEqualTo(Files.exists(manifest) ? 0 : ExitCodes.FAILED);
    }
    Run made = Run.of("checksum", x, "--force");
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(Run.of("verify", x).code()).isZero();
    assertThat(names(directory)).hasSize(3).contains("x.npy", "x.penstock.json");
    try (Dataset dataset = Dataset.open(x)) {
      dataset.check();
    }
  }
}
