package io.penstock.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Shape;
import io.penstock.format.Formats;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
  private static final int COUNT = 200_000;

  @TempDir private Path folder;

  @Test
  void headerIsWhatNumpyWrites() {
    RecordFile file = new RecordFile(folder.resolve("x.npy"), 784, 5478275);

    // numpy.lib.format.write_array_header_1_0 of NumPy 2.4 for |u1 and (5478275, 784).
    String expected =
        "\u0093NUMPY\u0001\u0000v\u0000"
            + "{'descr': '|u1', 'fortran_order': False, 'shape': (5478275, 784), }"
            + " ".repeat(50)
            + "\n";
    assertThat(new String(file.header(), StandardCharsets.ISO_8859_1)).isEqualTo(expected);
  }

  @Test
  void fileHoldsTheWordsOfItsRecords() throws IOException {
    RecordFile file = new RecordFile(folder.resolve("x.npy"), 24, 1000).make();

    ArrayLayout layout = Formats.open(file.path());
    assertThat(layout.shape()).isEqualTo(Shape.of(1000, 24));
    assertThat(Files.size(file.path())).isEqualTo(file.fileBytes());
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(file.path())).order(ByteOrder.LITTLE_ENDIAN);
    for (int index = 0; index < 1000; index++) {
      for (int word = 0; word < 3; word++) {
        int at = RecordFile.DATA_OFFSET + index * 24 + word * 8;
        assertThat(bytes.getLong(at)).isEqualTo(Words.at(index, word));
      }
    }
  }

  @Test
  void finishedFileIsKeptAndAnUnfinishedOneIsMadeAgain() throws IOException {
    RecordFile file = new RecordFile(folder.resolve("x.npy"), 16, 100).make();
    byte[] whole = Files.readAllBytes(file.path());
    try (RandomAccessFile raw = new RandomAccessFile(file.path().toFile(), "rw")) {
      raw.seek(RecordFile.DATA_OFFSET);
      raw.writeLong(-1);
    }
    assertThat(file.make().path()).isNotEmptyFile();
    assertThat(Files.readAllBytes(file.path())).isNotEqualTo(whole);

    // A file without its header was not finished.
    Files.write(file.path(), new byte[whole.length]);
    file.make();
    assertThat(Files.readAllBytes(file.path())).isEqualTo(whole);
  }

  @Test
  void recordsOfDifferentSizesLieWhereTheirOffsetsSay() throws IOException {
    RecordFile file =
        new RecordFile(folder.resolve("x.npy"), new RecordSize.Lognormal(600, 3), 1000).make();

    assertThat(Formats.open(file.path()).shape()).isEqualTo(Shape.of(file.dataBytes()));
    assertThat(Formats.open(file.offsetsPath()).shape()).isEqualTo(Shape.of(1001));
    ByteBuffer bytes = littleEndian(file.path());
    ByteBuffer offsets = littleEndian(file.offsetsPath());
    for (int index = 0; index < 1000; index++) {
      int at = Math.toIntExact(offsets.getLong(RecordFile.DATA_OFFSET + index * 8));
      int end = Math.toIntExact(offsets.getLong(RecordFile.DATA_OFFSET + index * 8 + 8));
      assertThat(end - at).isEqualTo((int) file.places().bytes(index)).isGreaterThanOrEqualTo(16);
      for (int word = 0; word < (end - at) / 8; word++) {
        assertThat(bytes.getLong(RecordFile.DATA_OFFSET + at + word * 8))
            .isEqualTo(Words.at(index, word));
      }
    }

    file.delete();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void lognormalSizesHaveTheirMedianAndMeanAndAreToldByTheSeed() {
    RecordSize size = new RecordSize.Lognormal(6000, 3);
    long[] sizes = sizes(size);

    assertThat(sizes[COUNT / 2]).isBetween(5900L, 6100L);
    // exp(1 / 2) times the median.
    assertThat(size.places(COUNT).begin(COUNT) / COUNT).isBetween(9700L, 10100L);
    // One deviation below and above.
    assertThat(sizes[(int) (COUNT * 0.1587)]).isBetween(2150L, 2270L);
    assertThat(sizes[(int) (COUNT * 0.8413)]).isBetween(15800L, 16800L);
    assertThat(LongStream.of(sizes)).allMatch(bytes -> bytes >= 16 && bytes % 8 == 0);
    assertThat(sizes(RecordSize.parse(size.text(), 3))).isEqualTo(sizes);
    assertThat(sizes(RecordSize.parse(size.text(), 4))).isNotEqualTo(sizes);
  }

  @Test
  void asManyRecordsAsFitAreTaken() {
    RecordFile file =
        RecordFile.ofSize(folder.resolve("x.npy"), new RecordSize.Lognormal(600, 3), 1 << 20);

    assertThat(file.fileBytes()).isLessThanOrEqualTo(1 << 20);
    RecordFile more = new RecordFile(file.path(), file.size(), file.recordCount() + 1);
    assertThat(more.fileBytes()).isGreaterThan(1 << 20);
  }

  @Test
  void tarHoldsTheRecordsByTheirIndices() throws IOException, InterruptedException {
    RecordFile file =
        new RecordFile(folder.resolve("x.npy"), new RecordSize.Lognormal(600, 3), 20).make();
    RecordTar tar = new RecordTar(file);
    tar.make();

    Process process =
        new ProcessBuilder("tar", "-xf", tar.path().toString(), "-C", folder.toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    byte[] values = Files.readAllBytes(file.path());
    for (int index = 0; index < 20; index++) {
      int at = RecordFile.DATA_OFFSET + (int) file.places().begin(index);
      assertThat(Files.readAllBytes(folder.resolve("%010d.bin".formatted(index))))
          .isEqualTo(Arrays.copyOfRange(values, at, at + (int) file.places().bytes(index)));
    }
  }

  private static long[] sizes(RecordSize size) {
    RecordPlaces places = size.places(COUNT);
    return LongStream.range(0, COUNT).map(places::bytes).sorted().toArray();
  }

  private static ByteBuffer littleEndian(Path path) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void recordsOfOddSizesAreRefused() {
    assertThatThrownBy(() -> new RecordFile(folder, 20, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiple of 8")
        .hasMessageContaining("20");
  }
}
