package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.format.WrittenArrays.Expected;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What a loader delivers, shuffled, of each array that Python and NumPy wrote. */
class DeliveredArraysTest {
  private static final String COLUMN = "x";

  @Test
  void shuffledRecordsAreThoseThatWereWritten() throws NoSuchAlgorithmException {
    int delivered = 0;
    for (Expected array : WrittenArrays.committed()) {
      if (array.isRefused()) {
        continue;
      }
      try (Dataset dataset = Dataset.builder().column(COLUMN, array.path()).open()) {
        byte[] bytes = shuffled(dataset);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertThat(HexFormat.of().formatHex(digest)).as(array.toString()).isEqualTo(array.digest());
        delivered++;
      }
    }
    assertThat(delivered).isGreaterThan(700);
  }

  /** One epoch, every record put at its place. */
  private static byte[] shuffled(Dataset dataset) {
    int recordBytes = Math.toIntExact(dataset.recordBytes());
    byte[] bytes = new byte[Math.toIntExact(dataset.recordCount()) * recordBytes];
    try (Loader loader = dataset.loader().batchSize(4).seed(3).memoryBytes(32 << 20).build()) {
      for (Batch batch : loader.epoch(1)) {
        MemorySegment column = batch.column(COLUMN);
        for (int i = 0; i < batch.size(); i++) {
          int place = Math.toIntExact(batch.index(i)) * recordBytes;
          long from = (long) i * recordBytes;
          MemorySegment.copy(column, ValueLayout.JAVA_BYTE, from, bytes, place, recordBytes);
        }
      }
    }
    return bytes;
  }
}
