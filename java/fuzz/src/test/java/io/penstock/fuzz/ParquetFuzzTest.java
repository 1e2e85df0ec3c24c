package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.penstock.array.Part;
import io.penstock.array.RecordStream;
import io.penstock.array.StreamedArray;
import io.penstock.array.StreamedRecords;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.spi.FormatProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/** Parquet: the schema, and the first values of each column. */
class ParquetFuzzTest {
  private static final Path FILE = AnyFile.file("file.parquet");
  private static final byte[] MAGIC = {'P', 'A', 'R', '1'};
  private static final int MAX_READ_BYTES = 1 << 16;

  static {
    assertThat(ServiceLoader.load(FormatProvider.class))
        .extracting(FormatProvider::name)
        .contains("parquet");
  }

  @FuzzTest(maxDuration = "20s")
  void everyFileIsReadOrRefused(byte[] contents) {
    System.arraycopy(MAGIC, 0, contents, 0, Math.min(contents.length, MAGIC.length));
    AnyFile.check(FILE, contents);
    List<Part> parts;
    try {
      parts = Formats.parts(FILE);
    } catch (PenstockException e) {
      return; // Checked above.
    }
    for (Part part : parts) {
      try {
        part.streamed().ifPresent(ParquetFuzzTest::read);
        part.streamedRecords().ifPresent(ParquetFuzzTest::read);
      } catch (PenstockException e) {
        assertThat(e.getMessage()).contains(FILE.toString()).doesNotContain("\n");
      }
    }
  }

  private static void read(StreamedArray array) {
    try (InputStream elements = array.source().open()) {
      long count = elements.readNBytes(MAX_READ_BYTES).length;
      assertThat(count).isEqualTo(Math.min(MAX_READ_BYTES, array.dataBytes()));
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotNull().doesNotContain("\n");
    }
  }

  private static void read(StreamedRecords column) {
    try (RecordStream records = column.source().open()) {
      for (int i = 0; i < 16 && records.next(); i++) {
        assertThat(records.starts().byteSize()).isGreaterThan(Long.BYTES);
      }
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotNull().doesNotContain("\n");
    }
  }
}
