package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged indexes of token data, read through {@code #sequences}: tokens of the file, or errors.
 */
class HostileSequencesTest {
  private static final Path FILES = Path.of("src/test/resources/io/penstock/format/numpy1");

  @TempDir Path directory;

  private Path index;
  private byte[] whole;
  private long tokenBytes;

  @BeforeEach
  void copy() throws IOException {
    index = directory.resolve("tokens.idx");
    whole = Files.readAllBytes(FILES.resolve("tokens-u2.idx"));
    tokenBytes = Files.size(FILES.resolve("tokens-u2.bin"));
    Files.copy(FILES.resolve("tokens-u2.bin"), directory.resolve("tokens.bin"));
  }

  /** Reads all records; how many could be read, or -1 if it could not be opened. */
  private long read(byte[] bytes) throws IOException {
    Files.write(index, bytes);
    long good = 0;
    try (Dataset dataset = Dataset.open(Source.parse(Path.of(index + "#sequences")))) {
      for (long i = 0; i < dataset.recordCount(); i++) {
        try {
          assertThat(dataset.record("sequences", i).byteSize()).isBetween(0L, tokenBytes);
          good++;
        } catch (PenstockException e) {
          assertThat(e.getMessage()).contains("tokens.").doesNotContain("\n");
        }
      }
      return good;
    } catch (PenstockException e) {
      assertThat(e.getMessage()).contains("tokens.").doesNotContain("\n");
      return -1;
    }
  }

  @Test
  void flippedBitsGiveTokensOfTheFileOrAnError() throws IOException {
    long records = read(whole);
    assertThat(records).isPositive();
    int bad = 0;
    for (int bit = 0; bit < whole.length * 8; bit += 3) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      bad += read(damaged) < records ? 1 : 0;
    }
    assertThat(bad).isGreaterThan(whole.length / 2);
  }

  @Test
  void everyPrefixIsRefused() throws IOException {
    for (int length = 0; length < whole.length; length++) {
      assertThat(read(Arrays.copyOf(whole, length))).as("%d bytes", length).isEqualTo(-1);
    }
  }

  @Test
  void anIndexWithoutItsTokensIsToldOf() throws IOException {
    Files.write(index, whole);
    Files.delete(directory.resolve("tokens.bin"));
    assertThatThrownBy(() -> Dataset.open(Source.parse(Path.of(index + "#sequences"))))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("tokens.bin");
  }
}
