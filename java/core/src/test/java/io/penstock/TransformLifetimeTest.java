package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.transform.Transform;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How loaders with transforms end, and what consumers of all kinds do to them. */
@Timeout(300)
class TransformLifetimeTest {
  private static final int ROUNDS = 1000;
  private static final long SLACK_KILOBYTES = 32 << 10;

  @TempDir Path directory;

  /** Adds one to each byte. */
  private static final Transform INCREMENT =
      Transform.ofRecords(
          "increment",
          List.of("x"),
          List.of(OutputColumn.of("x", ElementType.UINT8, 784)),
          record -> {
            MemorySegment in = record.input(0);
            long inAt = record.inputOffset(0);
            long outAt = record.outputOffset(0);
            for (int i = 0; i < 784; i++) {
              byte value = (byte) (in.get(ValueLayout.JAVA_BYTE, inAt + i) + 1);
              record.output(0).set(ValueLayout.JAVA_BYTE, outAt + i, value);
            }
          });

  private TestArray array() {
    return TestArray.random(directory.resolve("x.npy"), 3000, 784, 1);
  }

  private static LoaderBuilder builder(Dataset dataset) {
    return dataset.loader().batchSize(100).memoryBytes(32 << 20).transform(INCREMENT);
  }

  @Test
  void closingInTheMiddleLeavesNothingBehind() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc here");
    TestArray array = array();
    openAndClose(array, 100);
    final int descriptors = descriptors();
    final long kilobytes = anonymousKilobytes();

    openAndClose(array, ROUNDS);

