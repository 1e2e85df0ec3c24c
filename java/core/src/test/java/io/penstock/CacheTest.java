package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that are kept over epochs are read once, and are the right ones. */
class CacheTest {
  private static final int RECORDS = 4000;
  private static final int RECORD_BYTES = 512;

  @TempDir Path directory;

  @Test
  void roomForHalfOfTheRecordsHalvesTheReadsFromTheSecondEpochOn() throws IOException {
    TestArray array = TestArray.random(directory.resolve("x.npy"), RECORDS, RECORD_BYTES, 3);
    byte[] all = array.all();
    String flags = "cache=" + RECORDS / 2 * RECORD_BYTES;
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = loader(dataset, flags, 16L << 20)) {
      for (int epoch = 0; epoch < 4; epoch++) {
        for (Batch batch : loader.epoch(epoch)) {
          for (int i = 0; i < batch.size(); i++) {
            int at = (int) batch.index(i) * RECORD_BYTES;
            assertThat(batch.column(0).get(ValueLayout.JAVA_BYTE, (long) i * RECORD_BYTES + 7))
                .isEqualTo(all[at + 7]);
          }
        }
        assertThat(loader.statistics().io().cacheHits()).isEqualTo((long) epoch * RECORDS / 2);
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
