package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.options.Readahead;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dataset that is closed while many threads are at it: some build loaders and start epochs, some
 * ask for files, checks, records and statistics. Nobody may touch what was freed, read a wrong
 * byte, or wait for ever. With the profile {@code stress} the native library is one that finds a
 * use after free by itself.
 */
@Timeout(600)
class CloseStressTest {
  private static final int RECORDS = 3000;
  private static final int RECORD_BYTES = 700;
  private static final String SECONDS = "penstock.stress.seconds";
  private static final String SEED = "penstock.stress.seed";

  /** Chosen by the seed, so that each way of reading is met: what is auto asks the device most. */
  private static final List<String> FLAGS =
      Stream.of(
              "",
              "",
              "backend=uring,io=direct",
              "backend=uring,io=buffered,prefetchBatches=2",
              "backend=pread",
              "backend=mmap",
              "backend=mmap,advice=willneed",
              "backend=java",
              "ioThreads=2")
          .filter(flags -> WithoutNative.isReadable(Readahead.parse(flags)))
          .toList();

  @TempDir Path directory;

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong closedMeanwhile = new AtomicLong();
  private TestArray images;
  private TestArray labels;
  private byte[] all;

  @Test
  void callsOfOtherThreadsEndBeforeWhatTheyUseIsFreed() throws Exception {
    run(2);
  }

  @Tag("stress")
  @Test
  void callsOfOtherThreadsEndBeforeWhatTheyUseIsFreedForLong() throws Exception {
    run(Integer.getInteger(SECONDS, 20));
  }

  @Test
  void aDatasetMayBeClosedJustWhenAnEpochBegins() throws Exception {
    beginAndClose(1);
  }

  @Tag("stress")
  @Test
  void aDatasetMayBeClosedJustWhenAnEpochBeginsForLong() throws Exception {
    beginAndClose(Integer.getInteger(SECONDS, 20));
  }

