package io.penstock.internal.pipeline;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.dataset.SourceCheck;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotQueue;
import io.penstock.statistics.Statistic;
import java.util.function.Supplier;

/**
 * One reading thread: orders records far ahead, moves reading along, and hands on finished batches.
 *
 * <p>What it owns: a gatherer, from opening to closing, and a share of the slots. Of {@code n}
 * reading threads each makes every n-th batch. {@link Ordering} is what differs between the plans.
 * A batch that could not be read is handed on with its failure; any other failure ends the session,
 * never the thread. It must not touch what the {@link Pipeline} guards except through its methods,
 * nor allocate while it is reading.
 */
public final class ReaderThread implements Runnable {
  /** The longest wait for the device in one call: closing the loader waits for this thread. */
  private static final long DRIVE_TIMEOUT_NANOS = 10_000_000;

  /** Pauses while there is nothing to do but wait for the consumer; reading goes on after each. */
  private static final int LEAST_PAUSE_MILLIS = 1;

  private static final int MOST_PAUSE_MILLIS = 8;

  private final int number;
  private final int threadCount;
  private final Pipeline pipeline;
  private final Supplier<Gatherer> opener;
  private final SourceCheck check;
  private final Ordering.Maker orderingMaker;

  // Used by this thread only.
  private final SlotQueue free;
  private final BatchCursor orderCursor;
  private final BatchCursor takeCursor;

  /** What the gatherer did, and this thread beside it. */
  private final Figures statistics = new Figures();

  private final Counters own = new Counters();
  private Gatherer gatherer;
  private Ordering ordering;
  private boolean isReading;

  /** A batch that is being copied to this slot while reading goes on; null: none is. */
  private Slot begun;

  private int pauseMillis = Pipeline.UNTIL_NOTIFIED;
  private long pausedNanos;

  /** Guarded by the pipeline, and only used by it. */
  final FinishedBatches outlet;

  ReaderThread(
      int number, int threadCount, Pipeline pipeline, RankShares shares, ReaderThreadParts parts) {
    this.number = number;
    this.threadCount = threadCount;
    this.pipeline = pipeline;
    this.opener = parts.opener();
    this.check = parts.check();
    this.orderingMaker = parts.ordering();
    this.free = new SlotQueue(parts.slots().size());
    this.orderCursor = new BatchCursor(shares);
    this.takeCursor = new BatchCursor(shares);
    this.outlet = new FinishedBatches(parts.slots().size());
    parts.slots().forEach(free::add);
  }

  @Override
  public void run() {
    try {
      gatherer = opener.get();
      try {
        ordering = orderingMaker.make(shared());
        read();
      } finally {
        close();
      }
    } catch (Throwable t) {
      // Opening or closing failed: nothing else makes the loop throw.
      pipeline.died(this, t);
    }
  }

  private Ordering.Shared shared() {
    return new Ordering.Shared(
        gatherer, threadCount, orderCursor, free, () -> pipeline.isDry(this), own);
  }

  private void read() {
    long left = gatherer.prepare();
    while (left > 0) {
      if (!pipeline.preparing(this, left)) {
        return;
      }
      left = gatherer.prepare();
    }
    pipeline.opened(this);
    while (awaitWork()) {
      work();
    }
  }

  /**
   * Only this thread can close its reader, so it keeps trying until the device answers. Closing the
   * pipeline waits for a limited time; trying again later finds the reader closed.
   */
  private void close() {
    boolean isClosed = false;
    while (!isClosed) {
      try {
        gatherer.close();
        isClosed = true;
      } catch (PenstockException e) {
        if (e.kind() != ErrorKind.NO_ANSWER) {
          throw e;
        }
      }
    }
  }

  private boolean awaitWork() {
    if (pauseMillis == 0) {
      pausedNanos = 0;
      return pipeline.awaitWork(this, free, 0);
    }
    long start = System.nanoTime();
    boolean goesOn = pipeline.awaitWork(this, free, pauseMillis);
    pausedNanos = System.nanoTime() - start;
    return goesOn;
  }

  private void work() {
    try {
      if (pipeline.startSession(this, orderCursor)) {
        restart();
      } else if (isReading) {
        // Between sessions no thread waits for another.
        own.add(Statistic.IDLE, pausedNanos);
      }
      if (isReading) {
        step();
      }
    } catch (Throwable t) {
      isReading = false;
      pauseMillis = Pipeline.UNTIL_NOTIFIED;
      pipeline.failed(this, t);
    }
  }

