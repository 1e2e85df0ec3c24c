package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.penstock.options.Shuffle;
import io.penstock.sampler.Sampler;
import io.penstock.transform.Transform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Closing while something of the loader's user is running, and by what the loader itself calls. */
@Timeout(120)
class ClosingTest {
  private static final String SECONDS = "penstock.closeSeconds";

  @TempDir Path directory;

  private Dataset dataset() {
    return Dataset.open(TestArray.random(directory.resolve("x.npy"), 1000, 64, 1).path());
  }

  private static Transform calling(Runnable action) {
    return Transform.ofRecords("calling", List.of("x"), List.of(), record -> action.run());
  }

  private static void awaitForEver(CountDownLatch latch) {
    boolean isOver = false;
    while (!isOver) {
      try {
        latch.await();
        isOver = true;
      } catch (InterruptedException e) {
        // As a native call that nothing interrupts.
      }
    }
  }

  @Test
  void aTransformThatDoesNotReturnIsNamedAndKeepsItsMemoryUntilItDoes() throws Exception {
    CountDownLatch isRunning = new CountDownLatch(1);
    CountDownLatch isOver = new CountDownLatch(1);
    System.setProperty(SECONDS, "1");
    try {
      Dataset dataset = dataset();
      Loader loader =
          dataset
              .loader()
              .memoryBytes(16 << 20)
              .transform(
                  calling(
                      () -> {
                        isRunning.countDown();
                        awaitForEver(isOver);
                      }))
              .build();
      Loader other = dataset.loader().memoryBytes(16 << 20).build();
      Iterator<Batch> _ = loader.epoch(0).iterator();
      isRunning.await();
      assertThatIllegalStateException()
          .isThrownBy(loader::close)
          .withMessageContaining("expected a transform to return within 1 s")
          .withMessageContaining("penstock-transform-")
          .satisfies(
              e ->
                  assertThat(e.getCause().getStackTrace())
                      .anyMatch(frame -> frame.getMethodName().equals("awaitForEver")));
      assertThatIllegalStateException().isThrownBy(dataset::close);
      // One that cannot be closed does not keep the others open.
      assertThatIllegalStateException().isThrownBy(() -> other.epoch(0));
      isOver.countDown();
      dataset.close();
      loader.close();
    } finally {
      System.clearProperty(SECONDS);
    }
  }

  @Test
  void aSamplerThatDoesNotReturnIsNamedToo() throws Exception {
    CountDownLatch isRunning = new CountDownLatch(1);
    CountDownLatch isOver = new CountDownLatch(1);
    System.setProperty(SECONDS, "1");
    try (Dataset dataset = dataset()) {
      Loader loader =
          dataset
              .loader()
              .memoryBytes(16 << 20)
              .sampler(
                  order(
                      () -> {
                        isRunning.countDown();
                        awaitForEver(isOver);
                      }))
              .build();
      Iterator<Batch> _ = loader.epoch(0).iterator();
      isRunning.await();
      assertThatIllegalStateException()
          .isThrownBy(loader::close)
          .withMessageContaining("expected a sampler or a read to return within 1 s")
          .withMessageContaining("ClosingTest.awaitForEver")
          .withMessageContaining("penstock-reader-");
      isOver.countDown();
    } finally {
      System.clearProperty(SECONDS);
    }
  }

  private static Sampler order(Runnable action) {
    return new Sampler() {
      @Override
      public long recordCount() {
        return 1000;
      }

      @Override
      public long positionCount() {
        return 1000;
      }

      @Override
      public String description() {
        return "calling/1";
      }

      @Override
      public long index(long epoch, long position) {
        action.run();
        return position;
      }
    };
  }

