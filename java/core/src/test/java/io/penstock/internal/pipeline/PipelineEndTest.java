package io.penstock.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.gather.FakeGatherer;
import io.penstock.internal.slot.Slot;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.statistics.Statistic;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Failures, interrupts and closing: what ends a session, a start or a pipeline, and what does not.
 */
@Timeout(60)
class PipelineEndTest extends PipelineHarness {
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
}
