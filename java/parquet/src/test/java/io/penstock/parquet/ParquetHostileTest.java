package io.penstock.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.Part;
import io.penstock.array.RecordStream;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.parquet.ParquetFiles.Form;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files end in an error that names them, or in other values: never in anything else. */
class ParquetHostileTest {
  @TempDir Path directory;
  private Path file;
  private byte[] whole;

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("x.parquet");
    ParquetFiles.write(
        file, new Form(CompressionCodecName.SNAPPY, WriterVersion.PARQUET_1_0, true), 40);
    whole = Files.readAllBytes(file);
  }

  /** Reads all columns; says whether all of them could be read. */
  private boolean read() {
    boolean isWhole = true;
    try {
      for (Part part : Formats.parts(file)) {
        isWhole &= read(part);
      }
      return isWhole;
    } catch (PenstockException e) {
      assertThat(e.getMessage()).contains("x.parquet: ").contains("expected ").doesNotContain("\n");
      return false;
    }
  }

  private static boolean read(Part part) {
    try {
      if (part.streamed().isPresent()) {
        try (InputStream elements = part.streamed().get().source().open()) {
          elements.transferTo(OutputStream.nullOutputStream());
        }
      } else if (part.streamedRecords().isPresent()) {
        try (RecordStream records = part.streamedRecords().get().source().open()) {
          while (records.next()) {
            assertThat(records.starts().byteSize()).isGreaterThan(Long.BYTES);
          }
        }
      } else {
        return false;
      }
      return true;
    } catch (IOException e) {
      assertThat(e.getMessage()).contains("expected ").doesNotContain("\n");
      return false;
    }
  }

  @Test
  @Timeout(60)
  void filesThatAreCutAnywhereAreErrors() throws IOException {
    assertThat(read()).isTrue();
    for (int length = 4; length < whole.length; length += 1 + length / 16) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(read()).as("cut to %d bytes", length).isFalse();
    }
  }

  @Test
  @Timeout(60)
  void lengthsOfFootersBeyondTheFileAreErrors() throws IOException {
    for (int length : new int[] {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, whole.length, 0}) {
      byte[] bytes = whole.clone();
      for (int i = 0; i < Integer.BYTES; i++) {
        bytes[bytes.length - 8 + i] = (byte) (length >> (8 * i));
      }
      Files.write(file, bytes);
      assertThat(read()).as("footer of %d bytes", length).isFalse();
    }
  }

  @Test
  @Timeout(120)
  void bytesThatWereChangedAreErrorsOrOtherValues() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 60; i++) {
      byte[] bytes = whole.clone();
      for (int k = 0; k <= i % 3; k++) {
        bytes[4 + random.nextInt(bytes.length - 12)] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      read();
    }
  }
}