    assertThat(threads()).isEmpty();
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(anonymousKilobytes()).isLessThan(kilobytes + SLACK_KILOBYTES);
  }

  private static void openAndClose(TestArray array, int rounds) throws InterruptedException {
    try (Dataset dataset = Dataset.open(array.path())) {
      for (int round = 0; round < rounds; round++) {
        Loader loader = builder(dataset).transformThreads(1 + round % 3).build();
        Iterator<Batch> batches = loader.epoch(round % 5).iterator();
        for (int i = 0; i < round % 4; i++) {
          batches.next().retain();
        }
        if (round % 2 == 0) {
          Thread closer = Thread.ofPlatform().start(loader::close);
          closer.join();
        }
        loader.close();
      }
    }
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("penstock-"))
        .toList();
  }

  private static int descriptors() {
    return new File("/proc/self/fd").list().length;
  }

  private static long anonymousKilobytes() throws IOException {
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  @Test
  void aConsumerThatWaitsIsToldWhenAnotherThreadCloses() throws InterruptedException {
    CountDownLatch isTransforming = new CountDownLatch(1);
    CountDownLatch isClosing = new CountDownLatch(1);
    Transform held =
        Transform.ofRecords(
            "held",
            List.of("x"),
            List.of(),
            record -> {
              isTransforming.countDown();
              isClosing.await();
            });
    List<Throwable> told = new ArrayList<>();
    try (Dataset dataset = Dataset.open(array().path())) {
      Loader loader = builder(dataset).transform(held).build();
      Thread consumer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      loader.epoch(0).iterator().next();
                    } catch (IllegalStateException e) {
                      told.add(e);
                    }
                  });
      isTransforming.await();
      Thread closer = Thread.ofPlatform().start(loader::close);
      consumer.join();
      // The loader is closed for its consumer while the transform is still under way.
      assertThat(told).hasSize(1);
      assertThat(told.getFirst()).hasMessage("the loader is closed");
      isClosing.countDown();
      closer.join();
    }
    assertThat(threads()).isEmpty();
  }

  /** What a transform set going may interrupt its thread when that is at something else. */
  @Test
  void lateInterruptsOfTransformThreadsLoseNothing() {
    List<Thread> workers = new CopyOnWriteArrayList<>();
    Transform known =
        Transform.ofRecords(
            "known",
            List.of("x"),
            List.of(),
            record -> {
              if (!workers.contains(Thread.currentThread())) {
                workers.add(Thread.currentThread());
              }
            });
    AtomicBoolean isOver = new AtomicBoolean();
    ExecutorService interrupter = Executors.newSingleThreadExecutor();
    interrupter.execute(
        () -> {
          while (!isOver.get()) {
            workers.forEach(Thread::interrupt);
          }
        });
    try (Dataset dataset = Dataset.open(array().path());
        Loader loader = builder(dataset).transformThreads(2).transform(known).build()) {
      for (Epoch epoch : loader.epochs(20)) {
        int seen = 0;
        for (Batch batch : epoch) {
          seen += batch.size();
        }
        assertThat(seen).isEqualTo(3000);
      }
    } finally {
      isOver.set(true);
      interrupter.close();
    }
  }

  @Test
  void aTransformMayAskForStatisticsWhileTheLoaderCloses() throws InterruptedException {
    CountDownLatch isTransforming = new CountDownLatch(1);
    CountDownLatch isClosing = new CountDownLatch(1);
    AtomicReference<Loader> asked = new AtomicReference<>();
    AtomicLong records = new AtomicLong(-1);
    Transform asking =
        Transform.ofRecords(
            "asking",
            List.of("x"),
            List.of(),
            record -> {
              isTransforming.countDown();
              isClosing.await();
              Thread.sleep(20); // By then the one that closes waits for this thread.
              records.set(asked.get().statistics().records());
            });
    try (Dataset dataset = Dataset.open(array().path())) {
      Loader loader = builder(dataset).transformThreads(1).transform(asking).build();
      asked.set(loader);
      loader.beforeClose(isClosing::countDown);
      assertThat(loader.epoch(0).iterator().hasNext()).isTrue();
      isTransforming.await();
      loader.close();
    }
    assertThat(records).hasValue(0);
  }

  @Test
  void useAfterCloseIsAnExceptionAndNotAnotherRecord() {
    try (Dataset dataset = Dataset.open(array().path())) {
      Loader loader = builder(dataset).build();
      Iterator<Batch> batches = loader.epoch(0).iterator();
      Batch first = batches.next();
      batches.next();
      assertThatIllegalStateException()
          .isThrownBy(() -> first.column("x"))
          .withMessageContaining("this batch is closed");
      Batch kept = batches.next().retain();
      MemorySegment segment = kept.column("x");
      loader.close();
      assertThatIllegalStateException().isThrownBy(() -> kept.column("x"));
      assertThatIllegalStateException()
          .isThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
          .withMessage("Already closed");
      kept.close();
      kept.close();
    }
  }

  @Test
  void aConsumerThatHoldsBatchesStopsTransformsAndLosesNothing() throws InterruptedException {
    AtomicInteger transformed = new AtomicInteger();
    Transform counting =
        Transform.ofRecords(
            "counting", List.of("x"), List.of(), record -> transformed.incrementAndGet());
    try (Dataset dataset = Dataset.open(array().path());
        Loader loader =
            builder(dataset)
                .readahead(Readahead.parse("prefetchBatches=2"))
                .transform(counting)
                .build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      List<Batch> held = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        held.add(batches.next().retain());
      }
      // All four slots are out: nothing more can be transformed, whatever the threads do.
      assertThat(transformed).hasValue(400);
      long position = 0;
      for (Batch batch : held) {
        assertThat(batch.position()).isEqualTo(position);
        position += 100;
        batch.close();
      }
      while (batches.hasNext()) {
        assertThat(batches.next().position()).isEqualTo(position);
        position += 100;
      }
      assertThat(position).isEqualTo(3000);
      assertThat(transformed).hasValue(3000);
    }
  }

  @Test
  void aConsumerThatDiesLeavesTheLoaderToOthers() throws InterruptedException {
    try (Dataset dataset = Dataset.open(array().path());
        Loader loader = builder(dataset).build()) {
      Thread dying =
          Thread.ofPlatform()
              .unstarted(
                  () -> {
                    loader.epoch(0).iterator().next();
                    throw new IllegalStateException("the trainer has died");
                  });
      dying.setUncaughtExceptionHandler((thread, death) -> {});
      dying.start();
      dying.join();
      int batches = 0;
      for (Batch batch : loader.epoch(1)) {
        assertThat(batch.epoch()).isEqualTo(1);
        batches++;
      }
      assertThat(batches).isEqualTo(30);
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void aSecondIterationEndsTheFirst() {
    try (Dataset dataset = Dataset.open(array().path());
        Loader loader = builder(dataset).build()) {
      Iterator<Batch> first = loader.epoch(0).iterator();
      first.next();
      Iterator<Batch> second = loader.epoch(1).iterator();
      assertThat(second.next().epoch()).isEqualTo(1);
      assertThatIllegalStateException()
          .isThrownBy(first::next)
          .withMessageContaining("another one was started on the same loader");
      assertThat(second.next().position()).isEqualTo(100);
    }
  }

  @Test
  void anIterationThatHasTakenNothingLosesNoneToTheNext() {
    try (Dataset dataset = Dataset.open(array().path())) {
      for (LoaderBuilder builder : List.of(builder(dataset), dataset.loader().batchSize(100))) {
        try (Loader loader = builder.build()) {
          Iterator<Batch> first = loader.epoch(0).iterator();
          Iterator<Batch> second = loader.epoch(0).iterator();
          assertThatIllegalStateException()
              .isThrownBy(first::next)
              .withMessageContaining("another one was started on the same loader");
          long position = 0;
          while (second.hasNext()) {
            assertThat(second.next().position()).isEqualTo(position);
            position += 100;
          }
          assertThat(position).isEqualTo(3000);
          assertThat(second.hasNext()).isFalse();
        }
      }
    }
  }

  /** Whoever started last gets batches; all others are told, whenever it happens to them. */
  @Test
  void threadsThatRaceForALoaderAreToldOrServedAndBreakNothing() throws Exception {
    AtomicInteger served = new AtomicInteger();
    AtomicInteger told = new AtomicInteger();
    try (Dataset dataset = Dataset.open(array().path());
        Loader loader = builder(dataset).build();
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<?>> racers = new ArrayList<>();
      for (int racer = 0; racer < 4; racer++) {
        int first = 1000 * racer;
        racers.add(
            pool.submit(
                () -> {
                  for (int epoch = first; epoch < first + 50; epoch++) {
                    race(loader, epoch, served, told);
                  }
                }));
      }
      for (Future<?> racer : racers) {
        racer.get(); // throws what the thread threw
      }
      assertThat(served.get() + told.get()).isGreaterThanOrEqualTo(200);
      assertThat(told.get()).isPositive();
      long position = 0;
      for (Batch batch : loader.epoch(7)) {
        assertThat(batch.epoch()).isEqualTo(7);
        assertThat(batch.position()).isEqualTo(position);
        position += batch.size();
      }
      assertThat(position).isEqualTo(3000);
    }
    assertThat(threads()).isEmpty();
  }

  private static void race(Loader loader, int epoch, AtomicInteger served, AtomicInteger told) {
    try {
      for (Batch batch : loader.epoch(epoch)) {
        if (batch.epoch() != epoch) {
          throw new AssertionError("expected epoch " + epoch + ", found " + batch.epoch());
        }
        served.incrementAndGet();
      }
    } catch (IllegalStateException e) {
      // Between two calls the other thread may have closed the batch, or the whole session.
      if (!e.getMessage().contains("another one was started on the same loader")
          && !e.getMessage().contains("this batch is closed")) {
        throw e;
      }
      told.incrementAndGet();
    }
  }

  @Test
  void aFileThatIsCutShortFailsItsBatchBehindTheTransformsToo() {
    TestArray array = array();
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader =
            builder(dataset)
                .shuffle(Shuffle.NONE)
                .readahead(Readahead.parse("backend=pread"))
                .build()) {
      array.cutWithin(1500);
      Iterator<Batch> batches = loader.epoch(0).iterator();
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(
              () -> {
                while (batches.hasNext()) {
                  assertThat(batches.next().position()).isLessThan(1500);
                }
              })
          .withMessageContaining("x.npy");
    }
    assertThat(threads()).isEmpty();
  }

  @Test
  void aBatchMakesNoGarbageBesideItsLease() {
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(bean.isThreadAllocatedMemorySupported(), "this JVM does not count");
    try (Dataset dataset = Dataset.open(array().path());
        Loader loader =
            builder(dataset).readahead(Readahead.parse("backend=mmap")).batchSize(10).build()) {
      Iterator<Epoch> epochs = loader.epochs(1000).iterator();
      consume(epochs, 20_000);
      List<Thread> threads = new ArrayList<>(threads());
      threads.add(Thread.currentThread());
      long before = allocated(bean, threads);
      long sum = consume(epochs, 10_000);
      long perBatch = (allocated(bean, threads) - before) / 10_000;
      assertThat(perBatch).as("bytes per batch; checksum %d", sum).isLessThan(80 + 8);
    }
  }

  private static long allocated(ThreadMXBean bean, List<Thread> threads) {
    return threads.stream()
        .mapToLong(thread -> bean.getThreadAllocatedBytes(thread.threadId()))
        .sum();
  }

  private static long consume(Iterator<Epoch> epochs, int count) {
    long sum = 0;
    int batches = 0;
    while (batches < count) {
      for (Batch batch : epochs.next()) {
        sum += batch.column(0).get(ValueLayout.JAVA_BYTE, 783);
        batches++;
      }
    }
    return sum;
  }
}
