package io.penstock.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.cli.Python;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Headers of archives, as Python's tarfile understands them; nothing is there before the commit.
 */
final class TarWriterTest {
  private static final String FIRST =
      """
      import sys, tarfile
      m = tarfile.open(sys.argv[1], 'r:').next()
      print(m.name, m.size, m.mtime)
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {0, 511, (1L << 33) - 1, 1L << 33, (1L << 40) + 7})
  void sizesOfAnyMagnitudeAreSaid(long size) throws IOException, InterruptedException {
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    for (int length : new int[] {1, 99, 100, 101, 156, 255, 256, 400}) {
      // A slash at every tenth place; names that can be divided, and others.
      StringBuilder name = new StringBuilder();
      while (name.length() < length) {
        name.append(name.length() % 10 == 9 && name.length() < length - 1 ? '/' : 'n');
      }
      byte[] bytes = name.toString().getBytes(StandardCharsets.UTF_8);
      Path file = directory.resolve("header");
      Files.write(file, TarWriter.header(bytes, size, 1_234_567_890).array());
      assertThat(Python.run(python, FIRST, file).strip())
          .isEqualTo(name + " " + size + " 1234567890");
    }
  }

  @Test
  void filesAreWholeAndThereIsNothingWithoutACommit() throws IOException {
    Path target = directory.resolve("x.tar");
    try (TarWriter writer = new TarWriter(target, false)) {
      writer.begin(new byte[] {'a'}, 3, 0);
      writer.write(ByteBuffer.wrap(new byte[2]));
      assertThatThrownBy(() -> writer.begin(new byte[] {'b'}, 0, 0))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> writer.write(ByteBuffer.wrap(new byte[2])))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
    }
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }
}
