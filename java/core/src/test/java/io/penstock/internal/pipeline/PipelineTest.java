package io.penstock.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.SourceCheck;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.gather.FakeGatherer;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.plan.SlotMemory;
import io.penstock.internal.slot.BatchFiller;
import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads, sessions, errors: all that does not depend on how records are read. */
@Timeout(60)
class PipelineTest {
  private static final int SLOTS = 3;

  private final Arena arena = Arena.ofShared();
  private final List<FakeGatherer> gatherers = new ArrayList<>();
  private final List<Pipeline> pipelines = new ArrayList<>();
  private Runnable sourceCheck = () -> {};

  @AfterEach
  void close() {
    pipelines.forEach(Pipeline::close);
    arena.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false", "1, 100, 1, false", "1000, 7, 1, false", "1000, 7, 2, false",
    "1000, 10, 3, false", "1, 1, 1, true", "1000, 7, 1, true", "1000, 7, 2, true",
    "1000, 10, 3, true", "30000, 64, 1, true", "10, 3, 5, false", "10, 3, 5, true"
  })
  void batchesComeInTheOrderOfTheSampler(
      long recordCount, int batchSize, int threads, boolean hasCells) {
    Sampler sampler = new FullShuffle(recordCount, 5);
    Pipeline pipeline = start(sampler, batchSize, threads, hasCells, gatherer -> {});
    long session = pipeline.begin(3, 6);
    for (long epoch = 3; epoch < 6; epoch++) {
      long position = 0;
      while (pipeline.hasNext(session, epoch)) {
        Slot slot = pipeline.take(session);
        assertThat(slot.epoch()).isEqualTo(epoch);
        assertThat(slot.position()).isEqualTo(position);
        assertThat(slot.size()).isEqualTo((int) Math.min(batchSize, recordCount - position));
        checkRecords(sampler, slot);
        position += slot.size();
        pipeline.release(slot);
      }
      assertThat(position).isEqualTo(recordCount);
    }
  }

  @Test
  void readingGoesOnIntoTheNextEpochBeforeThisOneEnds() {
    Pipeline pipeline = start(new FullShuffle(4, 0), 2, 1, false, gatherer -> {});
    long session = pipeline.begin(0, 2);
    pipeline.release(pipeline.take(session));
    Slot last = pipeline.take(session);

    assertThat(pipeline.hasNext(session, 0)).isFalse();
    // Three slots: two are taken or out, and the third holds a batch of the next epoch.
    long next = pipeline.begin(1, 2);
    assertThatIllegalStateException().isThrownBy(() -> pipeline.take(session));
    assertThat(pipeline.take(next).epoch()).isEqualTo(1);
    pipeline.release(last);
    assertThat(gatherers.getFirst().resets).hasValue(1);
  }

  @Test
  void anIterationThatHasTakenNothingIsEndedByTheNextAllTheSame() {
    Pipeline pipeline = start(new FullShuffle(100, 1), 10, 1, false, gatherer -> {});
    long former = pipeline.begin(0, 1);
    long session = pipeline.begin(0, 1);

    assertThatIllegalStateException()
        .isThrownBy(() -> pipeline.take(former))
        .withMessageContaining("another one was started");
    assertThatIllegalStateException().isThrownBy(() -> pipeline.hasNext(former, 0));
    assertThat(drain(pipeline, session, 0)).isEqualTo(10);
    assertThat(gatherers.getFirst().resets).hasValue(1);
  }

  @Test
  void withoutCellsNothingIsOrderedBeyondTheSlots() {
    Pipeline pipeline = start(new FullShuffle(1000, 0), 10, 1, false, gatherer -> {});
    drain(pipeline, pipeline.begin(0, 1), 0);

    assertThat(gatherers.getFirst().mostOrdered).isEqualTo(10L * SLOTS);
  }

  @Test
  void withCellsRecordsAreOrderedAsFarAheadAsThereIsRoom() {
    Pipeline pipeline =
        start(new FullShuffle(1000, 0), 10, 1, true, gatherer -> gatherer.capacity = 455);
    drain(pipeline, pipeline.begin(0, 3), 0);

    assertThat(gatherers.getFirst().mostOrdered).isEqualTo(450);
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void aBatchThatCannotBeReadFailsAloneAndTheNextOnesFollow(boolean hasCells) {
    Sampler sampler = new FullShuffle(100, 1);
    long failing = sampler.index(0, 25);
    Pipeline pipeline =
        start(sampler, 10, 1, hasCells, gatherer -> gatherer.fails = index -> index == failing);
    long session = pipeline.begin(0, 1);
    for (int batch = 0; batch < 10; batch++) {
      Slot slot = pipeline.take(session);
      if (batch == 2) {
        assertThat(slot.failure()).hasMessage("x.npy: record " + failing + ": EIO");
      } else {
        assertThat(slot.failure()).isNull();
        checkRecords(sampler, slot);
      }
      pipeline.release(slot);
    }
    assertThat(pipeline.hasNext(session, 0)).isFalse();
    assertThat(pipeline.statistics().counters.get(Statistic.BATCHES)).isEqualTo(9);
    assertThat(pipeline.statistics().counters.get(Statistic.RECORDS)).isEqualTo(90);
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void aBrokenReaderEndsTheSessionButNotThePipeline(boolean hasCells) {
    Sampler sampler = new FullShuffle(1000, 1);
    Pipeline pipeline = start(sampler, 10, 1, hasCells, gatherer -> {});
    long broken = pipeline.begin(0, 1);
    Slot first = pipeline.take(broken);
    gatherers.getFirst().broken = new IllegalStateException("the device is gone");
    pipeline.release(first);

    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> drain(pipeline, broken, 0))
        .withMessageContaining("the device is gone")
        .withRootCauseInstanceOf(IllegalStateException.class);
    assertThatExceptionOfType(PenstockException.class).isThrownBy(() -> pipeline.take(broken));

    gatherers.getFirst().broken = null;
    assertThat(drain(pipeline, pipeline.begin(0, 1), 0)).isEqualTo(100);
  }

  @Test
  void anErrorOfTheReadingThreadReachesTheConsumer() {
    Pipeline pipeline =
        start(
            new FullShuffle(10, 1),
            10,
            1,
            false,
            gatherer ->
                gatherer.fails =
                    index -> {
                      throw new StackOverflowError("as if");
                    });
    long session = pipeline.begin(0, 1);

    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> pipeline.take(session))
        .withRootCauseInstanceOf(StackOverflowError.class);
  }

  @Test
  void aFailureToOpenIsThrownByStartAndLeavesNoThread() {
    Pipeline pipeline =
        pipeline(
            new FullShuffle(10, 1),
            10,
            2,
            false,
            () -> {
              throw new PenstockException(ErrorKind.UNREADABLE, "no such backend");
            });

    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(pipeline::start)
        .withMessage("no such backend");
    assertThatIllegalStateException().isThrownBy(() -> pipeline.begin(0, 1));
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "3, false"})
  void aNewSessionDeliversNothingOfTheFormer(int threads, boolean hasCells) {
    Sampler sampler = new FullShuffle(500, 1);
    Pipeline pipeline = start(sampler, 7, threads, hasCells, gatherer -> {});
    for (int round = 0; round < 50; round++) {
      long session = pipeline.begin(round, round + 2);
      for (int batch = 0; batch < round % 5; batch++) {
        Slot slot = pipeline.take(session);
        assertThat(slot.epoch()).isEqualTo(round);
        assertThat(slot.position()).isEqualTo(7L * batch);
        checkRecords(sampler, slot);
        pipeline.release(slot);
      }
    }
  }

  @Test
  void slotsThatAreOutDuringANewSessionComeBackIntoIt() {
    Pipeline pipeline = start(new FullShuffle(100, 1), 10, 1, false, gatherer -> {});
    long former = pipeline.begin(0, 1);
    Slot first = pipeline.take(former);
    Slot second = pipeline.take(former);
    long session = pipeline.begin(1, 2);
    assertThatIllegalStateException()
        .isThrownBy(() -> pipeline.take(former))
        .withMessageContaining("another one was started");
    pipeline.release(first);
    pipeline.release(second);

    assertThat(drain(pipeline, session, 1)).isEqualTo(10);
  }

  @Test
  void aChangedFileEndsTheEpochBeforeItsLastBatch() {
    AtomicInteger checks = new AtomicInteger();
    sourceCheck =
        () -> {
          if (checks.incrementAndGet() > 1) {
            throw new PenstockException(ErrorKind.UNREADABLE, "x.npy was replaced");
          }
        };
    Pipeline pipeline = start(new FullShuffle(30, 1), 10, 1, false, gatherer -> {});
    long session = pipeline.begin(0, 1);
    pipeline.release(pipeline.take(session));
    pipeline.release(pipeline.take(session));

    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> pipeline.take(session))
        .withMessage("x.npy was replaced");
  }

  @Test
  void aFileThatChangedBeforeTheEpochDeliversNoBatchOfIt() {
    sourceCheck =
        () -> {
          throw new PenstockException(ErrorKind.UNREADABLE, "x.npy was replaced");
        };
    Pipeline pipeline = start(new FullShuffle(30, 1), 10, 2, false, gatherer -> {});

    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> pipeline.take(pipeline.begin(0, 1)))
        .withMessage("x.npy was replaced");
  }

  @Test
  void closingWakesAWaitingConsumer() throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    Pipeline pipeline =
        start(new FullShuffle(30, 1), 10, 1, false, gatherer -> gatherer.gate = gate);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread consumer = consume(pipeline, thrown);
    pipeline.close();
    consumer.join();

    assertThat(thrown.get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the loader is closed");
    assertThat(gatherers.getFirst().isClosed).isTrue();
  }

  @Test
  void interruptingAWaitingConsumerEndsItsWaitAndNothingElse() throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    Pipeline pipeline =
        start(new FullShuffle(30, 1), 10, 1, false, gatherer -> gatherer.gate = gate);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread consumer = consume(pipeline, thrown);
    consumer.interrupt();
    consumer.join();

    assertThat(thrown.get())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("interrupted");
    gate.countDown();
    assertThat(drain(pipeline, pipeline.begin(0, 1), 0)).isEqualTo(3);
  }

  @Test
  void interruptingTheStartEndsItAndTheThreads() {
    Thread starter = Thread.currentThread();
    Pipeline pipeline =
        pipeline(
            new FullShuffle(30, 1),
            10,
            2,
            false,
            () -> {
              // Not open before the interrupt was noticed.
              while (starter.isInterrupted()) {
                Thread.onSpinWait();
              }
              return new FakeGatherer();
            });
    starter.interrupt();

    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(pipeline::start)
        .withMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThatIllegalStateException().isThrownBy(() -> pipeline.begin(0, 1));
  }

  @Test
  void closingTwiceAndWithSlotsOutIsAllowed() {
    Pipeline pipeline = start(new FullShuffle(30, 1), 10, 2, false, gatherer -> {});
    Slot slot = pipeline.take(pipeline.begin(0, 1));
    pipeline.close();
    pipeline.close();
    pipeline.release(slot);

    assertThatIllegalStateException().isThrownBy(() -> pipeline.begin(0, 1));
    assertThat(gatherers).allMatch(gatherer -> gatherer.isClosed);
  }

  @Test
  void aConsumerThatTakesItsTimeLosesNothing() {
    // The reading thread runs into every pause it has: all slots published, all cells full.
    Sampler sampler = new FullShuffle(2000, 1);
    Pipeline pipeline = start(sampler, 10, 1, true, gatherer -> gatherer.capacity = 100);
    long session = pipeline.begin(0, 1);
    for (int batch = 0; batch < 200; batch++) {
      while (batch == 0 && gatherers.getFirst().mostOrdered < 100) {
        Thread.onSpinWait();
      }
      Slot slot = pipeline.take(session);
      checkRecords(sampler, slot);
      pipeline.release(slot);
    }
    assertThat(pipeline.hasNext(session, 0)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void roomForOneBatchAtATimeIsEnough(int threads) {
    Sampler sampler = new FullShuffle(100_000, 1);
    Pipeline pipeline = start(sampler, 10, threads, true, gatherer -> gatherer.capacity = 15);

    assertThat(drain(pipeline, pipeline.begin(0, 1), 0)).isEqualTo(10_000);
  }

  // ---- helpers --------------------------------------------------------------------------------

  private Pipeline start(
      Sampler sampler, int batchSize, int threads, boolean hasCells, Consumer<FakeGatherer> setUp) {
    Pipeline pipeline =
        pipeline(
            sampler,
            batchSize,
            threads,
            hasCells,
            () -> {
              FakeGatherer gatherer = new FakeGatherer();
              setUp.accept(gatherer);
              synchronized (gatherers) {
                gatherers.add(gatherer);
              }
              return gatherer;
            });
    pipeline.start();
    return pipeline;
  }

  private Pipeline pipeline(
      Sampler sampler, int batchSize, int threads, boolean hasCells, Supplier<Gatherer> opener) {
    List<ReaderThreadParts> parts = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      List<Slot> slots = new ArrayList<>();
      for (int i = 0; i < SLOTS; i++) {
        long bytes = (long) batchSize * Long.BYTES;
        slots.add(
            new Slot(
                thread,
                arena.allocate(bytes, Long.BYTES),
                List.of(0L),
                List.of((long) Long.BYTES),
                arena.allocate(bytes, Long.BYTES)));
      }
      Ordering.Maker ordering =
          hasCells
              ? Ordering.intoCells(arena.allocate(SlotMemory.orderBytes(batchSize), Long.BYTES))
              : Ordering.intoSlots(BatchFiller.WHOLE);
      SourceCheck check = new SourceCheck(() -> sourceCheck.run());
      parts.add(new ReaderThreadParts(slots, ordering, opener, check));
    }
    Pipeline pipeline =
        new Pipeline(
            RankShares.of(Partition.whole(batchSize), sampler, null), parts, LoaderEvents.NONE);
    pipelines.add(pipeline);
    return pipeline;
  }

  /** A thread that waits for a batch that does not come. */
  private static Thread consume(Pipeline pipeline, AtomicReference<Throwable> thrown) {
    Thread consumer =
        new Thread(
            () -> {
              try {
                pipeline.take(pipeline.begin(0, 1));
              } catch (RuntimeException e) {
                thrown.set(e);
              }
            });
    consumer.start();
    while (consumer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return consumer;
  }

  private static int drain(Pipeline pipeline, long session, long epoch) {
    int batches = 0;
    while (pipeline.hasNext(session, epoch)) {
      pipeline.release(pipeline.take(session));
      batches++;
    }
    return batches;
  }

  private static void checkRecords(Sampler sampler, Slot slot) {
    assertThat(slot.column(0).byteSize()).isEqualTo((long) slot.size() * Long.BYTES);
    for (int i = 0; i < slot.size(); i++) {
      long expected = sampler.index(slot.epoch(), slot.position() + i);
      assertThat(slot.column(0).getAtIndex(ValueLayout.JAVA_LONG, i)).isEqualTo(expected);
      assertThat(slot.indices().getAtIndex(ValueLayout.JAVA_LONG, i)).isEqualTo(expected);
    }
  }
}
