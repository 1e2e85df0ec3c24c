package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not a readable file of a known format, and how files are joined to columns. */
class FormatsTest {
  @TempDir Path directory;

  @Test
  void formatIsToldByTheFirstBytesAndNotByTheName() throws IOException {
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary("'|u1'", "False", "(2,)"));
    Path path = directory.resolve("data.bin");
    Files.write(path, NpyFiles.join(header, new byte[2]));
    assertThat(Formats.open(path).format()).isEqualTo("npy");
  }

  @Test
  void linksAreFollowed() throws IOException {
    Path target = write("a.npy", "'|u1'", "(2,)", 2);
    Path link = Files.createSymbolicLink(directory.resolve("link.npy"), target);
    assertThat(Formats.open(link).path()).isEqualTo(link);
  }

  @Test
  void otherFilesAreToldApartByTheirFirstBytes() throws IOException {
    Path path = directory.resolve("x.npy");
    Files.write(path, "<a\u0003\u0004 and more than sixteen".getBytes(StandardCharsets.US_ASCII));
    assertRefused(
        path,
        "expected a file of arrays (npy, vecs, torch, npz, safetensors, idx, megatron, tar, arrow,"
            + " mds, tfrecord, pickle), found <a\\x03\\x04 and more th: write the array with"
            + " numpy.save, or name the type of raw elements");
    Files.write(path, new byte[] {0x1f, (byte) 0x8b, 8});
    assertRefused(
        path,
        "found a file compressed by gzip: write it out with 'penstock convert', or unpack it with"
            + " gunzip");
    Files.write(path, new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 0});
    assertRefused(path, "add io.penstock:penstock-hdf5 to the class path");
    Files.write(path, new byte[0]);
    assertRefused(
        path,
        "expected a file of arrays (npy, vecs, torch, npz, safetensors, idx, megatron, tar, arrow,"
            + " mds, tfrecord, pickle), found an empty file");
    Files.write(path, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P'});
    assertRefused(
        path,
        "expected a file of arrays (npy, vecs, torch, npz, safetensors, idx, megatron, tar, arrow,"
            + " mds, tfrecord, pickle), found \\x93NUMP:");
  }

  @Test
  void missingFilesAreRefused() {
    assertRefused(directory.resolve("none.npy"), "expected a file, found none: check the path");
    assertRefused(directory.resolve("no/where.npy"), "expected a file, found none");
  }

  @Test
  void directoriesAreRefused() {
    assertRefused(directory, "expected a file, found a directory: name the files in it");
  }

  @Test
  void pathsThroughAFileAreRefused() throws IOException {
    Path file = write("a.npy", "'|u1'", "(2,)", 2);
    assertRefused(file.resolve("b.npy"), "expected a file, found none");
  }

  @Test
  void linksInACircleAreRefused() throws IOException {
    Path link = directory.resolve("link.npy");
    Files.createSymbolicLink(link, link);
    assertRefused(link, "expected a readable file, found: ");
  }

  @Test
  void pipesAreRefusedWithoutWaitingForAWriter() throws Exception {
    Path pipe = directory.resolve("pipe.npy");
    int made;
    try {
      made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    } catch (IOException e) {
      assumeTrue(false, "mkfifo is not on the PATH, so there is no pipe: " + e.getMessage());
      throw e;
    }
    assertThat(made).isZero();
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertRefused(pipe, "expected a regular file, found a pipe, socket or device"));
  }

  @Test
  void filesWithoutPermissionAreRefused() throws IOException {
    Path path = write("a.npy", "'|u1'", "(2,)", 2);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(path), "the superuser may read any file");
    assertRefused(path, "found no permission to read it");
  }

  @Test
  void lackOfPermissionIsPutIntoWords() {
    Path path = Path.of("x.npy");
    assertThat(OpenFile.failure(path, new AccessDeniedException("x.npy")))
        .hasMessage(
            "x.npy: expected a readable file, found no permission to read it: check its mode and"
                + " those of the directories above it");
    assertThat(OpenFile.failure(path, new IOException("Input/output error")))
        .hasMessage("x.npy: reading failed: java.io.IOException: Input/output error")
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void shardsAreLaidEndToEnd() {
    ArrayLayout first = Formats.open(write("a.npy", "'<f4'", "(3, 2)", 24));
    ArrayLayout empty = Formats.open(write("b.npy", "'<f4'", "(0, 2)", 0));
    ArrayLayout last = Formats.open(write("c.npy", "'<f4'", "(4, 2)", 32));
    Column column = ArrayLayout.column("x", List.of(first, empty, last));
    assertThat(column.name()).isEqualTo("x");
    assertThat(column.elementType().descr()).isEqualTo("<f4");
    assertThat(column.shape()).isEqualTo(Shape.of(2));
    assertThat(column.recordCount()).isEqualTo(7);
    assertThat(column.recordBytes()).isEqualTo(8);
    assertThat(column.shards())
        .containsExactly(
            first.shards().getFirst(), empty.shards().getFirst(), last.shards().getFirst());
  }

  @Test
  void shardsOfDifferentRecordsAreRefused() {
    ArrayLayout first = Formats.open(write("a.npy", "'<f4'", "(3, 2)", 24));
    for (ArrayLayout other :
        List.of(
            Formats.open(write("b.npy", "'>f4'", "(3, 2)", 24)),
            Formats.open(write("c.npy", "'<f4'", "(3, 1, 2)", 24)),
            Formats.open(write("d.npy", "'<f4'", "(3,)", 24)))) {
      assertThatThrownBy(() -> ArrayLayout.column("x", List.of(first, other)))
          .isInstanceOf(PenstockException.class)
          .hasMessageStartingWith(other.path() + ": shards of column 'x' must have records alike")
          .hasMessageContaining("expected <f4 (2,) as in " + first.path());
    }
    assertThatIllegalArgumentException().isThrownBy(() -> ArrayLayout.column("x", List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> first.column(" "));
  }

  private Path write(String name, String descr, String shape, int dataBytes) {
    byte[] header = NpyFiles.header(1, NpyFiles.dictionary(descr, "False", shape));
    return NpyFiles.write(directory, name, NpyFiles.join(header, new byte[dataBytes]));
  }

  private static void assertRefused(Path path, String reason) {
    assertThatThrownBy(() -> Formats.open(path))
        .isInstanceOf(PenstockException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(reason);
  }
}
