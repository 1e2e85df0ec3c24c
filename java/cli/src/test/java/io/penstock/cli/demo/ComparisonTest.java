package io.penstock.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All ways of reading read the same, also when they end early. */
final class ComparisonTest {
  private static final int COUNT = 30_000;
  private static final long NO_LIMIT_NANOS = 3_600_000_000_000L;

  @TempDir Path directory;

  private Path images() throws IOException {
    SampleFiles files = SampleFiles.in(directory, ImageSource.generated(), COUNT);
    files.make(GeneratedImages.make(1000, 1), written -> {});
    return files.images();
  }

  @Test
  void wholeEpochsHaveTheSameChecksum() throws IOException {
    long memoryBytes = 8 << 20;
    try (Comparison comparison = new Comparison(images(), 256, memoryBytes, NO_LIMIT_NANOS)) {
      TimedReading mapping = comparison.byMappingInMemory(Long.MAX_VALUE, done -> {});
      TimedReading penstock = comparison.byPenstock(COUNT, done -> {});
      assertThat(mapping.records()).isEqualTo(COUNT);
      assertThat(penstock.records()).isEqualTo(COUNT);
      assertThat(penstock.checksum()).isEqualTo(mapping.checksum());
    }
  }

  @Test
  void readingEndsWhenItsTimeIsOver() throws IOException {
    long memoryBytes = 8 << 20;
    try (Comparison comparison = new Comparison(images(), 256, memoryBytes, 0)) {
      TimedReading mapping = comparison.byMapping(done -> {});
      // The clock is looked at every 8 records.
      assertThat(mapping.records()).isEqualTo(8);
      TimedReading penstock = comparison.byPenstock(mapping.records(), done -> {});
      assertThat(penstock.records()).isEqualTo(256);
      assertThat(penstock.checksum()).isEqualTo(mapping.checksum());
    }
  }

  @Test
  void aCacheHeldToALimitChangesNoBytes() throws IOException {
    // A tenth of the file, so that it is dropped often where the file system allows it.
    long memoryBytes = 2400 << 10;
    try (Comparison comparison = new Comparison(images(), 64, memoryBytes, 300_000_000)) {
      TimedReading held = comparison.byMapping(done -> {});
      TimedReading free = comparison.byMappingInMemory(held.records(), done -> {});
      assertThat(free.records()).isGreaterThanOrEqualTo(held.records());
      assertThat(free.checksum()).isEqualTo(held.checksum());
    }
  }

  @Test
  void theChecksumIsOfTheFirstRecordsOnly() {
    byte[] bytes = new byte[40];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Checksum checksum = new Checksum(4, 7);
    checksum.add(ByteBuffer.wrap(bytes, 0, 20).slice(), 5);
    checksum.add(ByteBuffer.wrap(bytes, 20, 20).slice(), 5);
    CRC32C expected = new CRC32C();
    expected.update(bytes, 0, 28);
    assertThat(checksum.value()).isEqualTo(expected.getValue());
    assertThat(checksum.records()).isEqualTo(10);
  }
}
