package io.penstock.internal.gather;

import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * Gathers batches while a {@link PageCacheWarmer} reads the files: record by record until all of it
 * is in the page cache, from the mapping from then on. Where the files allow it, records are read
 * past the page cache: each that is read through it leaves a page there, around which the kernel
 * makes only small ones when the warmer comes by. Gathering from those took three times as long.
 *
 * <p>What it owns: a gatherer for either time. There is one change between them, and none while
 * batches are ordered from the first: so each batch is taken from where it was ordered. Reading
 * records one by one takes the device from the warmer, so little is ordered ahead, and where each
 * request is dear (a hard disk seeks), single records get a tenth of the time, otherwise a quarter.
 */
public final class WarmingGatherer implements Gatherer {
  /** While fewer records than this are being read, the next batch is ordered. */
  private static final int FEW_RECORDS = 16;

  /** In the beginning nothing is held back: the consumer waits for the first batch. */
  private static final long FREE_NANOS = 500_000_000;

  /** A device that takes longer for a request, with so many in flight, is one that seeks. */
  private static final long DEAR_NANOS = 500_000;

  /** Of a device that seeks, single records get this part of the time. */
  private static final int DEAR_SHARE = 10;

  /**
   * Of any other, this part: a record read by itself takes three times the processor time of one
   * from the mapping, which the warmer and the consumer want as well.
   */
  private static final int SHARE = 4;

  private final Gatherer cold;
  private final Gatherer warm;
  private final PageCacheWarmer warmer;
  private final LongSupplier clock;
  private final boolean isCounting;
  private final Figures scratch = new Figures();
  private long startNanos;
  private boolean isStarted;
  private long busyNanos;

  /**
   * Takes both gatherers over; the calling thread owns it.
   *
   * @param cold reads from the device, and orders with slots
   * @param warm gathers from the mapping
   * @param warmer is started when something is ordered
   */
  public WarmingGatherer(Gatherer cold, Gatherer warm, PageCacheWarmer warmer) {
    this(cold, warm, warmer, System::nanoTime);
  }

  WarmingGatherer(Gatherer cold, Gatherer warm, PageCacheWarmer warmer, LongSupplier clock) {
    this.cold = cold;
    this.warm = warm;
    this.warmer = warmer;
    this.clock = clock;
    this.isCounting = warmer.claimCounts();
  }

  @Override
  public long room() {
    if (!warmer.isDone()) {
      return mustHoldBack() ? 0 : cold.room(); // all of it once the warmer has given up
    }
    return cold.ordered() > 0 ? 0 : warm.room();
  }

  /** Whether single records have had their share of a device for which they are dear. */
  private boolean mustHoldBack() {
    if (!isStarted || warmer.isOver()) {
      return false;
    }
    if (cold.ordered() - cold.ready() >= FEW_RECORDS) {
      return true;
    }
    long elapsed = clock.getAsLong() - startNanos;
    if (elapsed < FREE_NANOS || busyNanos < elapsed / DEAR_SHARE) {
      return false;
    }
    cold.statistics(scratch);
    return busyNanos > DEAR_NANOS * scratch.counters.get(Statistic.REQUESTS)
        || busyNanos >= elapsed / SHARE;
  }

  @Override
  public void order(MemorySegment indices, int count, Slot slot) {
    if (warmer.isDone() && cold.ordered() == 0) {
      warm.order(indices, count, slot);
      return;
    }
    if (!isStarted) {
      isStarted = true;
      startNanos = clock.getAsLong();
      warmer.start();
    }
    cold.order(indices, count, slot);
  }

  @Override
  public void drive(long wanted, long timeoutNanos) {
    if (cold.ordered() == 0 && warmer.isDone()) {
      warm.drive(wanted, timeoutNanos);
      return;
    }
    boolean isBusy = cold.ready() < cold.ordered();
    long start = clock.getAsLong();
    cold.drive(wanted, timeoutNanos);
    if (isBusy) {
      busyNanos += clock.getAsLong() - start;
    }
  }

  @Override
  public long ready() {
    return cold.ordered() > 0 ? cold.ready() : warm.ready();
  }

  @Override
  public long ordered() {
    return cold.ordered() + warm.ordered();
  }

  @Override
  public long inFlight() {
    return cold.inFlight();
  }

  @Override
  public boolean readsInBackground() {
    return cold.ordered() == 0 || cold.readsInBackground();
  }

  @Override
  public void take(int count, Slot slot) {
    (cold.ordered() > 0 ? cold : warm).take(count, slot);
  }

  @Override
  public void reset() {
    cold.reset();
    warm.reset();
  }

  @Override
  public void statistics(Figures target) {
    warm.statistics(scratch);
    cold.statistics(target);
    Counters counters = target.counters;
    counters.add(Statistic.RECORDS_READ, scratch.counters.get(Statistic.RECORDS_READ));
    counters.add(Statistic.BYTES_FINISHED, scratch.counters.get(Statistic.BYTES_FINISHED));
    counters.add(Statistic.BYTES_WANTED, scratch.counters.get(Statistic.BYTES_WANTED));
    counters.add(Statistic.COPY, scratch.counters.get(Statistic.COPY));
    if (isCounting) {
      counters.add(Statistic.REQUESTS, warmer.requests());
      counters.add(Statistic.BYTES_READ, warmer.readBytes());
      counters.add(Statistic.CPU, warmer.cpuNanos());
    }
  }

  @Override
  public void close() {
    try {
      warm.close();
    } finally {
      cold.close();
    }
  }
}
