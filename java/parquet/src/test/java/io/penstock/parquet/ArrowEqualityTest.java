package io.penstock.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.Loader;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of files that Arrow's Java library wrote, a million rows in many batches. */
class ArrowEqualityTest {
  private static final int ROWS = 1_000_003;
  private static final int BATCH_ROWS = 1000;
  private static final List<String> NAMES =
      List.of("i64", "vector", "text", "tokens", "image.bytes", "flag", "city");

  @TempDir static Path directory;

  @BeforeAll
  static void write() throws IOException {
    List<ArrowFiles.Column> columns =
        ArrowFiles.readable().stream()
            .filter(column -> NAMES.contains(column.field().getName()) || isImage(column))
            .toList();
    ArrowFiles.write(
        directory.resolve("file.arrow"), ArrowFiles.Form.FILE.batches(BATCH_ROWS), columns, ROWS);
    ArrowFiles.write(
        directory.resolve("stream.arrow"),
        ArrowFiles.Form.STREAM.batches(BATCH_ROWS),
        columns,
        ROWS);
  }

  private static boolean isImage(ArrowFiles.Column column) {
    return column.field().getName().equals("image");
  }

  private static Dataset open(Path file) {
    DatasetBuilder builder = Dataset.builder();
    NAMES.forEach(name -> builder.column(name, Source.of(file).part(name)));
    return builder.open();
  }

  @ParameterizedTest
  @CsvSource({"file.arrow, NONE", "file.arrow, FULL", "stream.arrow, NONE", "stream.arrow, FULL"})
  void everyRecordHasTheBytesThatWereWritten(String file, Shuffle shuffle) {
    BitSet seen = new BitSet(ROWS);
    try (Dataset dataset = open(directory.resolve(file));
        Loader loader = dataset.loader().shuffle(shuffle).seed(5).batchSize(4096).build()) {
      assertThat(dataset.recordCount()).isEqualTo(ROWS);
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          int row = (int) batch.index(i);
          seen.set(row);
          check(batch, i, row);
        }
      }
    }
    assertThat(seen.cardinality()).isEqualTo(ROWS);
  }

  /** Compares without assertions on the way: there are millions of values. */
  private static void check(Batch batch, int i, int row) {
    boolean isSame =
        batch.column("i64").getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i) == -3L * row
            && batch.column("flag").get(ValueLayout.JAVA_BYTE, i) == (row % 3 == 0 ? 1 : 0)
            && batch.column("city").getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i) == row % 5
            && isText(batch.record("text", i), row)
            && isText(batch.record("image.bytes", i), row);
    MemorySegment vector = batch.record("vector", i);
    for (int k = 0; k < 4; k++) {
      isSame &= vector.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, k) == row + k / 4f;
    }
    MemorySegment tokens = batch.record("tokens", i);
    isSame &= tokens.byteSize() == row % 5 * 4L;
    for (int k = 0; k < row % 5; k++) {
      isSame &= tokens.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, k) == row + k;
    }
    assertThat(isSame).as("row %d", row).isTrue();
  }

  private static boolean isText(MemorySegment record, int row) {
    return record.mismatch(MemorySegment.ofArray(ArrowFiles.text(row))) < 0;
  }

  @Test
  void theValuesOfADictionaryAreAColumnOfTheirOwn() {
    Source cities = Source.of(directory.resolve("stream.arrow")).part("city.dictionary");
    try (Dataset dataset = Dataset.builder().column("city", cities).open();
        Loader loader = dataset.loader().shuffle(Shuffle.NONE).batchSize(5).build()) {
      Batch batch = loader.epoch(0).iterator().next();
      for (int i = 0; i < 5; i++) {
        byte[] city = batch.record("city", i).toArray(ValueLayout.JAVA_BYTE);
        assertThat(new String(city, StandardCharsets.UTF_8)).isEqualTo(ArrowFiles.CITIES.get(i));
      }
    }
  }

  @Test
  void theOnlyColumnOfAFileNeedsNoName() throws IOException {
    Path file = directory.resolve("one.arrow");
    ArrowFiles.write(file, ArrowFiles.Form.FILE, ArrowFiles.readable().subList(15, 16), 100);
    try (Dataset dataset = Dataset.builder().column("text", file).open()) {
      assertThat(dataset.recordCount()).isEqualTo(100);
      assertThat(dataset.column("text").isVariable()).isTrue();
    }
  }

  @Test
  void nullsAreAnErrorUntilTheirMaskIsNamed() throws IOException {
    Path file = directory.resolve("nulls.arrow");
    ArrowFiles.Column numbers = ArrowFiles.withNulls(ArrowFiles.readable().getFirst(), 1000);
    ArrowFiles.write(file, ArrowFiles.Form.STREAM, List.of(numbers), 10_000);

    assertThatThrownBy(
            () -> Dataset.builder().column("x", Source.of(file).part("i64")).open().close())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("'i64': expected a column without nulls, found 10")
        .hasMessageContaining("the first in record 0: name 'i64.values' with the mask 'i64.valid'");
    try (Dataset dataset =
            Dataset.builder()
                .column("x", Source.of(file).part("i64.values"))
                .column("valid", Source.of(file).part("i64.valid"))
                .open();
        Loader loader = dataset.loader().seed(1).batchSize(100).build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          boolean isValid = batch.index(i) % 1000 != 0;
          assertThat(batch.column("valid").get(ValueLayout.JAVA_BYTE, i) == 1).isEqualTo(isValid);
          if (isValid) {
            assertThat(batch.column("x").getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i))
                .isEqualTo(-3 * batch.index(i));
          }
        }
      }
    }
  }
}
