package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.options.Readahead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left to the loader follows where the data is, epoch by epoch. */
@NamesNativeWays
class ResidencyTest {
  private static final int RECORDS = 3000;
  private static final int RECORD_BYTES = 4096;

  @TempDir Path directory;

  @Test
  @NeedsNative("going from one backend to another")
  void anEpochReadThroughThePageCacheIsFollowedByOneFromMemory() throws Exception {
    TestArray array = TestArray.random(directory.resolve("x.npy"), RECORDS, RECORD_BYTES, 3);
    drop(array.path());
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().batchSize(100).build()) {
      double cached = dataset.files().getFirst().cachedFraction();
      assumeTrue(cached < 0.5, "the page cache could not be dropped, or is not told of");
      assertThat(loader.backend()).isIn(Readahead.Backend.URING, Readahead.Backend.PREAD);
      boolean isWarming = loader.reason().contains("page cache");
      assumeTrue(isWarming, "this machine has no memory left, or no io_uring");
      assertThat(loader.io()).isEqualTo(Readahead.Io.BUFFERED);

      Iterator<Batch> left = loader.epoch(7).iterator();
      assertThat(left.hasNext()).isTrue();
      Map<Long, Byte> first = new HashMap<>();
      for (Epoch epoch : loader.epochs(2)) {
        int seen = 0;
        for (Batch batch : epoch) {
          for (int i = 0; i < batch.size(); i++) {
            byte now = batch.asByteBuffer("x").get(i * RECORD_BYTES + 11);
            Byte before = first.putIfAbsent(batch.index(i), now);
            assertThat(before).isIn(null, now);
          }
          seen += batch.size();
        }
        assertThat(seen).isEqualTo(RECORDS);
      }
      assertThat(first).hasSize(RECORDS);
      assertThatIllegalStateException()
          .isThrownBy(left::next)
          .withMessageContaining("this epoch has ended");
      assertThat(loader.backend()).isEqualTo(Readahead.Backend.MMAP);
      assertThat(loader.reason()).contains("are cached");
      LoaderStatistics statistics = loader.statistics();
      assertThat(statistics.records()).isEqualTo(2L * RECORDS);
      assertThat(statistics.io().requests()).isPositive();
    }
  }

  @Test
  void aBackendThatWasNamedStays() throws IOException {
    TestArray array = TestArray.random(directory.resolve("x.npy"), RECORDS, RECORD_BYTES, 3);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader =
            dataset.loader().readahead(Readahead.parse("backend=pread,io=buffered")).build()) {
      for (Epoch epoch : loader.epochs(2)) {
        for (Batch batch : epoch) {
          assertThat(batch.size()).isPositive();
        }
      }
      assertThat(loader.backend()).isEqualTo(Readahead.Backend.PREAD);
    }
  }

  /** Read from memory, batches need only slots; a reader needs more than there is. */
  @Test
  void aBetterWayThatMemoryIsTooSmallForIsLeft() throws Exception {
    TestArray array = TestArray.random(directory.resolve("x.npy"), RECORDS, RECORD_BYTES, 3);
    drop(array.path());
    try (Dataset dataset = Dataset.open(array.path())) {
      assumeTrue(dataset.files().getFirst().cachedFraction() < 0.5, "the page cache stays");
      LoaderBuilder builder = dataset.loader().batchSize(100);
      long memoryBytes = leastMemory(builder.readahead(Readahead.parse("backend=mmap")));
      assertThat(leastMemory(builder.readahead(Readahead.parse("backend=pread"))))
          .isGreaterThan(memoryBytes);
      Files.readAllBytes(array.path());
      try (Loader loader = builder.readahead(Readahead.DEFAULT).memoryBytes(memoryBytes).build()) {
        assertThat(loader.backend()).isEqualTo(Readahead.Backend.MMAP);
        drop(array.path());
        assumeTrue(dataset.files().getFirst().cachedFraction() < 0.5, "the page cache stays");
        assertThat(records(loader.epoch(0))).isEqualTo(RECORDS);
        assertThat(records(loader.epoch(1))).isEqualTo(RECORDS);
        assertThat(loader.statistics().records()).isEqualTo(2L * RECORDS);
      }
    }
  }

  private static long leastMemory(LoaderBuilder builder) {
    for (long bytes = RECORD_BYTES; ; bytes += 64 << 10) {
      try (Loader loader = builder.memoryBytes(bytes).build()) {
        assertThat(loader.statistics().memoryBytes()).isLessThanOrEqualTo(bytes);
        return bytes;
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("memoryBytes");
      }
    }
  }

  private static int records(Epoch epoch) {
    int seen = 0;
    for (Batch batch : epoch) {
      seen += batch.size();
    }
    return seen;
  }

  private static void drop(Path path) throws IOException, InterruptedException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.force(true);
    }
    new ProcessBuilder("dd", "of=" + path, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
