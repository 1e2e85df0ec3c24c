package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Dataset;
import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Token data as fairseq writes it (fairseq/data/indexed_dataset.py): no table of documents. */
class FairseqFormatTest {
  private static final int[] LENGTHS = {3, 1, 4};

  @TempDir Path directory;

  /** An index of sequences; with boundaries of documents where there are any. */
  private Path write(int code, int tokenBytes, long... documents) throws IOException {
    ByteBuffer index = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    index.put(new byte[] {'M', 'M', 'I', 'D', 'I', 'D', 'X', 0, 0}).putLong(1).put((byte) code);
    index.putLong(LENGTHS.length);
    if (documents.length > 0) {
      index.putLong(documents.length);
    }
    long pointer = 0;
    for (int length : LENGTHS) {
      index.putInt(length);
    }
    for (int length : LENGTHS) {
      index.putLong(pointer);
      pointer += (long) length * tokenBytes;
    }
    for (long document : documents) {
      index.putLong(document);
    }
    byte[] tokens = new byte[(int) pointer];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = (byte) i;
    }
    Files.write(directory.resolve("t.bin"), tokens);
    byte[] bytes = new byte[index.flip().remaining()];
    index.get(bytes);
    return Files.write(directory.resolve("t.idx"), bytes);
  }

  @ParameterizedTest
  @CsvSource({"1,|u1", "3,<i2", "4,<i4", "5,<i8", "6,<f4", "7,<f8", "8,<u2", "9,<u4", "10,<u8"})
  void tokensOfAllTypesAreRead(int code, String descr) throws IOException {
    int tokenBytes = descr.charAt(2) - '0';
    Path index = write(code, tokenBytes);
    ArrayLayout tokens = Formats.open(index);
    assertThat(tokens.elementType().descr()).isEqualTo(descr);
    assertThat(tokens.recordCount()).isEqualTo(8);
    assertThat(Formats.parts(index))
        .extracting(Part::name)
        .containsExactly("tokens", "lengths", "pointers");
    try (Dataset dataset =
        Dataset.builder().column("s", Source.parse(Path.of(index + "#sequences"))).open()) {
      assertThat(dataset.recordCount()).isEqualTo(3);
      assertThat(dataset.record("s", 2).byteSize()).isEqualTo(4L * tokenBytes);
    }
  }

  @Test
  void anIndexWithDocumentsOfTheNewCodesIsRead() throws IOException {
    Path index = write(9, 4, 0, 1, 3);
    assertThat(Formats.open(index).elementType().descr()).isEqualTo("<u4");
    assertThat(Formats.open(Source.parse(Path.of(index + "#documents"))).recordCount())
        .isEqualTo(3);
  }

  @Test
  void anIndexThatIsCutShortIsRefused() throws IOException {
    Path index = write(9, 4);
    byte[] whole = Files.readAllBytes(index);
    for (int length = 0; length < whole.length; length++) {
      Hostile.write(index, whole, length);
      assertThatThrownBy(() -> Formats.open(index)).isInstanceOf(PenstockException.class);
    }
  }

  @Test
  void codesBeyondTenAreRefused() throws IOException {
    Path index = write(11, 4);
    assertThatThrownBy(() -> Formats.open(index)).hasMessageContaining("a type code of 1 to 10");
  }
}
