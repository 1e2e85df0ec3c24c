package io.penstock.internal.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file in blocks is the file. */
class ForwardReadingTest {
  @TempDir Path directory;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("x"), bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4095, 4096, 4097, 4 << 20, (4 << 20) + 1, (37 << 20) + 12_345})
  void allBytesComeInOrder(int size) throws IOException {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    AtomicLong progress = new AtomicLong();
    byte[] found = new byte[size];
    try (ForwardReading file = ForwardReading.open(write(bytes), progress::set)) {
      assertThat(file.sizeBytes()).isEqualTo(size);
      for (int at = 0; at < size; ) {
        ByteBuffer some = file.at(at);
        int count = some.remaining();
        some.get(found, at, count);
        at += count;
      }
      assertThat(file.unreadable()).isEmpty();
    }
    assertThat(found).isEqualTo(bytes);
    assertThat(progress).hasValue(size);
  }

  @Test
  void placesMayBeAskedForInAnyOrder() throws IOException {
    byte[] bytes = new byte[45 << 20];
    SplittableRandom random = new SplittableRandom(9);
    random.nextBytes(bytes);
    try (ForwardReading file = ForwardReading.open(write(bytes), _ -> {})) {
      for (int i = 0; i < 60; i++) {
        int at = random.nextInt(bytes.length);
        ByteBuffer some = file.at(at);
        assertThat(some.get(some.position())).isEqualTo(bytes[at]);
        assertThat(some.get(some.limit() - 1)).isEqualTo(bytes[at + some.remaining() - 1]);
      }
    }
  }

  @Test
  void aFileThatIsCutMeanwhileIsAnError() throws IOException {
    Path path = write(new byte[64 << 20]);
    try (ForwardReading file = ForwardReading.open(path, _ -> {})) {
      file.at(0);
      try (RandomAccessFile same = new RandomAccessFile(path.toFile(), "rw")) {
        same.setLength(1 << 20);
      }
      assertThatThrownBy(() -> file.at(60 << 20))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("expected 67108864 bytes, found fewer");
    }
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ForwardReading.open(directory.resolve("none"), _ -> {}))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("none")
        .hasMessageContaining("expected a file, found none");
  }
}
