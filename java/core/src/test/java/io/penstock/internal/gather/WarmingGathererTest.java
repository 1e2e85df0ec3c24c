package io.penstock.internal.gather;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotColumn;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WarmingGathererTest {
  private static final int BATCH = 4;
  private static final long MILLI = 1_000_000;

  private final Arena arena = Arena.ofShared();
  private final CountDownLatch warms = new CountDownLatch(1);
  private final AtomicLong time = new AtomicLong();
  private final FakeGatherer cold = new FakeGatherer();
  private final FakeGatherer warm = new FakeGatherer();
  private final PageCacheWarmer warmer = new PageCacheWarmer(pages(), ranges(), 0, () -> true);
  private final WarmingGatherer both =
      new WarmingGatherer(new SlowGatherer(cold), warm, warmer, time::get);
  private volatile boolean isBroken;
  private volatile boolean isThere;
  private long driveMillis;
  private long requests;

  /** One whose device takes time, and has answered so many requests. */
  private final class SlowGatherer extends ForwardingGatherer {
    SlowGatherer(Gatherer reader) {
      super(reader);
    }

    @Override
    public void drive(long wanted, long timeoutNanos) {
      super.drive(wanted, timeoutNanos);
      time.addAndGet(driveMillis * MILLI);
    }

    @Override
    public void statistics(Figures target) {
      super.statistics(target);
      target.counters.set(Statistic.REQUESTS, requests);
    }
  }

  private static List<PageCacheWarmer.Range> ranges() {
    return List.of(new PageCacheWarmer.Range(0, 0, 4096));
  }

  private OpenFiles.FilePages pages() {
    return new OpenFiles.FilePages() {
      @Override
      public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
        return OptionalLong.of(isThere ? 0 : lengthBytes);
      }

      @Override
      public void fetch(int file, long offsetBytes, long lengthBytes) {}

      @Override
      public void populate(int file, long offsetBytes, long lengthBytes) {
        try {
          warms.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        isThere = true;
        if (isBroken) {
          throw new PenstockException(ErrorKind.UNREADABLE, "x.npy: EIO");
        }
      }
    };
  }

  @AfterEach
  void close() {
    warms.countDown();
    warmer.close();
    both.close();
    arena.close();
  }

  @Test
  void batchesComeFromTheReaderFirstAndFromTheMappingOnceAllIsThere() {
    cold.drive(0, 0);
    Slot first = order(1);
    Slot second = order(2);
    finishWarming();

    // What was ordered from the reader is taken from it, and nothing else is ordered before that.
    assertThat(both.room()).isZero();
    take(first, 1);
    take(second, 2);
    assertThat(cold.ordered()).isZero();
    both.drive(0, 0);
    Slot third = order(3);
    assertThat(warm.ordered()).isEqualTo(BATCH);
    assertThat(both.ordered()).isEqualTo(BATCH);
    take(third, 3);

    Figures statistics = new Figures();
    both.statistics(statistics);
    assertThat(statistics.counters.get(Statistic.RECORDS_READ)).isEqualTo(3 * BATCH);
    assertThat(statistics.counters.get(Statistic.BYTES_READ)).isEqualTo(4096);
    assertThat(statistics.counters.get(Statistic.REQUESTS)).isEqualTo(1);
  }

  @Test
  void resettingForgetsBoth() {
    cold.drive(0, 0);
    Slot first = order(1);
    both.reset();
    assertThat(both.ordered()).isZero();
    assertThat(cold.resets).hasValue(1);
    assertThat(warm.resets).hasValue(1);
    finishWarming();
    both.drive(0, 0);
    both.order(first.indices(), BATCH, first);
    take(first, 1);
    assertThat(warm.ordered()).isZero();
  }

  @Test
  void singleRecordsGetATenthOfADeviceThatSeeks() {
    cold.drive(0, 0);
    keepTheDeviceBusy(40);
    time.set(499 * MILLI);
    assertThat(both.room()).as("in the beginning").isPositive();
    time.set(600 * MILLI);
    assertThat(both.room()).as("40 of 600 ms").isPositive();
    keepTheDeviceBusy(80);
    assertThat(both.room()).as("120 of 680 ms").isZero();
    time.set(1201 * MILLI);
    assertThat(both.room()).as("120 of 1201 ms").isPositive();
    time.set(700 * MILLI);
    requests = 100_000;
    assertThat(both.room()).as("a device with many requests a second").isPositive();
    keepTheDeviceBusy(100);
    assertThat(both.room()).as("220 of 800 ms of any device").isZero();
    requests = 0;
    finishWarming();
    both.drive(0, 0);
    assertThat(both.room()).as("all is there").isPositive();
  }

  @Test
  void littleIsOrderedAheadUntilTheWarmerGivesUp() {
    cold.drive(0, 0);
    cold.gate = new CountDownLatch(1);
    for (int i = 0; i < 4; i++) {
      assertThat(both.room()).isPositive();
      order(i);
    }
    assertThat(both.room()).isZero();
    isBroken = true;
    warms.countDown();
    while (!warmer.isOver()) {
      Thread.onSpinWait();
    }
    assertThat(warmer.isStopped()).isTrue();
    assertThat(both.room()).isPositive();
    both.reset();
  }

  private void keepTheDeviceBusy(long millis) {
    cold.gate = new CountDownLatch(1);
    driveMillis = millis;
    Slot slot = order(1);
    both.drive(BATCH, 0);
    driveMillis = 0;
    cold.gate.countDown();
    take(slot, 1);
  }

  private Slot order(long index) {
    MemorySegment columns = arena.allocate(BATCH * Long.BYTES, 4096);
    MemorySegment indices = arena.allocate(BATCH * Long.BYTES, Long.BYTES);
    Slot slot =
        new Slot(0, columns, SlotColumn.fixed(List.of(0L), List.of((long) Long.BYTES)), indices);
    slot.assign(0, 0, BATCH, BATCH);
    for (int i = 0; i < BATCH; i++) {
      slot.indices().setAtIndex(ValueLayout.JAVA_LONG, i, index);
    }
    both.order(slot.indices(), BATCH, slot);
    return slot;
  }

  private void take(Slot slot, long index) {
    both.drive(BATCH, 0);
    assertThat(both.ready()).isGreaterThanOrEqualTo(BATCH);
    both.take(BATCH, slot);
    assertThat(slot.column(0).getAtIndex(ValueLayout.JAVA_LONG, BATCH - 1)).isEqualTo(index);
  }

  private void finishWarming() {
    warms.countDown();
    while (!warmer.isOver()) {
      Thread.onSpinWait();
    }
    assertThat(warmer.isDone()).isTrue();
  }
}
