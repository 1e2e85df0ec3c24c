package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.TestColumn.RecordKind;
import io.penstock.checksum.RecordChecksums;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.job.RankBy;
import io.penstock.options.Shuffle;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once it is warm, reading a batch allocates nothing on the heap, and delivering it nothing but the
 * object that is its lease.
 */
@Timeout(300)
class GarbageTest {
  private static final int WARM_BATCHES = 40_000;
  private static final int BATCHES = 20_000;

  /**
   * An object is 16 bytes at least. Some may be made in all: by each epoch, and when the compiler
   * replaces code.
   */
  private static final long READERS_BYTES_PER_BATCH = 8;

  /** A {@link Batch} and its state: 80 bytes. Each lease has its own, so that none can be mixed. */
  private static final long CONSUMER_BYTES_PER_BATCH = 80 + 8;

  /** Values lie elsewhere in each batch: {@link #consume} asks for a view of them twice. */
  private static final long VIEW_BYTES = 2 * 40;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path directory;

  /** Without direct preads, one at a time: slow, and the same Java code as buffered ones. */
  static List<Way> ways() {
    return Way.all().filter(way -> !way.flags().equals("backend=pread,io=direct")).toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBatchMakesNoGarbageBesideItsLease(Way way) {
    check(way, Shuffle.FULL, 1, false, RecordKind.FIXED);
  }

  /** Windows have small tables: so few batches of a window would show them. */
  @ParameterizedTest
  @MethodSource("ways")
  void aBatchOfARankOfABlockShuffleMakesNoGarbageBesideItsLease(Way way) {
    check(way, Shuffle.BLOCK, 2, false, RecordKind.FIXED);
  }

  @ParameterizedTest
  @CsvSource({"FULL, BATCHES", "FULL, SWEEP", "BLOCK, BATCHES", "BLOCK, SWEEP"})
  void aBatchOfARankByPlaceMakesNoGarbageBesideItsLease(Shuffle shuffle, PreferredPlan plan) {
    Way way = new Way("backend=uring,io=buffered", plan);
    check(way, shuffle, 2, false, RecordKind.FIXED, RankBy.PLACE);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBatchOfRecordsThatDifferInSizeMakesNoGarbageBesideItsLease(Way way) {
    check(way, Shuffle.FULL, 1, false, RecordKind.VARIABLE);
  }

  @Test
  void aBatchThatIsRecordedMakesNoGarbageBesideItsLease() {
    try (Recording recording = new Recording()) {
      recording.enable("io.penstock.Batch").withThreshold(Duration.ZERO);
      recording.enable("io.penstock.Epoch");
      recording.start();
      check(
          new Way("backend=mmap", PreferredPlan.BATCHES), Shuffle.FULL, 1, false, RecordKind.FIXED);
    }
  }

  @Test
  void aBatchThatIsVerifiedMakesNoGarbageBesideItsLease() {
    check(new Way("backend=uring", PreferredPlan.SWEEP), Shuffle.FULL, 1, true, RecordKind.FIXED);
  }

  private void check(Way way, Shuffle shuffle, int worldSize, boolean isVerified, RecordKind kind) {
    check(way, shuffle, worldSize, isVerified, kind, RankBy.POSITION);
  }

  private void check(
      Way way, Shuffle shuffle, int worldSize, boolean isVerified, RecordKind kind, RankBy rankBy) {
    assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count");
    TestColumn column = TestColumn.write(directory, "x", 8000, 784, 1, kind);
    Path checksums = directory.resolve("checksums.npy");
    if (isVerified) {
      try (Dataset dataset = column.open()) {
        RecordChecksums.write(dataset, checksums, true, _ -> {});
      }
    }
    List<Long> before = readers();
    try (Dataset dataset = column.open();
        Loader loader =
            (isVerified ? way.loader(dataset).verify(checksums) : way.loader(dataset))
                .batchSize(8)
                .shuffle(shuffle)
                .blockRecords(100)
                .windowBlocks(20)
                .rank(worldSize - 1, worldSize)
                .rankBy(rankBy)
                .memoryBytes(32 << 20)
                .build()) {
      List<Long> threads = readers();
      threads.removeAll(before);
      List<Long> consumer = List.of(Thread.currentThread().threadId());
      Iterator<Epoch> epochs = loader.epochs(1000).iterator();
      consume(epochs, WARM_BATCHES);
      long readersStart = allocatedBytes(threads);
      long consumerStart = allocatedBytes(consumer);
      long checksum = consume(epochs, BATCHES);
      long byConsumer = allocatedBytes(consumer) - consumerStart;
      long byReaders = allocatedBytes(threads) - readersStart;

      assertThat(byReaders / BATCHES)
          .as("bytes per batch of readers; %d in all, checksum %d", byReaders, checksum)
          .isLessThan(READERS_BYTES_PER_BATCH);
      assertThat(byConsumer / BATCHES)
          .as("bytes per batch of the consumer; %d in all", byConsumer)
          .isLessThan(CONSUMER_BYTES_PER_BATCH + (kind == RecordKind.VARIABLE ? VIEW_BYTES : 0));
    }
  }

  private static long consume(Iterator<Epoch> epochs, int count) {
    long sum = 0;
    int batches = 0;
    while (batches < count) {
      for (Batch batch : epochs.next()) {
        sum += batch.column("x").get(ValueLayout.JAVA_BYTE, 0) + batch.index(7);
        sum += batch.column(0).byteSize() + batch.indices().byteSize();
        batches++;
      }
    }
    return sum;
  }

  private static long allocatedBytes(List<Long> threads) {
    return threads.stream().mapToLong(THREADS::getThreadAllocatedBytes).sum();
  }

  private static List<Long> readers() {
    List<Long> ids = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("penstock-reader-")) {
        ids.add(thread.threadId());
      }
    }
    return ids;
  }
}
