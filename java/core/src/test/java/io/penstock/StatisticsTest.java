package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.TestColumn.RecordKind;
import io.penstock.options.Readahead;
import io.penstock.statistics.Statistic;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the figures of a loader have to do with each other, and with the clock. */
@Timeout(120)
@NamesNativeWays
class StatisticsTest {
  private static final int RECORDS = 3001;
  private static final int RECORD_BYTES = 784;

  @TempDir Path directory;

  static List<Arguments> waysAndKinds() {
    return Way.all()
        .flatMap(way -> Stream.of(RecordKind.values()).map(kind -> Arguments.of(way, kind)))
        .toList();
  }

  private TestColumn column(RecordKind kind) {
    return TestColumn.write(directory, "x", RECORDS, RECORD_BYTES, 1, kind);
  }

  @ParameterizedTest
  @MethodSource("waysAndKinds")
  void timesArePartsOfTheTimeThatPassed(Way way, RecordKind kind) {
    try (Dataset dataset = column(kind).open();
        Loader loader = way.loader(dataset).batchSize(64).memoryBytes(16 << 20).build()) {
      long start = System.nanoTime();
      for (Epoch epoch : loader.epochs(2)) {
        for (Batch batch : epoch) {
          assertThat(batch.size()).isPositive();
        }
      }
      LoaderStatistics done = loader.statistics();
      long passed = System.nanoTime() - start;
      long threads = way.workers(loader);

      assertThat(done.time().elapsed().toNanos()).isPositive().isLessThanOrEqualTo(passed);
      assertThat(done.time().stall().toNanos()).isNotNegative();
      assertThat(done.time().consumer().toNanos()).isPositive();
      assertThat(done.time().stall().toNanos() + done.time().consumer().toNanos())
          .isLessThanOrEqualTo(done.time().elapsed().toNanos());
      assertThat(done.time().stallShare()).isBetween(0.0, 1.0);
      // So many batches can lie ready at the same time.
      assertThat(done.time().queue().toNanos()).isBetween(0L, passed * done.batches());
      assertThat(done.time().order().toNanos()).isPositive();
      assertThat(done.time().plan().toNanos()).isPositive();
      assertThat(done.time().copy().toNanos()).isPositive();
      assertThat(
              done.time().device().toNanos()
                  + done.time().order().toNanos()
                  + done.time().plan().toNanos()
                  + done.time().copy().toNanos()
                  + done.time().idle().toNanos())
          .isLessThanOrEqualTo(passed * threads);
    }
  }

  @ParameterizedTest
  @MethodSource("waysAndKinds")
  void everyByteIsCountedAndEveryRequestHasALatency(Way way, RecordKind kind) {
    TestColumn column = column(kind);
    try (Dataset dataset = column.open();
        Loader loader = way.loader(dataset).batchSize(64).memoryBytes(16 << 20).build()) {
      long start = System.nanoTime();
      long bytes = 0;
      for (Batch batch : loader.epoch(0)) {
        bytes += batch.column("x").byteSize();
        assertThat(loader.statistics().bytes()).isEqualTo(bytes);
      }
      LoaderStatistics done = loader.statistics();
      long passed = System.nanoTime() - start;
      Latencies latencies = done.io().latencies();

      assertThat(done.value(Statistic.RECORDS_READ)).isEqualTo(RECORDS);
      assertThat(done.records()).isEqualTo(RECORDS);
      assertThat(done.value(Statistic.BYTES_FINISHED)).isEqualTo(column.bytes());
      assertThat(done.bytes()).isEqualTo(column.bytes());
      assertThat(latencies.count()).isEqualTo(done.io().requests());
      // The class of the longest one begins within the time that passed.
      assertThat(latencies.maxNanos() * 8 / 9).isLessThanOrEqualTo(passed);
      assertThat(latencies.percentileNanos(50)).isLessThanOrEqualTo(latencies.maxNanos());
      if (latencies.count() > 0) {
        assertThat(latencies.percentileNanos(1)).isPositive();
      }
    }
  }

  @Test
  void theCacheShareIsThatOfTheRecords() {
    Path path = TestArray.random(directory.resolve("x.npy"), 4000, 512, 1).path();
    Readahead readahead = Readahead.parse("backend=pread,maxRead=64k,cache=" + 1000 * 512);
    try (Dataset dataset = Dataset.open(path);
        Loader loader =
            dataset.loader().batchSize(50).readahead(readahead).memoryBytes(16 << 20).build()) {
      assertThat(loader.statistics().io().cacheShare()).isZero();
      for (int epoch = 0; epoch < 2; epoch++) {
        for (Batch batch : loader.epoch(epoch)) {
          assertThat(batch.size()).isPositive();
        }
      }
      // A quarter of the second of two epochs.
      assertThat(loader.statistics().io().cacheShare()).isEqualTo(1 / 8.0);
    }
  }
}
