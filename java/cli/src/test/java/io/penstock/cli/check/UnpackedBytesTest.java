package io.penstock.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.cli.convert.CompressedFile;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes of a compressed file at places that mostly go forward. */
final class UnpackedBytesTest {
  private static final int BLOCK = 1 << 20;

  @TempDir private Path directory;

  private final byte[] all = new byte[4 * BLOCK + 12345];
  private Path path;

  @BeforeEach
  void write() throws IOException {
    new SplittableRandom(1).nextBytes(all);
    path = directory.resolve("x.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
      out.write(all);
    }
  }

  private UnpackedBytes open(long bytes) {
    return new UnpackedBytes(path, CompressedFile.of(path), bytes);
  }

  private void check(UnpackedBytes bytes, int position) {
    ByteBuffer found = bytes.at(position);
    assertThat(found.remaining()).isBetween(1, BLOCK);
    assertThat(found)
        .as("byte %d", position)
        .isEqualTo(ByteBuffer.wrap(all, position, found.remaining()));
  }

  @Test
  void placesAheadAndALittleBackAreThoseOfTheContent() {
    try (UnpackedBytes bytes = open(all.length)) {
      SplittableRandom random = new SplittableRandom(2);
      for (int at = 0; at < all.length; at += random.nextInt(300_000)) {
        check(bytes, at);
        check(bytes, Math.max(0, at - random.nextInt(BLOCK)));
      }
      check(bytes, all.length - 1);
    }
  }

  @Test
  void placesFarBackAreUnpackedAgainButNotEndlessly() {
    try (UnpackedBytes bytes = open(all.length)) {
      for (int i = 0; i < 16; i++) {
        check(bytes, i);
        check(bytes, all.length - 1 - i);
      }
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> bytes.at(0))
          .withMessageContaining("found damage in many places: unpack it with penstock convert");
    }
  }

  @Test
  void aFileThatHasBecomeShorterIsChanged() {
    try (UnpackedBytes bytes = open(all.length + 1L)) {
      check(bytes, all.length - 1);
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> bytes.at(all.length))
          .withMessageContaining("found it changed while it was read");
    }
  }
}
