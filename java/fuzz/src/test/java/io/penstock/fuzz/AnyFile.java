package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What holds for every file, whatever is in it: arrays that lie in the file, or a PenstockException
 * of one line. Anything else that is thrown is a finding.
 */
final class AnyFile {
  private static final Path DIRECTORY = directory();
  private static final Path PATH = file("file");

  private AnyFile() {}

  private static Path directory() {
    try {
      Path memory = Path.of("/dev/shm");
      Path directory =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "penstock-fuzz")
              : Files.createTempDirectory("penstock-fuzz");
      directory.toFile().deleteOnExit();
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of this name in a directory of our own; it need not be there. */
  static Path file(String name) {
    Path file = DIRECTORY.resolve(name);
    file.toFile().deleteOnExit();
    return file;
  }

  static void check(byte[] contents) {
    check(PATH, contents);
  }

  /** The same for a file that must have a certain name. */
  static void check(Path path, byte[] contents) {
    write(path, contents);
    try {
      for (Part part : Formats.parts(path)) {
        if (part.problem().isPresent()) {
          assertThat(part.problem().get()).startsWith(path + ": ").doesNotContain("\n");
        } else {
          check(part.layout());
        }
      }
      check(Formats.open(path));
    } catch (PenstockException e) {
      check(path, e);
    }
  }

  /** The same for one part of a file that is there. */
  static void checkPart(Path file, String part) {
    Path path = file.resolveSibling(file.getFileName() + "#" + part);
    try {
      check(Formats.open(Source.parse(path)));
    } catch (PenstockException e) {
      check(file, e);
    }
  }

  private static void check(Path path, PenstockException e) {
    assertThat(e.getMessage()).contains(path.toString()).doesNotContain("\n");
    assertThat(e.getMessage().length()).isLessThan(2_000);
  }

  private static void check(ArrayLayout layout) {
    assertThat(layout.recordBytes()).isPositive();
    long span = layout.elementType().sizeBytes();
    for (int axis = 0; axis < layout.recordShape().rank(); axis++) {
      span += (layout.recordShape().dim(axis) - 1) * layout.recordStrides()[axis];
    }
    for (ArrayLayout.Run run : layout.runs()) {
      if (run.recordCount() > 0) {
        long last = run.offsetBytes() + (run.recordCount() - 1) * run.strideBytes();
        assertThat(run.offsetBytes()).isNotNegative();
        assertThat(last + span).isBetween(run.offsetBytes(), fileBytes(layout.path()));
      }
    }
    assertThat(layout.column("x").recordCount()).isEqualTo(layout.recordCount());
  }

  private static long fileBytes(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path path, byte[] contents) {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(contents);
      while (left.hasRemaining()) {
        file.write(left, left.position());
      }
      file.truncate(contents.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
