package io.penstock.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.Dataset;
import io.penstock.TestArray;
import io.penstock.array.ElementType;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.write.NpyWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
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

  /** Values of 2 bytes and the offsets of as many records; a third of the records is empty. */
  private byte[][] writeVariable(Path values, Path offsets, int count) {
    SplittableRandom random = new SplittableRandom(count);
    byte[][] records = new byte[count][];
    long[] starts = new long[count + 1];
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      records[i] = new byte[random.nextInt(3) == 0 ? 0 : 2 * random.nextInt(1, 400)];
      random.nextBytes(records[i]);
      all.writeBytes(records[i]);
      starts[i + 1] = all.size() / 2;
    }
    try (NpyWriter writer = NpyWriter.builder(values, ElementType.parse("<u2")).open();
        NpyWriter numbers = NpyWriter.builder(offsets, ElementType.INT64).open()) {
      writer.append(MemorySegment.ofArray(all.toByteArray()));
      writer.commit();
      numbers.append(MemorySegment.ofArray(starts));
      numbers.commit();
    }
    return records;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 9001})
  void recordsOfDifferentSizesHaveTheirChecksums(int count) {
    Path values = directory.resolve("v.npy");
    Path offsets = directory.resolve("v-offsets.npy");
    byte[][] records = writeVariable(values, offsets, count);
    TestArray labels = TestArray.random(directory.resolve("y.npy"), count, 3, 2);
    Path target = directory.resolve("checksums.npy");
    try (Dataset dataset =
        Dataset.builder().variable("v", values, offsets).column("y", labels.path()).open()) {
      RecordChecksums.write(dataset, target, false, _ -> {});
      try (RecordChecksums checksums = RecordChecksums.open(target, dataset)) {
        for (int i = 0; i < count; i++) {
          assertThat(checksums.get(0, i)).isEqualTo(crc(records[i]));
          assertThat(checksums.get(1, i)).isEqualTo(crc(labels.record(i)));
        }
      }
    }
  }

  @Test
  void aRecordThatIsLargerThanTheOthersTogetherHasItsChecksum() {
    Path values = directory.resolve("v.npy");
    Path offsets = directory.resolve("v-offsets.npy");
    byte[] all = new byte[30 << 20];
    new SplittableRandom(1).nextBytes(all);
    try (NpyWriter writer = NpyWriter.builder(values, ElementType.UINT8).open();
        NpyWriter numbers = NpyWriter.builder(offsets, ElementType.INT64).open()) {
      writer.append(MemorySegment.ofArray(all));
      writer.commit();
      numbers.append(MemorySegment.ofArray(new long[] {0, 5, all.length - 1, all.length}));
      numbers.commit();
    }
    Path target = directory.resolve("checksums.npy");
    try (Dataset dataset = Dataset.builder().variable("v", values, offsets).open()) {
      RecordChecksums.write(dataset, target, false, _ -> {});
      try (RecordChecksums checksums = RecordChecksums.open(target, dataset)) {
        assertThat(checksums.get(0, 0)).isEqualTo(crc(Arrays.copyOf(all, 5)));
        assertThat(checksums.get(0, 1)).isEqualTo(crc(Arrays.copyOfRange(all, 5, all.length - 1)));
      }
    }
  }

  @Test
  void damagedRecordsOfDifferentSizesAreFoundByTheirBytesAndTheirOffsets() throws IOException {
    Path values = directory.resolve("v.npy");
    Path offsets = directory.resolve("v-offsets.npy");
    byte[][] records = writeVariable(values, offsets, 1000);
    Path target = directory.resolve("checksums.npy");
    int last = 999;
    while (records[last].length == 0) {
      last--;
    }
    try (Dataset dataset = Dataset.builder().variable("v", values, offsets).open()) {
      RecordChecksums.write(dataset, target, false, _ -> {});
      try (RandomAccessFile file = new RandomAccessFile(values.toFile(), "rw")) {
        file.seek(file.length() - 1);
        file.write(records[last][records[last].length - 1] ^ 4);
      }
      try (RecordChecksums checksums = RecordChecksums.open(target, dataset)) {
        long end = Files.size(values);
        assertThat(damaged(checksums, dataset, values, 0, end)).containsExactly((long) last);
        assertThat(damaged(checksums, dataset, values, end - 1, end)).containsExactly((long) last);
        assertThat(damaged(checksums, dataset, values, 0, end - records[last].length)).isEmpty();
        assertThat(damaged(checksums, dataset, offsets, 0, 1 << 20)).containsExactly((long) last);
        assertThat(damaged(checksums, dataset, directory, 0, end)).isEmpty();
        List<Long> all = new ArrayList<>();
        AtomicLong read = new AtomicLong();
        checksums.forEachDamaged(dataset, "v", read::addAndGet, (_, index) -> all.add(index));
        assertThat(all).containsExactly((long) last);
        assertThat(read).hasValue(Stream.of(records).mapToLong(record -> record.length).sum());
      }
    }
    // The offset of record 500: it is the end of the record before, and that is another one then.
    try (RandomAccessFile file = new RandomAccessFile(offsets.toFile(), "rw")) {
      file.seek(4096 + 8 * 500 + 7);
      file.write(1);
    }
    try (Dataset dataset = Dataset.builder().variable("v", values, offsets).open();
        RecordChecksums checksums = RecordChecksums.open(target, dataset)) {
      long at = 4096 + 8 * 500;
      assertThat(damaged(checksums, dataset, offsets, at, at + 8)).containsExactly(499L, 500L);
      assertThat(damaged(checksums, dataset, offsets, at + 8, at + 16)).containsExactly(500L);
      assertThat(damaged(checksums, dataset, offsets, 0, at - 8)).isEmpty();
    }
  }

  private static List<Long> damaged(
      RecordChecksums checksums, Dataset dataset, Path file, long from, long to) {
    List<Long> found = new ArrayList<>();
    checksums.forEachDamaged(dataset, file, from, to, (column, index) -> found.add(index + column));
    return found;
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
    new SplittableRandom(size).nextBytes(bytes);
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