  /** Hits the moment, which takes a millisecond, in which the backends are tried. */
  private void beginAndClose(int seconds) throws InterruptedException {
    images = TestArray.random(directory.resolve("images.npy"), RECORDS, RECORD_BYTES, 1);
    RandomGenerator random = random(Long.getLong(SEED, System.nanoTime()));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end && failures.isEmpty()) {
      images.dropPages();
      Dataset dataset = Dataset.open(images.path());
      Loader loader = dataset.loader().batchSize(4).memoryBytes(16 << 20).build();
      long nanos = random.nextLong(3_000_000);
      CountDownLatch beginning = new CountDownLatch(1);
      Thread closer =
          start(
              () -> {
                awaitFully(beginning);
                for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) {
                  Thread.onSpinWait();
                }
                dataset.close();
              });
      try {
        beginning.countDown();
        assertThat(loader.epoch(0).iterator().next().size()).isEqualTo(4);
      } catch (IllegalStateException e) {
        closedMeanwhile.incrementAndGet();
      }
      joinFully(closer);
    }
    assertThat(failures).isEmpty();
    assertThat(closedMeanwhile.get()).as("epochs that were overtaken by close").isPositive();
  }

  private static void awaitFully(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this", e);
    }
  }

  private void run(int seconds) throws IOException, InterruptedException {
    images = TestArray.random(directory.resolve("images.npy"), RECORDS, RECORD_BYTES, 1);
    labels = TestArray.random(directory.resolve("labels.npy"), RECORDS, 1, 2);
    all = images.all();
    long seed = Long.getLong(SEED, System.nanoTime());
    RandomGenerator random = random(seed);
    round(random.nextLong(), true); // What the JVM opens for good is open then.
    long descriptors = descriptors();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    int rounds = 0;
    while (System.nanoTime() < end && failures.isEmpty()) {
      // However slow the machine is, some datasets are closed while batches are read.
      round(random.nextLong(), rounds % 2 == 0);
      rounds++;
    }
    assertThat(failures).as("with -D%s=%d in round %d", SEED, seed, rounds).isEmpty();
    assertThat(records.get()).as("records that were compared").isPositive();
    assertThat(closedMeanwhile.get()).as("calls that were overtaken by close").isPositive();
    // The thread that samples the files of a dataset has them open for a moment.
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (descriptors() > descriptors && System.nanoTime() < limit) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(descriptors()).as("open files").isLessThanOrEqualTo(descriptors);
  }

  /** One dataset from opening to closing, which begins at once or when a batch was read. */
  private void round(long seed, boolean awaitsBatch) throws InterruptedException {
    RandomGenerator random = random(seed);
    if (random.nextInt(3) > 0) {
      // What is not in the page cache has auto try backends at each start of an epoch.
      images.dropPages();
    }
    Dataset dataset = Dataset.open(images.path(), labels.path());
    List<Thread> threads = new ArrayList<>();
    long before = records.get();
    for (int i = 0; i < 2; i++) {
      RandomGenerator own = random(random.nextLong());
      threads.add(start(() -> train(dataset, own)));
    }
    threads.add(start(() -> ask(dataset, random(seed + 1))));
    threads.add(start(() -> watch(dataset, random(seed + 2))));
    for (int i = 0; i < 2; i++) {
      long nanos = random.nextLong(20_000_000);
      threads.add(
          start(
              () -> {
                while (awaitsBatch && records.get() == before && failures.isEmpty()) {
                  LockSupport.parkNanos(1_000_000);
                }
                LockSupport.parkNanos(nanos);
                dataset.close();
              }));
    }
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(60));
      if (thread.isAlive()) {
        failures.add(stuck(thread));
        return;
      }
    }
    dataset.close();
  }

  private static AssertionError stuck(Thread thread) {
    AssertionError error = new AssertionError(thread.getName() + " does not come back");
    error.setStackTrace(thread.getStackTrace());
    return error;
  }

  private Thread start(Runnable work) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                work.run();
              } catch (IllegalStateException e) {
                // "closed", "ended": what is promised to whoever is overtaken.
                closedMeanwhile.incrementAndGet();
              } catch (Throwable t) {
                failures.add(t);
              }
            });
  }

  private void train(Dataset dataset, RandomGenerator random) {
    while (true) {
      String flags = FLAGS.get(random.nextInt(FLAGS.size()));
      try (Loader loader =
          dataset
              .loader()
              .batchSize(1 + random.nextInt(64))
              .memoryBytes(16 << 20)
              .readahead(Readahead.parse(flags))
              .seed(random.nextLong())
              .build()) {
        int epochs = 1 + random.nextInt(3);
        for (int epoch = 0; epoch < epochs; epoch++) {
          int batches = random.nextInt(20);
          for (Batch batch : loader.epoch(epoch)) {
            compare(batch);
            if (batches-- == 0) {
              break;
            }
          }
        }
        assertThat(loader.statistics().records()).isNotNegative();
      }
    }
  }

  private void compare(Batch batch) {
    int place = batch.size() / 2;
    long index = batch.index(place);
    byte[] found = new byte[RECORD_BYTES];
    MemorySegment.copy(
        batch.column(0),
        ValueLayout.JAVA_BYTE,
        (long) place * RECORD_BYTES,
        found,
        0,
        found.length);
    int at = Math.toIntExact(index * RECORD_BYTES);
    assertThat(found).isEqualTo(Arrays.copyOfRange(all, at, at + RECORD_BYTES));
    records.incrementAndGet();
  }

  private static void ask(Dataset dataset, RandomGenerator random) {
    while (true) {
      switch (random.nextInt(4)) {
        case 0 -> assertThat(dataset.files()).hasSize(2);
        case 1 -> dataset.check();
        case 2 -> dataset.record("images", random.nextLong(RECORDS)).get(ValueLayout.JAVA_BYTE, 0);
        default -> {
          long label = dataset.integers("labels").applyAsLong(random.nextLong(RECORDS));
          assertThat(label).isBetween(0L, 255L);
        }
      }
    }
  }

  /** Builds loaders and closes them from another thread while the first epoch begins. */
  private void watch(Dataset dataset, RandomGenerator random) {
    while (true) {
      Loader loader = dataset.loader().batchSize(16).memoryBytes(16 << 20).build();
      long nanos = random.nextLong(1_000_000);
      Thread closer =
          start(
              () -> {
                LockSupport.parkNanos(nanos);
                assertThat(loader.statistics().batches()).isNotNegative();
                loader.close();
              });
      try {
        for (Batch batch : loader.epoch(0)) {
          compare(batch);
        }
      } catch (IllegalStateException e) {
        closedMeanwhile.incrementAndGet();
      }
      joinFully(closer);
    }
  }

  private static void joinFully(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this", e);
    }
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("SplittableRandom").create(seed);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