  private void restart() {
    isReading = false;
    gatherer.reset();
    begun = null;
    ordering.restart();
    check.now();
    orderCursor.advance(number);
    takeCursor.seek(orderCursor);
    isReading = true;
  }

  private void step() {
    check.nowAndThen();
    boolean canOrderMore = ordering.orderAhead();
    long readyBefore = gatherer.ready();
    int wanted = begun == null ? ordering.wantedRecords(takeCursor) : 0;
    boolean isMoving =
        begun == null ? awaitBatch(wanted, canOrderMore) : finishBatch(timeout(canOrderMore));
    boolean isWaiting = wanted > 0 && gatherer.inFlight() > 0;
    pauseMillis = isMoving || canOrderMore || isWaiting ? 0 : pause(readyBefore);
  }

  /** Returns whether a batch was taken, or begun. */
  private boolean awaitBatch(int wanted, boolean canOrderMore) {
    boolean isIdle = drive(wanted, canOrderMore);
    boolean isReady = isReady(wanted, isIdle);
    if (isReady) {
      beginBatch();
    }
    return isReady;
  }

  private void beginBatch() {
    Slot slot = ordering.slotFor(takeCursor);
    if (ordering.begin(slot)) {
      begun = slot;
    } else {
      takeBatch(slot);
    }
  }

  /**
   * Moves reading along while others copy the batch that was begun, and takes it. The next one may
   * be ready, too.
   */
  private boolean finishBatch(long timeoutNanos) {
    gatherer.drive(0, timeoutNanos);
    Slot slot = begun;
    begun = null;
    takeBatch(slot);
    int wanted = ordering.wantedRecords(takeCursor);
    if (wanted > 0 && gatherer.ready() >= wanted) {
      beginBatch();
    }
    return true;
  }

  /** If nothing more will be read before something is taken, fewer records are enough. */
  private boolean isReady(int wanted, boolean isIdle) {
    if (wanted == 0) {
      return ordering.hasFailed();
    }
    long ready = gatherer.ready();
    return ready >= wanted || (isIdle && ready > 0 && ordering.makeDo((int) ready));
  }

  /** Returns whether the gatherer came back early because it had nothing more to read. */
  private boolean drive(int wanted, boolean canOrderMore) {
    boolean isAnyUnread = gatherer.ordered() - ordering.openRecords() > gatherer.ready();
    if (wanted == 0 && isAnyUnread && !gatherer.readsInBackground()) {
      gatherer.drive(gatherer.ready() + 1, LEAST_PAUSE_MILLIS * 1_000_000L);
      return false;
    }
    long timeout = timeout(canOrderMore);
    long start = System.nanoTime();
    gatherer.drive(wanted, timeout);
    return gatherer.inFlight() == 0 && System.nanoTime() - start < timeout;
  }

  private static long timeout(boolean canOrderMore) {
    return canOrderMore ? 0 : DRIVE_TIMEOUT_NANOS;
  }

  /** How long to wait for the consumer, unless it gives a slot back before. */
  private int pause(long readyBefore) {
    boolean isBlocked = free.isEmpty() || !orderCursor.hasNext();
    if (isBlocked && gatherer.ordered() == gatherer.ready()) {
      return Pipeline.UNTIL_NOTIFIED;
    }
    // Records are read into cells while the consumer is busy, until all cells are taken.
    boolean isMoving = gatherer.ready() != readyBefore;
    return isMoving || pauseMillis <= 0
        ? LEAST_PAUSE_MILLIS
        : Math.min(2 * pauseMillis, MOST_PAUSE_MILLIS);
  }

  private void takeBatch(Slot slot) {
    try {
      ordering.take(slot);
    } catch (PenstockException e) {
      slot.fail(e);
    }
    if (takeCursor.isLastOfEpoch()) {
      check.now();
    }
    if (slot.isLastPiece()) {
      takeCursor.advance(threadCount);
    }
    statistics.counters.clear();
    gatherer.statistics(statistics);
    statistics.counters.addBeside(own);
    // Only now: if something above throws, no slot is lost.
    ordering.taken();
    if (!pipeline.publish(this, slot, statistics)) {
      free.add(slot);
    }
  }
}
