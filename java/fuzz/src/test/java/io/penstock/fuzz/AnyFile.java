package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.PenstockException;
import io.penstock.format.ArrayLayout;
import io.penstock.format.Formats;
import io.penstock.format.Part;
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
  private static final Path PATH = path();

  private AnyFile() {}

  private static Path path() {
    try {
      Path memory = Path.of("/dev/shm");
      Path directory =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "penstock-fuzz")
              : Files.createTempDirectory("penstock-fuzz");
      Path file = directory.resolve("file");
      file.toFile().deleteOnExit();
      directory.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void check(byte[] contents) {
    write(contents);
    try {
      for (Part part : Formats.parts(PATH)) {
        if (part.problem().isPresent()) {
          assertThat(part.problem().get()).startsWith(PATH + ": ").doesNotContain("\n");
        } else {
          check(part.layout(), contents.length);
        }
      }
      check(Formats.open(PATH), contents.length);
    } catch (PenstockException e) {
      assertThat(e.getMessage()).contains(PATH.toString()).doesNotContain("\n");
      assertThat(e.getMessage().length()).isLessThan(2_000);
    }
  }

  private static void check(ArrayLayout layout, int fileBytes) {
    assertThat(layout.recordBytes()).isPositive();
    long span = layout.elementType().sizeBytes();
    for (int axis = 0; axis < layout.recordShape().size(); axis++) {
      span += (layout.recordShape().get(axis) - 1) * layout.recordStrides().get(axis);
    }
    for (ArrayLayout.Run run : layout.runs()) {
      if (run.recordCount() > 0) {
        long last = run.offsetBytes() + (run.recordCount() - 1) * run.strideBytes();
        assertThat(run.offsetBytes()).isNotNegative();
        assertThat(last + span).isBetween(run.offsetBytes(), (long) fileBytes);
      }
    }
    assertThat(layout.column("x").recordCount()).isEqualTo(layout.recordCount());
  }

  private static void write(byte[] contents) {
    try (FileChannel file =
        FileChannel.open(PATH, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
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
