package io.penstock.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.error.PenstockException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of MNIST and its kin, and files that are none. */
final class IdxFileTest {
  @TempDir Path directory;

  private static byte[] idx(int magic, int dataBytes, int... sizes) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + dataBytes).putInt(magic);
    for (int size : sizes) {
      bytes.putInt(size);
    }
    for (int i = 0; i < dataBytes; i++) {
      bytes.put((byte) i);
    }
    return bytes.array();
  }

  private Path gzip(byte[] bytes) throws IOException {
    Path path = directory.resolve("x.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
      out.write(bytes);
    }
    return path;
  }

  @Test
  void bytesComeInTheirOrder() throws IOException {
    assertThat(IdxFile.read(gzip(idx(0x803, 24, 2, 3, 4)), 3, 4)).hasSize(24).startsWith(0, 1, 2);
    assertThat(IdxFile.read(gzip(idx(0x801, 5, 5)))).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void anotherKindOfFileIsRefused() throws IOException {
    assertRefused(gzip(idx(0x802, 24, 2, 12)), "magic");
    assertRefused(gzip(idx(0xd03, 24, 2, 3, 4)), "magic");
    assertRefused(gzip(idx(0x803, 24, 2, 4, 3)), "shape");
    assertRefused(gzip(idx(0x803, 24, -1, 3, 4)), "at most");
    assertRefused(gzip(new byte[3]), "whole");
    assertRefused(Files.write(directory.resolve("y.gz"), new byte[100]), "gzip");
  }

  @Test
  void aFileCutShortIsRefused() throws IOException {
    assertRefused(gzip(idx(0x803, 23, 2, 3, 4)), "whole");
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(whole)) {
      out.write(idx(0x803, 24, 2, 3, 4));
    }
    byte[] cut = Arrays.copyOf(whole.toByteArray(), whole.size() / 2);
    assertRefused(Files.write(directory.resolve("z.gz"), cut), "whole");
  }

  private static void assertRefused(Path path, String problem) {
    assertThatThrownBy(() -> IdxFile.read(path, 3, 4))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(problem);
  }

  @Test
  void fashionMnistHasAsManyOfEachClass() throws IOException {
    assumeTrue(
        Files.isDirectory(Path.of("/usr/share/datasets/fashion-mnist")),
        "Debian's dataset-fashion-mnist is not installed");
    ImageSource source = ImageSource.find(line -> {});
    assertThat(source.isGenerated()).isFalse();
    int[] counts = new int[ImageSet.CLASSES];
    for (byte label : source.training().labels()) {
      counts[label]++;
    }
    assertThat(counts).containsOnly(6000);
    assertThat(source.test().count()).isEqualTo(10_000);
  }
}
