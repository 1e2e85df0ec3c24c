package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.TestColumn.RecordKind;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records that are kept over epochs are read once, and are the right ones. */
@NeedsNative("the cache over epochs")
class CacheTest {
  private static final int RECORDS = 4000;
  private static final int RECORD_BYTES = 512;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"FIXED, 1", "FIXED, 3", "VARIABLE, 1", "VARIABLE, 3"})
  void roomForHalfOfTheRecordsHalvesTheReadsFromTheSecondEpochOn(RecordKind kind, int threads) {
    TestColumn column = TestColumn.write(directory, "x", RECORDS, RECORD_BYTES, 3, kind);
    String flags = "cache=%d,ioThreads=%d".formatted(RECORDS / 2 * RECORD_BYTES, threads);
    try (Dataset dataset = column.open();
        Loader loader = loader(dataset, flags, 16L << 20)) {
      for (int epoch = 0; epoch < 4; epoch++) {
        for (Batch batch : loader.epoch(epoch)) {
          for (int i = 0; i < batch.size(); i++) {
            assertThat(column.record(batch, i)).isEqualTo(column.record(batch.index(i)));
          }
        }
        long hits = (long) epoch * RECORDS / 2;
        if (kind == RecordKind.FIXED) {
          assertThat(loader.statistics().io().cacheHits()).isEqualTo(hits);
        } else {
          // Those whose bytes fit, in chunks, and as many of them in each epoch.
          assertThat(loader.statistics().io().cacheHits()).isBetween(hits * 8 / 10, hits * 12 / 10);
        }
      }
    }
  }

  @Test
  void aCacheThatLeavesNoMemoryIsRefused() throws IOException {
    TestArray array = TestArray.random(directory.resolve("x.npy"), RECORDS, RECORD_BYTES, 3);
    try (Dataset dataset = Dataset.open(array.path())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loader(dataset, "cache=2m", 3L << 20))
          .withMessageContaining("memoryBytes");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  dataset
                      .loader()
                      .shuffle(Shuffle.NONE)
                      .readahead(Readahead.parse("cache=1m"))
                      .build())
          .withMessageContaining("cache must be 0 for an order that is not shuffled");
    }
  }

  private static Loader loader(Dataset dataset, String flags, long memoryBytes) {
    return dataset
        .loader()
        .batchSize(50)
        .readahead(Readahead.parse(flags + ",backend=pread,maxRead=64k"))
        .memoryBytes(memoryBytes)
        .build();
  }
}
