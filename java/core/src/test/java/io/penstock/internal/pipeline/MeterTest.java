package io.penstock.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotColumn;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is counted for whom, and what a recorder is told when. */
class MeterTest {
  private final List<String> told = new ArrayList<>();
  private final Figures readers = new Figures();
  private final Meter meter =
      new Meter(
          slot -> 100L * slot.size(),
          new LoaderEvents() {
            @Override
            public void asked() {
              told.add("asked");
            }

            @Override
            public void delivered(
                long epoch, long position, int size, long bytes, boolean isFailed, Counters trace) {
              told.add("%d:%d+%d%s".formatted(epoch, position, size, isFailed ? " failed" : ""));
            }

            @Override
            public void epochBegan() {
              told.add("began");
            }

            @Override
            public void epochEnded(long epoch, boolean isComplete, long elapsed, Counters trace) {
              told.add(
                  "%d %s: %d batches, %d records, %d requests"
                      .formatted(
                          epoch,
                          isComplete ? "complete" : "left",
                          trace.get(Statistic.BATCHES),
                          trace.get(Statistic.RECORDS),
                          trace.get(Statistic.REQUESTS)));
            }
          },
          sum -> sum.set(readers));

  private void deliver(long epoch, long position, int size, boolean isLast, boolean isFailed) {
    meter.asked(epoch);
    try (Arena arena = Arena.ofConfined()) {
      Slot slot =
          new Slot(
              0,
              arena.allocate(800),
              SlotColumn.fixed(List.of(0L), List.of(8L)),
              arena.allocate(800));
      slot.assign(epoch, position, size, size);
      slot.readyNanos = System.nanoTime();
      if (isFailed) {
        slot.fail(new PenstockException(ErrorKind.UNREADABLE, "a bad sector"));
      }
      readers.counters.add(Statistic.REQUESTS, 5);
      meter.delivered(slot, isLast);
    }
  }

  @Test
  void anEpochIsFromItsFirstQuestionToItsLastDelivery() {
    meter.begin();
    deliver(4, 0, 10, false, false);
    deliver(4, 10, 7, true, false);
    readers.counters.add(Statistic.REQUESTS, 1000);
    deliver(5, 0, 10, false, false);

    assertThat(told)
        .containsExactly(
            "began",
            "asked",
            "4:0+10",
            "asked",
            "4:10+7",
            "4 complete: 2 batches, 17 records, 10 requests",
            "began",
            "asked",
            "5:0+10");
  }

  @Test
  void whatReadersDoBetweenEpochsCountsForTheNext() {
    meter.begin();
    deliver(0, 0, 1, true, false);
    readers.counters.add(Statistic.REQUESTS, 1000);
    deliver(1, 0, 1, true, false);

    assertThat(told).contains("0 complete: 1 batches, 1 records, 5 requests");
    assertThat(told).contains("1 complete: 1 batches, 1 records, 1005 requests");
  }

  @Test
  void anEpochThatIsLeftEndsWithTheNextSession() {
    meter.begin();
    deliver(0, 0, 1, false, false);
    meter.begin();
    meter.begin();
    deliver(0, 0, 1, true, false);
    meter.endEpoch(false);

    assertThat(told)
        .filteredOn(line -> line.contains("records"))
        .containsExactly(
            "0 left: 1 batches, 1 records, 5 requests",
            "0 complete: 1 batches, 1 records, 5 requests");
  }

  @Test
  void aFailedBatchIsToldAndNotCounted() {
    meter.begin();
    deliver(0, 0, 10, false, true);
    deliver(0, 10, 10, true, false);

    assertThat(told).contains("0:0+10 failed", "0:10+10");
    assertThat(told).contains("0 complete: 1 batches, 10 records, 10 requests");
    assertThat(meter.statistics().counters.get(Statistic.BATCHES)).isEqualTo(1);
    assertThat(meter.statistics().counters.get(Statistic.BYTES)).isEqualTo(1000);
  }

  @Test
  void aBatchThatWasReadyBeforeItWasAskedForLayInTheQueue() {
    meter.begin();
    try (Arena arena = Arena.ofConfined()) {
      Slot slot =
          new Slot(
              0,
              arena.allocate(800),
              SlotColumn.fixed(List.of(0L), List.of(8L)),
              arena.allocate(800));
      slot.assign(0, 0, 3, 3);
      slot.readyNanos = System.nanoTime() - 3_000_000_000L;
      meter.asked(0);
      meter.delivered(slot, false);
      assertThat(slot.trace.get(Statistic.QUEUE)).isGreaterThanOrEqualTo(3_000_000_000L);
      meter.asked(0);
      slot.readyNanos = System.nanoTime();
      meter.delivered(slot, true);

      assertThat(slot.trace.get(Statistic.QUEUE)).isZero();
      assertThat(meter.statistics().counters.get(Statistic.QUEUE))
          .isGreaterThanOrEqualTo(3_000_000_000L);
    }
  }
}
