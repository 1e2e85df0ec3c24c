package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that are cut short within a page while they are read: from a mapping, the rest of the page
 * reads as zeros without any error. Zeros that were never in a file must not be delivered.
 */
@Timeout(60)
@Tag("platform")
class CutShortTest {
  private static final int RECORDS = 2000;
  private static final int VALUES = 3;

  @TempDir Path directory;
  private Path labels;
  private Path offsets;
  private Path values;

  /** Labels are 1, 2, 3...; records of the other column have three values. */
  @BeforeEach
  void write() throws IOException {
    labels = longs("labels", RECORDS, 1, 1);
    offsets = longs("offsets", RECORDS + 1, 0, VALUES);
    values = longs("values", VALUES * RECORDS, 1, 1);
  }

  private Path longs(String name, int count, long first, long step) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putLong(first + i * step);
    }
    return Files.write(directory.resolve(name), bytes.array());
  }

  private static Source array(Path file) {
    return Source.of(file).raw(RawLayout.of(ElementType.named("<i8")));
  }

  private Dataset open() {
    return Dataset.builder()
        .column("y", array(labels))
        .variable("v", array(values), array(offsets))
        .open();
  }

  private static void cut(Path file) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(open.length() - 1000);
    }
  }

  private void deliversNothingButWhatWasThere(Path cut) throws IOException {
    try (Dataset dataset = open();
        Loader loader =
            dataset
                .loader()
                .batchSize(20)
                .seed(4)
                .readahead(Readahead.parse("prefetchBatches=1"))
                .memoryBytes(64 << 20)
                .build()) {
      int[] batches = new int[1];
      assertThatThrownBy(
              () -> {
                for (Batch batch : loader.epoch(0)) {
                  check(batch);
                  if (++batches[0] == 10) {
                    cut(cut);
                  }
                }
              })
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining(cut.toString());
      assertThat(batches[0]).isGreaterThanOrEqualTo(10);
    }
  }

  private static void check(Batch batch) {
    MemorySegment y = batch.column("y");
    MemorySegment v = batch.column("v");
    assertThat(v.byteSize()).isEqualTo(8L * VALUES * batch.size());
    for (int i = 0; i < batch.size(); i++) {
      assertThat(y.getAtIndex(ValueLayout.JAVA_LONG, i)).isEqualTo(batch.index(i) + 1);
      assertThat(v.getAtIndex(ValueLayout.JAVA_LONG, (long) VALUES * i))
          .isEqualTo(VALUES * batch.index(i) + 1);
    }
  }

  @Test
  void labelsBesideTextsAreNoZeros() throws IOException {
    deliversNothingButWhatWasThere(labels);
  }

  @Test
  void textsAreNotEmptyWhereOffsetsAreGone() throws IOException {
    deliversNothingButWhatWasThere(offsets);
  }

  @Test
  void textsEndWhereTheirFileEnds() throws IOException {
    deliversNothingButWhatWasThere(values);
  }

  @Test
  void aSingleTextIsNotEmptyWhereItsOffsetsAreGone() throws IOException {
    try (Dataset dataset = open()) {
      assertThat(dataset.record("v", RECORDS - 1).byteSize()).isEqualTo(8 * VALUES);
      cut(offsets);
      assertThatThrownBy(() -> dataset.record("v", RECORDS - 1))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("offsets: record 1999 of column 'v'")
          .hasMessageContaining("cut short");
    }
  }

  @Test
  void integersOfARecordOfDifferentSizesAreRefusedBeforeAnythingIsMapped() throws IOException {
    Path few = longs("few", 5, 0, 1);
    ByteBuffer empty = ByteBuffer.allocate(8 * 1001).order(ByteOrder.LITTLE_ENDIAN);
    Path many = Files.write(directory.resolve("many"), empty.putLong(8 * 1000, 5).array());
    try (Dataset dataset = Dataset.builder().variable("v", array(few), array(many)).open()) {
      assertThatThrownBy(() -> dataset.integers("v"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("column 'v': expected one of the integers a record");
      assertThatThrownBy(() -> dataset.numbers("v")).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
