package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.penstock.TestColumn.RecordKind;
import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.transform.Transform;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How loaders with transforms end, and what consumers of all kinds do to them. */
@Timeout(300)
@NamesNativeWays
@ParameterizedClass
@EnumSource
class TransformLifetimeTest extends TransformedArrays {
  TransformLifetimeTest(RecordKind kind) {
    super(kind);
  }

  /** What a segment takes in the heap. */
  private static final long SEGMENT_BYTES = 48;

  @Test
  void closingInTheMiddleLeavesNothingBehind() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc here");
    TestColumn column = column();
    openAndClose(column, 100);
    final int descriptors = descriptors();
    final long kilobytes = anonymousKilobytes();

    openAndClose(column, ROUNDS);

    assertThat(threads()).isEmpty();
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(anonymousKilobytes()).isLessThan(kilobytes + SLACK_KILOBYTES);
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
    try (Dataset dataset = column().open()) {
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
    try (Dataset dataset = column().open();
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
    try (Dataset dataset = column().open()) {
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
    try (Dataset dataset = column().open()) {
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
  void aFileThatIsCutShortFailsItsBatchBehindTheTransformsToo() {
    TestColumn column = column();
    try (Dataset dataset = column.open();
        Loader loader =
            builder(dataset)
                .shuffle(Shuffle.NONE)
                .readahead(Readahead.parse("backend=pread"))
                .build()) {
      column.cutWithin(1500);
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

  /** Of records that differ in size, a segment of the input and one of the output belong to it. */
  @Test
  void aBatchMakesNoGarbageBesideItsLease() {
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(bean.isThreadAllocatedMemorySupported(), "this JVM does not count");
    try (Dataset dataset = column().open();
        Loader loader =
            builder(dataset).readahead(Readahead.parse("backend=mmap")).batchSize(10).build()) {
      Iterator<Epoch> epochs = loader.epochs(1000).iterator();
      consume(epochs, 20_000);
      List<Thread> threads = new ArrayList<>(threads());
      threads.add(Thread.currentThread());
      long before = allocated(bean, threads);
      long sum = consume(epochs, 10_000);
      long perBatch = (allocated(bean, threads) - before) / 10_000;
      long ofRecords = kind == RecordKind.FIXED ? 0 : 10 * 2 * SEGMENT_BYTES;
      assertThat(perBatch).as("bytes a batch; checksum %d", sum).isLessThan(80 + 8 + ofRecords);
    }
  }
}
