package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.NamesNativeWays;
import io.penstock.array.Shard;
import io.penstock.format.WrittenArrays.Expected;
import io.penstock.options.Readahead;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a loader delivers, shuffled, of each array that Python and NumPy wrote: by copying from a
 * mapping, and by reading; as stored, and in the byte order of this machine.
 */
@NamesNativeWays
class DeliveredArraysTest {
  private static final String COLUMN = "x";

  @ParameterizedTest
  @ValueSource(strings = {"backend=mmap", "io=buffered", "backend=pread,mergeGap=0"})
  void shuffledRecordsAreThoseThatWereWritten(String readahead) throws NoSuchAlgorithmException {
    int delivered = 0;
    int turned = 0;
    for (Expected array : WrittenArrays.committed()) {
      if (array.isRefused()) {
        continue;
      }
      try (Dataset dataset = Dataset.builder().column(COLUMN, array.source()).open()) {
        boolean isWhole = dataset.column(COLUMN).shards().stream().allMatch(Shard::isWhole);
        String way = isWhole ? readahead : "backend=mmap";
        assertThat(digest(dataset, way, false)).as(array.toString()).isEqualTo(array.digest());
        boolean isNative = dataset.column(COLUMN).isNativeOrder();
        if (!isNative) {
          assertThat(digest(dataset, way, true)).as("%s", array).isEqualTo(array.nativeDigest());
          turned++;
        }
        delivered++;
      }
    }
    assertThat(delivered).isGreaterThan(700);
    assertThat(turned).isGreaterThan(80);
  }

  private static String digest(Dataset dataset, String readahead, boolean isNativeOrder)
      throws NoSuchAlgorithmException {
    byte[] bytes = shuffled(dataset, readahead, isNativeOrder);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** One epoch, every record put at its place. */
  private static byte[] shuffled(Dataset dataset, String readahead, boolean isNativeOrder) {
    int recordBytes = Math.toIntExact(dataset.recordBytes());
    byte[] bytes = new byte[Math.toIntExact(dataset.recordCount()) * recordBytes];
    LoaderBuilder builder = dataset.loader().batchSize(4).seed(3).memoryBytes(32 << 20);
    builder.nativeOrder(isNativeOrder);
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
