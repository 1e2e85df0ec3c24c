package io.penstock.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.internal.slot.Slot;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads, sessions, errors: all that does not depend on how records are read. */
@Timeout(60)
class PipelineTest extends PipelineHarness {
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
}
