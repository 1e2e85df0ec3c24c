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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
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
  void recordsOfOddSizesAreRefused() {
    assertThatThrownBy(() -> new RecordFile(folder, 20, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiple of 8")
        .hasMessageContaining("20");
  }
}
