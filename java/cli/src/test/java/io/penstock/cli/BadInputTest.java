package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with the data ends in exit code 1 and one line that names the file. */
final class BadInputTest {
  @TempDir Path directory;

  private static final byte[] DATA = new byte[240];

  @Test
  void textIsNoArray() throws IOException {
    Path path = Files.writeString(directory.resolve("notes.npy"), "these are no numbers\n");
    assertFails(path, "expected a file of arrays", "these are");
  }

  @Test
  void anEmptyFileIsNoArray() throws IOException {
    assertFails(Files.createFile(directory.resolve("x.npy")), "found an empty file");
  }

  @Test
  void aHeaderCutShortIsToldWithItsPlace() throws IOException {
    Path path = Run.npy(directory.resolve("x.npy"), "'|u1'", "(240,)", DATA);
    Files.write(path, Arrays.copyOf(Files.readAllBytes(path), 40));
    assertFails(path, "cut short", "40");
  }

  @Test
  void dataCutShortAreToldWithTheirSize() throws IOException {
    Path path = Run.npy(directory.resolve("x.npy"), "'|u1'", "(240,)", DATA);
    byte[] whole = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(whole, whole.length - 1));
    assertFails(path, "cut short", "expected 240 bytes", "found 239");
  }

  @Test
  void aHeaderLengthBeyondTheFileIsTold() throws IOException {
    Path path = Run.npy(directory.resolve("x.npy"), "'|u1'", "(240,)", DATA);
    byte[] bytes = Files.readAllBytes(path);
    bytes[9] = (byte) 0xff;
    Files.write(path, bytes);
    assertFails(path, "expected a .npy header");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "'<f4';(4611686018427387904, 4);2^63",
        "'<f4';(9223372036854775807, 9223372036854775807);2^63",
        "'<f4';(99999999999999999999999,);expected",
        "'|u1';(1000000000000,);cut short",
        "'|u1';(-1,);sizes >= 0",
        "'|u1';(240, 0);0 bytes",
        "'|u1';[240];tuple",
        "'|u1';(2.5,);expected",
        "'<f3';(240,);dtype",
        "'spam';(240,);dtype",
        "'|O';(240,);object dtypes are not supported",
        "__import__('os').system('touch owned');(240,);expected",
        "'|u1' * 2;(240,);expected",
      })
  void aHeaderThatMakesNoSenseIsRefused(String descr, String shape, String problem) {
    Path path = Run.npy(directory.resolve("x.npy"), descr, shape, DATA);
    assertFails(path, problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '|u1', 'fortran_order': False, 'shape': (240,), 'more': 1, }",
        "{'descr': '|u1', 'shape': (240,), }",
        "print('|u1')",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': (240,), }",
      })
  void aHeaderWithOtherContentsIsRefused(String dictionary) {
    assertFails(Run.npy(directory.resolve("x.npy"), dictionary, DATA), "expected");
  }

  @Test
  void recordsInPiecesAreReadByNoOtherBackendThanMmap() {
    String dictionary = "{'descr': '|u1', 'fortran_order': True, 'shape': (12, 20), }";
    Path path = Run.npy(directory.resolve("x.npy"), dictionary, DATA);
    Run run = Run.of("read", path, "--readahead", "backend=pread");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .contains("backend=pread", "with 20 pieces per record", "numpy.ascontiguousarray");
    Run mapped = Run.of("read", path, "--json");
    assertThat(mapped.text()).contains("with 20 pieces per record");
  }

  @Test
  void columnsOfDifferentLengthDoNotBelongTogether() {
    Path images = Run.records(directory.resolve("images.npy"), 10, 4);
    Path labels = Run.records(directory.resolve("labels.npy"), 11, 1);
    assertLine(Run.of("read", images, labels), labels, "expected 10 records", "found 11");
  }

  @Test
  void shardsOfDifferentRecordsDoNotMakeAColumn() {
    Path first = Run.records(directory.resolve("a.npy"), 10, 4);
    Path second = Run.records(directory.resolve("b.npy"), 10, 5);
    assertLine(Run.of("read", "--column", "x=" + first + "," + second), second, "alike");
  }

  @Test
  void aDirectoryIsNoShard() {
    String twice = "x=" + directory + "," + directory;
    assertLine(Run.of("read", "--column", twice), directory, "found a directory");
  }

  @Test
  void aPipeIsNoFileAndIsNotWaitedFor() throws IOException, InterruptedException {
    Path pipe = directory.resolve("x.npy");
    Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
    assertFails(pipe, "expected a regular file");
  }

  @Test
  void aFileWithoutPermissionIsTold() throws IOException {
    Path path = Run.records(directory.resolve("x.npy"), 10, 4);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(path), "root may read every file");
    assertFails(path, "permission");
  }

  @Test
  void aMissingFileIsTold() {
    assertFails(directory.resolve("missing.npy"), "found none");
  }

  @Test
  void aNameWithLineEndsStaysOnItsLine() {
    Run run = Run.of("info", directory.resolve("two\nlines\u001b[31m.npy"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).hasLineCount(1).contains("two lines?[31m.npy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "pread", "mmap"})
  void aFileCutShortWhileItIsReadEndsTheCommand(String backend) throws IOException {
    Path path = Run.records(directory.resolve("x.npy"), 20_000, 512);
    Action cut =
        () -> {
          try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(4096);
          }
        };
    assertReadingFails(path, backend, cut);
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "pread", "mmap"})
  void aFileReplacedWhileItIsReadEndsTheCommand(String backend) throws IOException {
    Path path = Run.records(directory.resolve("x.npy"), 20_000, 512);
    Path other = Run.records(directory.resolve("other.npy"), 20_000, 512);
    assertReadingFails(
        path, backend, () -> Files.move(other, path, StandardCopyOption.ATOMIC_MOVE));
  }

  @Test
  void failuresLeaveNoDescriptorsOpen() throws IOException {
    Path good = Run.records(directory.resolve("good.npy"), 100, 4);
    Path bad = Files.writeString(directory.resolve("bad.npy"), "no numbers");
    Path longer = Run.records(directory.resolve("longer.npy"), 101, 4);
    Runnable failing =
        () -> {
          assertThat(Run.of("read", good, bad).code()).isEqualTo(ExitCodes.FAILED);
          assertThat(Run.of("read", good, longer).code()).isEqualTo(ExitCodes.FAILED);
          assertThat(Run.of("read", good, "--memory", "1k").code()).isEqualTo(ExitCodes.USAGE);
          assertThat(Run.of("read", good, "--out", directory).code()).isEqualTo(ExitCodes.FAILED);
        };
    // The first time opens what stays open: the library, and files of the class path.
    failing.run();
    long before = openDescriptors();
    failing.run();
    assertThat(openDescriptors()).isEqualTo(before);
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.count();
    }
  }

  /** Something that happens to a file. */
  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  /** A stdout that does something to the file when the first bytes arrive. */
  private static final class Trigger implements WritableByteChannel {
    private final Action action;
    private boolean isDone;

    Trigger(Action action) {
      this.action = action;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (!isDone) {
        isDone = true;
        action.run();
      }
      int count = bytes.remaining();
      bytes.position(bytes.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  /** Goes on for epochs enough to notice. */
  private static void assertReadingFails(Path path, String backend, Action action) {
    Run run =
        Run.into(
            new Trigger(action),
            "read",
            path,
            "--out",
            "-",
            "--batch-size",
            64,
            "--epochs",
            100_000,
            "--memory",
            "4m",
            "--readahead",
            "backend=" + backend);
    assertLine(run, path, "expected", "found");
  }

  private static void assertFails(Path path, String... parts) {
    for (String command : new String[] {"info", "read"}) {
      Run run = Run.of(command, path);
      assertThat(run.text()).isEmpty();
      assertLine(run, path, parts);
    }
  }

  private static void assertLine(Run run, Path path, String... parts) {
    assertThat(run.err()).startsWith("penstock: ").hasLineCount(1).contains(path.toString());
    assertThat(run.err()).contains(parts);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err().getBytes(StandardCharsets.UTF_8).length).isLessThan(1000);
  }
}
