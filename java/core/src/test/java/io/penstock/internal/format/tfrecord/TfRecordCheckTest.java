package io.penstock.internal.format.tfrecord;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.format.Hostile;
import io.penstock.internal.format.SelfCheck;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is damaged in a TFRecord file is named, and what is not is passed over. */
@Timeout(60)
class TfRecordCheckTest {
  private static final int FRAME = RecordHeader.BYTES + RecordHeader.FOOTER_BYTES;

  private record Found(long record, long position, String problem) {}

  /** An array as a file that is read in blocks of so many bytes. */
  private static final class InBlocks implements SelfCheck.CheckedBytes {
    private final byte[] file;
    private final int blockBytes;

    InBlocks(byte[] file, int blockBytes) {
      this.file = file;
      this.blockBytes = blockBytes;
    }

    @Override
    public long sizeBytes() {
      return file.length;
    }

    @Override
    public ByteBuffer at(long position) {
      int at = (int) position;
      int end = Math.min(file.length, (at / blockBytes + 1) * blockBytes);
      return ByteBuffer.wrap(file, at, end - at).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static List<Found> check(byte[] file, int blockBytes) {
    List<Found> found = new ArrayList<>();
    new TfRecordCheck()
        .run(
            new InBlocks(file, blockBytes),
            (record, position, problem) -> found.add(new Found(record, position, problem)));
    return found;
  }

  private static byte[][] records(int count) {
    SplittableRandom random = new SplittableRandom(4);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              byte[] record = new byte[i % 5 * 17];
              random.nextBytes(record);
              return record;
            })
        .toArray(byte[][]::new);
  }

  private static long[] starts(byte[][] records) {
    long[] starts = new long[records.length + 1];
    for (int i = 0; i < records.length; i++) {
      starts[i + 1] = starts[i] + FRAME + records[i].length;
    }
    return starts;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 64, 1 << 20})
  void aSoundFileHasNoDamage(int blockBytes) {
    assertThat(check(TfRecords.file(records(40)), blockBytes)).isEmpty();
    assertThat(check(new byte[0], blockBytes)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 64, 1 << 20})
  void eachFlippedBitIsFoundInItsRecordAndNoOther(int blockBytes) {
    byte[][] records = records(12);
    byte[] file = TfRecords.file(records);
    long[] starts = starts(records);
    for (int bit = 0; bit < 8 * file.length; bit++) {
      file[bit / 8] ^= (byte) (1 << bit % 8);
      int at = bit / 8;
      int record = (int) LongStream.of(starts).filter(start -> start <= at).count() - 1;
      List<Found> found = check(file, blockBytes);
      assertThat(found).as("bit %d", bit).hasSize(1);
      assertThat(found.getFirst().record()).isEqualTo(record);
      assertThat(found.getFirst().position()).isEqualTo(starts[record]);
      file[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void aDamagedLengthHidesNothingBehindIt() {
    byte[][] records = records(20);
    byte[] file = TfRecords.file(records);
    long[] starts = starts(records);
    file[(int) starts[4]] ^= 1;
    file[(int) starts[9] + RecordHeader.BYTES + 3] ^= 1;
    assertThat(check(file, 64))
        .containsExactly(
            new Found(
                4,
                starts[4],
                "its length does not fit its checksum; the next record that can be found begins at"
                    + " byte "
                    + starts[5]),
            new Found(9, starts[9], "its data do not fit their checksum"));
  }

  @Test
  void aStretchOfRubbishCountsAsOneRecord() {
    byte[][] records = records(30);
    byte[] file = TfRecords.file(records);
    long[] starts = starts(records);
    Arrays.fill(file, (int) starts[11] + 1, (int) starts[21] + 1, (byte) 0);
    file[(int) starts[25] + RecordHeader.BYTES - 1] ^= 1;
    List<Found> found = check(file, 64);
    assertThat(found).extracting(Found::record).containsExactly(11L, 15L);
    assertThat(found).extracting(Found::position).containsExactly(starts[11], starts[25]);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 1 << 20})
  void whereAFileIsCutItsLastRecordIsDamaged(int blockBytes) {
    byte[][] records = records(6);
    byte[] file = TfRecords.file(records);
    long[] starts = starts(records);
    for (int length = 0; length < file.length; length++) {
      int end = length;
      List<Found> found = check(Arrays.copyOf(file, length), blockBytes);
      if (LongStream.of(starts).anyMatch(start -> start == end)) {
        assertThat(found).isEmpty();
        continue;
      }
      int record = (int) LongStream.of(starts).filter(start -> start <= end).count() - 1;
      assertThat(found).as("%d bytes", length).hasSize(1);
      assertThat(found.getFirst().record()).isEqualTo(record);
      assertThat(found.getFirst().problem()).contains("no record can be found behind it");
    }
  }

  @Test
  void whatFollowsACutIsFound() {
    byte[] first = TfRecords.file(new byte[100]);
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(first, 0, 60);
    joined.writeBytes(TfRecords.file(new byte[30], new byte[40]));
    byte[] file = joined.toByteArray();
    file[file.length - 1] ^= 1;
    List<Found> found = check(file, 16);
    assertThat(found).extracting(Found::position).containsExactly(0L, 60L + FRAME + 30);
  }

  /** Headers at each 16 bytes, all of them sound, of records that go to the end of the file. */
  @Test
  void recordsInRecordsAreNotReadOverAndOver() {
    byte[] file = new byte[4 << 20];
    for (int at = 0; at < file.length; at += FRAME) {
      long length = Math.max(0, (file.length - at) / 2 - FRAME);
      System.arraycopy(TfRecords.header(length), 0, file, at, RecordHeader.BYTES);
    }
    assertThat(check(file, 1 << 16)).isNotEmpty();
  }

  @Test
  void lengthsOfAnySizeTakeNoMemory() {
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 1 << 30, 89}) {
      byte[] file = Arrays.copyOf(TfRecords.header(length), 100);
      long allocated = Hostile.allocatedBytes(() -> assertThat(check(file, 64)).isNotEmpty());
      assertThat(allocated).isLessThan(1 << 20);
    }
  }

  @Test
  void rubbishIsSearchedAtOnceAndOnlyOnce() {
    byte[] zeros = new byte[4 << 20];
    assertThat(check(zeros, 1 << 16)).hasSize(1);
    byte[] rubbish = new byte[4 << 20];
    new SplittableRandom(1).nextBytes(rubbish);
    assertThat(check(rubbish, 1 << 16)).hasSize(1);
  }
}
