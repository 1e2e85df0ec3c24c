package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every command that writes, onto everything that is no file: as root, too, nothing is harmed. */
@Timeout(120)
final class OutputKindsTest {
  @TempDir Path directory;
  private Path data;
  private Path indices;

  @BeforeEach
  void write() throws IOException {
    data = Run.records(directory.resolve("x.npy"), 100, 8);
    indices = Files.writeString(directory.resolve("some.txt"), "3\n1\n2\n");
  }

  private static void make(String... command) throws InterruptedException {
    int code;
    try {
      code = new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      code = -1;
    }
    assumeTrue(code == 0, String.join(" ", command) + " does not work here");
  }

  /** All that makes or replaces a file of a name. */
  private List<List<Object>> commands(Path target) {
    return List.of(
        List.of("convert", data, target, "--force"),
        List.of("create", target, "--dtype", "uint8", "--shape", "10", "--force"),
        List.of("create", target, "--dtype", "uint8", "--shape", "10", "--fill", "1", "--force"),
        List.of("take", data, "--indices", indices, "--out", target, "--force"),
        List.of("shuffle", data, target, "--force"),
        List.of("checksum", data, "--manifest", target, "--force"),
        List.of("read", data, "--state", target),
        List.of("order", data, "--plot", target));
  }

  private void areRefused(Path target, Path named) throws IOException {
    Object before = kind(target);
    List<String> names = names();
    for (List<Object> command : commands(named)) {
      Run run = Run.of(command.toArray());
      assertThat(run.code()).as("%s: %s", command, run.err()).isNotEqualTo(ExitCodes.DONE);
      assertThat(run.err()).hasLineCount(1).startsWith("penstock: ").contains(named.toString());
      assertThat(kind(target)).as("%s", command).isEqualTo(before);
      assertThat(names()).as("%s", command).isEqualTo(names);
    }
  }

  private static Object kind(Path path) throws IOException {
    return Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aDeviceStaysADevice() throws Exception {
    Path device = directory.resolve("null.png");
    make("mknod", device.toString(), "c", "1", "3");
    areRefused(device, device);
    areRefused(device, Files.createSymbolicLink(directory.resolve("link.png"), device));
    Run run = Run.of("convert", data, device, "--force");
    assertThat(run.err()).contains("expected a regular file, or none yet, found a device");
    // What is read may go there all the same: nothing is replaced, bytes are only written.
    for (String option : List.of("--out", "--indices")) {
      Run read = Run.of("read", data, option, device, "--limit", "1");
      assertThat(read.code()).as(read.err()).isEqualTo(ExitCodes.DONE);
    }
    assertThat(Run.of("read", data, "--out", device, "--state", directory.resolve("s")).err())
        .contains("expected a regular file, since --state is to continue it, found a device");
  }

  @Test
  void aFifoStaysAFifoAndIsNotWaitedFor() throws Exception {
    Path fifo = directory.resolve("fifo.png");
    make("mkfifo", fifo.toString());
    areRefused(fifo, fifo);
    areRefused(fifo, Files.createSymbolicLink(directory.resolve("link.png"), fifo));
  }

  @Test
  void whatIsReadMayGoToTheReaderOfAFifo() throws Exception {
    Path fifo = directory.resolve("fifo.png");
    make("mkfifo", fifo.toString());
    CompletableFuture<byte[]> reader =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readAllBytes(fifo);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    Run run = Run.of("read", data, "--shuffle", "none", "--indices", fifo);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    assertThat(new String(reader.join(), StandardCharsets.US_ASCII).lines())
        .hasSize(100)
        .startsWith("0", "1", "2");
  }

  @Test
  void aDirectoryStaysADirectory() throws IOException {
    Path below = Files.createDirectory(directory.resolve("below.png"));
    Files.createFile(below.resolve("mine"));
    areRefused(below, below);
    assertThat(Run.of("read", data, "--out", below).code()).isEqualTo(ExitCodes.FAILED);
  }

  @Test
  void aLinkIsFollowedAlsoWhereNothingIsAtItsEnd() throws IOException {
    for (List<Object> command : commands(directory.resolve("link.png"))) {
      Path end = directory.resolve("end");
      Path link = Files.createSymbolicLink(directory.resolve("link.png"), Path.of("end"));
      for (int i = 0; i < 2; i++) {
        Run run = Run.of(command.toArray());
        assertThat(run.code()).as("%s: %s", command, run.err()).isEqualTo(ExitCodes.DONE);
        assertThat(link).isSymbolicLink();
        assertThat(end).exists();
      }
      Files.delete(link);
      delete(end);
    }
    Path out = Files.createSymbolicLink(directory.resolve("link.png"), Path.of("end"));
    assertThat(Run.of("read", data, "--out", out).code()).isEqualTo(ExitCodes.DONE);
    assertThat(directory.resolve("end")).hasSize(800);
  }

  private static void delete(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.list(path)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
    Files.delete(path);
  }

  @Test
  void aLinkThatLeadsBackToItselfIsRefused() throws IOException {
    Path link = directory.resolve("link.png");
    Files.createSymbolicLink(link, Path.of("link.png"));
    areRefused(link, link);
    assertThat(Run.of("convert", data, link, "--force").err()).contains("leads back to itself");
  }
}
