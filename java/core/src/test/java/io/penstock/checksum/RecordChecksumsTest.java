package io.penstock.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.Dataset;
import io.penstock.TestArray;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.internal.checksum.FileChecksums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checksums of records and files, compared with plain Java's. */
class RecordChecksumsTest {
  @TempDir Path directory;

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 70_001})
  void everyRecordOfEveryColumnHasItsChecksum(int count) {
    TestArray images = TestArray.random(directory.resolve("x.npy"), count, 13, 1);
    TestArray labels = TestArray.random(directory.resolve("y.npy"), count, 1, 2);
    Path target = directory.resolve("checksums.npy");
    List<Long> told = new ArrayList<>();
    try (Dataset dataset =
        Dataset.builder()
            .column("it's \\ a name", images.path())
            .column("Größe", labels.path())
            .open()) {
      RecordChecksums.write(dataset, target, false, told::add);
      try (RecordChecksums checksums = RecordChecksums.open(target, dataset)) {
        for (int i = 0; i < count; i += Math.max(1, count / 500)) {
          assertThat(checksums.get(0, i)).isEqualTo(crc(images.record(i)));
          assertThat(checksums.get(1, i)).isEqualTo(crc(labels.record(i)));
        }
      }
    }
    assertThat(told).isSorted();
    assertThat(Formats.parts(target).stream().map(Part::name))
        .containsExactly("", "it's \\ a name", "Größe");
    assertThat(target).hasSize(128 + 8L * count);
  }

  @Test
  void aFileThatExistsIsNotReplacedUnlessSo() throws IOException {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 10, 13, 1);
    Path target = Files.writeString(directory.resolve("checksums.npy"), "mine");
    try (Dataset dataset = Dataset.open(array.path())) {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> RecordChecksums.write(dataset, target, false, _ -> {}))
          .withMessageContaining("checksums.npy");
      assertThat(target).hasContent("mine");
      RecordChecksums.write(dataset, target, true, _ -> {});
      try (RecordChecksums checksums = RecordChecksums.open(target, dataset)) {
        assertThat(checksums.get(0, 9)).isEqualTo(crc(array.record(9)));
      }
    }
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void theRecordsOfADamagedRangeAreFound() {
    TestArray array = TestArray.random(directory.resolve("x.npy"), 1000, 1000, 1);
    Path target = directory.resolve("checksums.npy");
    try (Dataset dataset = Dataset.open(array.path())) {
      RecordChecksums.write(dataset, target, false, _ -> {});
      for (int index : new int[] {0, 499, 500, 999}) {
        byte[] record = array.record(index);
        record[index % 1000] ^= 1;
        array.put(index, record);
      }
      try (RecordChecksums checksums = RecordChecksums.open(target, dataset)) {
        assertThat(damaged(checksums, dataset, array, 0, 2_000_000))
            .containsExactly(0L, 499L, 500L, 999L);
        assertThat(damaged(checksums, dataset, array, 0, 129)).containsExactly(0L);
        assertThat(damaged(checksums, dataset, array, 0, 128)).isEmpty();
        // Record 499 is bytes 499,128 to 500,127.
        assertThat(damaged(checksums, dataset, array, 500_127, 500_128)).containsExactly(499L);
        assertThat(damaged(checksums, dataset, array, 500_128, 500_129)).containsExactly(500L);
        assertThat(damaged(checksums, dataset, array, 1_000_128, 2_000_000)).isEmpty();
      }
    }
  }

  private static List<Long> damaged(
      RecordChecksums checksums, Dataset dataset, TestArray array, long from, long to) {
    List<Long> found = new ArrayList<>();
    checksums.forEachDamaged(
        dataset, array.path(), from, to, (column, index) -> found.add(index + column));
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 1 << 20, (1 << 20) + 1, 9_000_001})
  void everyMiBOfAFileHasItsChecksum(int size) throws IOException {
    byte[] bytes = new byte[size];
    new java.util.SplittableRandom(size).nextBytes(bytes);
    Path file = Files.write(directory.resolve("any"), bytes);
    long[] found = FileChecksums.of(file, _ -> {});
    assertThat(found).hasSize(Math.ceilDiv(size, 1 << 20));
    for (int i = 0; i < found.length; i++) {
      CRC32C crc = new CRC32C();
      crc.update(bytes, i << 20, Math.min(1 << 20, size - (i << 20)));
      assertThat(found[i]).isEqualTo(crc.getValue());
    }
    if (size > 0) {
      bytes[size - 1] ^= 1;
      Files.write(file, bytes);
      assertThat(FileChecksums.differing(found, FileChecksums.of(file, _ -> {})))
          .containsExactly(found.length - 1);
    }
  }
}