  /** What the loader itself calls must not close it, and if it tries nothing has happened. */
  private void checkRefused(Consumer<Runnable> use, Dataset dataset, AtomicReference<Loader> own) {
    List<Throwable> refused = new ArrayList<>();
    Runnable closing =
        () -> {
          for (AutoCloseable closeable : List.of(own.get(), dataset)) {
            try {
              closeable.close();
            } catch (Exception e) {
              synchronized (refused) {
                refused.add(e);
              }
            }
          }
        };
    use.accept(closing);
    assertThat(refused).hasSizeGreaterThanOrEqualTo(2);
    assertThat(refused)
        .allSatisfy(
            e ->
                assertThat(e)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a loader must not be closed by its own"));
    own.get().close();
  }

  @Test
  void aTransformCannotCloseItsLoader() {
    try (Dataset dataset = dataset()) {
      AtomicReference<Loader> own = new AtomicReference<>();
      checkRefused(
          closing -> {
            own.set(dataset.loader().batchSize(100).transform(calling(closing)).build());
            assertThat(count(own.get())).isEqualTo(1000);
          },
          dataset,
          own);
    }
  }

  @Test
  void aSamplerCannotCloseItsLoader() {
    try (Dataset dataset = dataset()) {
      AtomicReference<Loader> own = new AtomicReference<>();
      checkRefused(
          closing -> {
            own.set(dataset.loader().batchSize(100).sampler(order(closing)).build());
            assertThat(count(own.get())).isEqualTo(1000);
          },
          dataset,
          own);
    }
  }

  @Test
  void aProgressSinkCannotCloseItsLoader() {
    try (Dataset dataset = dataset()) {
      AtomicReference<Loader> own = new AtomicReference<>();
      checkRefused(
          closing -> {
            own.set(dataset.loader().batchSize(1).build());
            own.get().progress(Duration.ofMillis(1), line -> closing.run());
            for (int epoch = 0; epoch < 20; epoch++) {
              assertThat(count(own.get())).isEqualTo(1000);
            }
          },
          dataset,
          own);
    }
  }

  private static int count(Loader loader) {
    int count = 0;
    for (Batch batch : loader.epoch(0)) {
      count += batch.size();
    }
    return count;
  }

  @Test
  void anActionOfClosingMayCloseAgainWhichDoesNothing() {
    Dataset dataset = dataset();
    Loader loader = dataset.loader().batchSize(100).build();
    MemorySegment memory = loader.epoch(0).iterator().next().retain().column("x");
    List<String> done = new ArrayList<>();
    loader.beforeClose(
        () -> {
          loader.close();
          done.add("alive: " + memory.scope().isAlive());
        });
    loader.close();
    assertThat(done).containsExactly("alive: true");
    assertThat(memory.scope().isAlive()).isFalse();
    dataset.close();
  }

  @Test
  void twoThreadsMayCloseAtOnceAndActionsRunOneAfterTheOther() throws Exception {
    Dataset dataset = dataset();
    Loader loader = dataset.loader().batchSize(100).build();
    CountDownLatch isClosing = new CountDownLatch(1);
    List<Thread> running = new ArrayList<>();
    loader.beforeClose(
        () -> {
          assertThat(running).isEmpty();
          running.add(Thread.currentThread());
          isClosing.countDown();
          long end = System.nanoTime() + 50_000_000;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          running.clear();
        });
    List<Throwable> failures = new ArrayList<>();
    Thread other = Thread.ofPlatform().unstarted(dataset::close);
    other.setUncaughtExceptionHandler((thread, e) -> failures.add(e));
    other.start();
    isClosing.await();
    loader.close();
    other.join();
    assertThat(failures).isEmpty();
  }

  @Test
  void whatATransformKeptIsGivenBackOnceItHasReturned() throws Exception {
    CountDownLatch isRunning = new CountDownLatch(1);
    CountDownLatch isOver = new CountDownLatch(1);
    System.setProperty(SECONDS, "1");
    try (Dataset dataset = dataset()) {
      MemorySegment memory = abandon(dataset, isRunning, isOver);
      assertThat(memory.scope().isAlive()).isTrue();
      isOver.countDown();
      // Nobody has the loader any more: it is closed in the background.
      Collected.await(() -> !memory.scope().isAlive());
      assertThatIllegalStateException().isThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0));
    } finally {
      System.clearProperty(SECONDS);
    }
  }

  /** As a try statement does, that closes once. */
  private static MemorySegment abandon(
      Dataset dataset, CountDownLatch isRunning, CountDownLatch isOver) throws Exception {
    MemorySegment memory = null;
    try (Loader loader =
        dataset
            .loader()
            .shuffle(Shuffle.NONE)
            .batchSize(100)
            .transformThreads(1)
            .memoryBytes(16 << 20)
            .transform(
                Transform.ofRecords(
                    "held",
                    List.of("x"),
                    List.of(),
                    record -> {
                      if (record.index() == 500) {
                        isRunning.countDown();
                        awaitForEver(isOver);
                      }
                    }))
            .build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      memory = batches.next().column("x");
      isRunning.await();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("expected a transform to return");
    }
    MemorySegment kept = memory;
    assertThatNoException().isThrownBy(() -> kept.get(ValueLayout.JAVA_BYTE, 0));
    return memory;
  }
}
