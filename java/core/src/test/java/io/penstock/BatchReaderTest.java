package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.job.LoaderState;
import io.penstock.options.Shuffle;
import io.penstock.transform.RecordTransform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class BatchReaderTest {
  private static final int RECORDS = 100;
  private static final int BATCH = 10;
  private static final Duration LONG = Duration.ofSeconds(50);

  @TempDir Path directory;

  private Dataset dataset;

  @BeforeEach
  void write() {
    dataset = Dataset.open(TestArray.random(directory.resolve("x.npy"), RECORDS, 64, 1).path());
  }

  @AfterEach
  void close() {
    dataset.close();
  }

  static Stream<Way> ways() {
    return Way.all();
  }

  private static LoaderBuilder small(LoaderBuilder builder) {
    return builder.batchSize(BATCH).memoryBytes(4 << 20).shuffle(Shuffle.NONE);
  }

  private LoaderBuilder loader() {
    return small(dataset.loader());
  }

  private static List<Long> firsts(BatchReader reader) {
    List<Long> all = new ArrayList<>();
    while (reader.hasNext()) {
      all.add(reader.next().index(0));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aReaderGivesTheBatchesOfTheLoop(Way way) {
    try (Loader loader = small(way.loader(dataset)).build();
        BatchReader reader = loader.read(0)) {
      assertThat(firsts(reader)).containsExactly(0L, 10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L, 90L);
      assertThat(reader.hasNext()).isFalse();
      assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(reader::next);
      assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(() -> reader.poll(LONG));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aLoopThatIsLeftEndsReadingAndAnotherEpochCanBegin(Way way) {
    try (Loader loader = small(way.loader(dataset)).build()) {
      Batch left;
      Batch kept;
      LoaderState state;
      BatchReader reader = loader.read(0);
      try (reader) {
        kept = reader.next().retain();
        left = reader.next();
        state = loader.state();
      }
      assertThatIllegalStateException().isThrownBy(() -> left.column("x"));
      assertThat(kept.index(3)).isEqualTo(3);
      assertThatIllegalStateException()
          .isThrownBy(reader::hasNext)
          .withMessage("this reader of epoch 0 is closed");
      assertThatIllegalStateException().isThrownBy(reader::next);
      assertThat(loader.state()).isEqualTo(state);
      reader.close();
      kept.close();
      try (BatchReader again = loader.read(0)) {
        assertThat(firsts(again)).hasSize(10);
      }
    }
  }

  @Test
  void nothingIsTransformedAnyMoreOnceTheReaderIsClosed() throws Exception {
    AtomicLong transformed = new AtomicLong();
    CountDownLatch isTwo = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    RecordTransform counts =
        record -> {
          transformed.incrementAndGet();
          if (record.index() == 2 * BATCH) {
            isTwo.countDown();
            goOn.await();
          }
        };
    try (Loader loader =
        loader()
            .transformThreads(1)
            .transform("x", OutputColumn.of("y", ElementType.UINT8), counts)
            .build()) {
      BatchReader reader = loader.read(0);
      reader.next();
      isTwo.await();
      reader.close();
      goOn.countDown();
      try (BatchReader next = loader.read(1)) {
        assertThat(firsts(next)).hasSize(10);
      }
      // Two batches and a part of the third, then the whole of the next epoch.
      assertThat(transformed.get()).isBetween(2L * BATCH + 1, 3L * BATCH + RECORDS);
    }
  }

  @Test
  void aReaderOfAnEndedEpochDoesNotDisturbTheNextOneThatIsReadAhead() {
    AtomicLong transformed = new AtomicLong();
    try (Loader loader =
        loader()
            .transform(
                "x", OutputColumn.of("y", ElementType.UINT8), _ -> transformed.incrementAndGet())
            .build()) {
      List<Integer> counts = new ArrayList<>();
      for (Epoch epoch : loader.epochs(3)) {
        try (BatchReader reader = epoch.read()) {
          counts.add(firsts(reader).size());
        }
      }
      assertThat(counts).containsExactly(10, 10, 10);
      assertThat(transformed.get()).as("each record once").isEqualTo(3L * RECORDS);
    }
  }

  @Test
  void aWaitWithALimitEndsAndTheSameBatchComesLater() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    RecordTransform waits = _ -> goOn.await();
    try (Loader loader =
            loader().transform("x", OutputColumn.of("y", ElementType.UINT8), waits).build();
        BatchReader reader = loader.read(0)) {
      assertThat(reader.poll(Duration.ofMillis(1))).isEmpty();
      assertThat(reader.poll(Duration.ZERO)).isEmpty();
      assertThat(reader.poll(Duration.ofSeconds(Long.MIN_VALUE))).isEmpty();
      assertThat(reader.hasNext()).isTrue();
      goOn.countDown();
      Optional<Batch> batch = reader.poll(Duration.ofSeconds(Long.MAX_VALUE));
      assertThat(batch).hasValueSatisfying(b -> assertThat(b.index(0)).isZero());
      assertThat(firsts(reader)).hasSize(9);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void pollingGivesAllBatches(Way way) {
    try (Loader loader = small(way.loader(dataset)).build();
        BatchReader reader = loader.read(0)) {
      int batches = 0;
      while (reader.hasNext()) {
        batches += reader.poll(LONG).isPresent() ? 1 : 0;
      }
      assertThat(batches).isEqualTo(10);
    }
  }

  @Test
  void itGoesOnAfterABatchThatFailed() throws IOException {
    RecordTransform fails =
        record -> {
          if (record.index() == 25) {
            throw new IOException("no luck");
          }
        };
    try (Loader loader =
            loader().transform("x", OutputColumn.of("y", ElementType.UINT8), fails).build();
        BatchReader reader = loader.read(0)) {
      int good = 0;
      int bad = 0;
      while (reader.hasNext()) {
        try {
          reader.next();
          good++;
        } catch (PenstockException e) {
          assertThat(e.kind()).isEqualTo(ErrorKind.TRANSFORM_FAILED);
          assertThat(e.recordIndex()).hasValue(25);
          bad++;
        }
      }
      assertThat(good).isEqualTo(9);
      assertThat(bad).isEqualTo(1);
    }
  }

  @Test
  void closingEndsTheWaitOfAnotherThread() throws Exception {
    CountDownLatch isWaiting = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    RecordTransform waits =
        _ -> {
          isWaiting.countDown();
          goOn.await();
        };
    try (Loader loader =
        loader().transform("x", OutputColumn.of("y", ElementType.UINT8), waits).build()) {
      BatchReader reader = loader.read(0);
      CompletableFuture<Batch> waiting = CompletableFuture.supplyAsync(reader::next);
      isWaiting.await();
      reader.close();
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> waiting.get(50, TimeUnit.SECONDS))
          .withCauseInstanceOf(IllegalStateException.class)
          .withMessageContaining("this reader of epoch 0 is closed");
      goOn.countDown();
    }
  }

  @Test
  void closingItAfterTheLoaderDoesNothing() {
    Loader loader = loader().build();
    BatchReader reader = loader.read(0);
    reader.next();
    loader.close();
    reader.close();
    reader.close();
    assertThatIllegalStateException().isThrownBy(() -> loader.read(1));
  }
}
