package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.Readahead;
import io.penstock.Shard;
import io.penstock.format.WrittenArrays.Expected;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a loader delivers, shuffled, of each array that Python and NumPy wrote: by copying from a
 * mapping, and by reading.
 */
class DeliveredArraysTest {
  private static final String COLUMN = "x";

  @ParameterizedTest
  @ValueSource(strings = {"backend=mmap", "io=buffered", "backend=pread,mergeGap=0"})
  void shuffledRecordsAreThoseThatWereWritten(String readahead) throws NoSuchAlgorithmException {
    int delivered = 0;
    for (Expected array : WrittenArrays.committed()) {
      if (array.isRefused()) {
        continue;
      }
      try (Dataset dataset = Dataset.builder().column(COLUMN, array.path()).open()) {
        boolean isWhole = dataset.column(COLUMN).shards().stream().allMatch(Shard::isWhole);
        byte[] bytes = shuffled(dataset, isWhole ? readahead : "backend=mmap");
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertThat(HexFormat.of().formatHex(digest)).as(array.toString()).isEqualTo(array.digest());
        delivered++;
      }
    }
    assertThat(delivered).isGreaterThan(700);
  }

  /** One epoch, every record put at its place. */
  private static byte[] shuffled(Dataset dataset, String readahead) {
    int recordBytes = Math.toIntExact(dataset.recordBytes());
    byte[] bytes = new byte[Math.toIntExact(dataset.recordCount()) * recordBytes];
    LoaderBuilder builder = dataset.loader().batchSize(4).seed(3).memoryBytes(32 << 20);
    try (Loader loader = builder.readahead(Readahead.parse(readahead)).build()) {
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
