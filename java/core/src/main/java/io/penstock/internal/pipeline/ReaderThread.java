package io.penstock.internal.pipeline;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.dataset.SourceCheck;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.BatchCutter;
import io.penstock.internal.slot.RankShare;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotQueue;
import io.penstock.internal.slot.WindowEnds;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * One reading thread: orders records far ahead, moves reading along, and hands on finished batches.
 *
 * <p>What it owns: a gatherer, from opening to closing, and a share of the slots. Of {@code n}
 * lanes each makes every n-th batch. A batch that could not be read is handed on with its failure;
 * any other failure ends the session, never the thread. It must not touch what the {@link Pipeline}
 * guards but through its methods, nor allocate while it is reading.
 */
public final class ReaderThread implements Runnable {
  /** Longest wait for the device, so that a closing loader does not wait long for us. */
  private static final long DRIVE_TIMEOUT_NANOS = 10_000_000;

  /** Pauses while the consumer holds us up; reading goes on after each. */
  private static final int LEAST_PAUSE_MILLIS = 1;

  private static final int MOST_PAUSE_MILLIS = 8;

  private final int number;
  private final int laneCount;
  private final Pipeline pipeline;
  private final Supplier<Gatherer> opener;
  private final SourceCheck check;
  private final MemorySegment order;
  private final MemorySegment[] orderParts;
  private final boolean hasCells;
  private final WindowEnds windowEnds;
  private final BatchCutter cutter;

  // Of this thread only.
  private final SlotQueue free;
  private final SlotQueue inOrder;
  private final BatchCursor orderCursor;
  private final BatchCursor takeCursor;

  /** What the gatherer did, and this thread beside it. */
  private final Figures statistics = new Figures();

  private final Counters own = new Counters();
  private Gatherer gatherer;
  private boolean isReading;

  /** Records ordered last whose window has not ended: to read them now is to read them singly. */
  private long openRecords;

  private int pauseMillis = Pipeline.UNTIL_NOTIFIED;
  private long pausedNanos;

  /** Guarded by the pipeline, and only used by it. */
  final FinishedBatches outlet;

  ReaderThread(
      int number,
      int laneCount,
      Pipeline pipeline,
      RankShares shares,
      Pipeline.ReaderThreadParts parts) {
    this.number = number;
    this.laneCount = laneCount;
    this.pipeline = pipeline;
    this.opener = parts.opener();
    this.check = parts.check();
    this.order = parts.order();
    this.orderParts = cut(order, parts.slots().getFirst().capacity());
    this.hasCells = orderParts.length > 0;
    this.windowEnds =
        parts.windowRecords() == 0
            ? null
            : new WindowEnds(shares.sampler(), parts.windowRecords(), this::endWindow);
    this.cutter = parts.cutter();
    this.free = new SlotQueue(parts.slots().size());
    this.inOrder = new SlotQueue(parts.slots().size());
    this.orderCursor = new BatchCursor(shares);
    this.takeCursor = new BatchCursor(shares);
    this.outlet = new FinishedBatches(parts.slots().size());
    parts.slots().forEach(free::add);
  }

  /** A place for each batch of an order without slots: made once, so that ordering is free. */
  private static MemorySegment[] cut(MemorySegment order, int batchSize) {
    long partBytes = (long) batchSize * Long.BYTES;
    MemorySegment[] parts = new MemorySegment[(int) (order.byteSize() / partBytes)];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = order.asSlice(i * partBytes, partBytes);
    }
    return parts;
  }

  @Override
  public void run() {
    try {
      gatherer = opener.get();
      try {
        read();
      } finally {
        close();
      }
    } catch (Throwable t) {
      // Opening or closing failed; nothing else leaves the loop with an exception.
      pipeline.died(this, t);
    }
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
   * Only this thread can close its reader, so it goes on trying for as long as the device does not
   * answer. Closing the pipeline waits for a limited time, and finds it closed later.
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
    inOrder.drainTo(free);
    check.now();
    orderCursor.advance(number);
    takeCursor.seek(orderCursor);
    openRecords = 0;
    if (windowEnds != null) {
      windowEnds.reset();
    }
    if (cutter != null) {
      cutter.reset();
    }
    isReading = true;
  }

  private void step() {
    check.nowAndThen();
    boolean canOrderMore = orderAhead();
    long readyBefore = gatherer.ready();
    int wanted = wantedRecords();
    drive(wanted, canOrderMore);
    boolean isTaken = wanted > 0 && gatherer.ready() >= wanted;
    if (isTaken) {
      takeBatch();
    }
    boolean isWaiting = wanted > 0 && gatherer.inFlight() > 0;
    pauseMillis = isTaken || canOrderMore || isWaiting ? 0 : pause(readyBefore);
  }

  private void drive(int wanted, boolean canOrderMore) {
    boolean isAnyUnread = gatherer.ordered() - openRecords > gatherer.ready();
    if (wanted == 0 && isAnyUnread && !gatherer.readsInBackground()) {
      gatherer.drive(gatherer.ready() + 1, LEAST_PAUSE_MILLIS * 1_000_000L);
    } else {
      gatherer.drive(wanted, canOrderMore ? 0 : DRIVE_TIMEOUT_NANOS);
    }
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

  /** Orders what there is room for; returns whether there is more to order at once. */
  private boolean orderAhead() {
    if (hasCells) {
      return windowEnds == null ? orderChunk() : orderWindows();
    }
    while (!free.isEmpty() && canOrder(0)) {
      Slot slot = free.peek();
      boolean isLastPiece = cutter == null ? fill(slot, orderCursor) : cut(slot);
      inOrder.add(free.poll()); // Not before: a sampler that throws must not cost a slot.
      order(slot.indices(), slot.size(), slot);
      if (windowEnds != null) {
        windowEnds.ordered(orderCursor);
      }
      if (isLastPiece) {
        orderCursor.advance(laneCount);
      }
    }
    return false;
  }

  private boolean orderChunk() {
    long start = System.nanoTime();
    int count = 0;
    boolean isFull = true;
    for (int i = 0; i < orderParts.length && isFull && canOrder(count); i++) {
      int size = orderCursor.size();
      orderCursor.share().fill(orderCursor.epoch(), orderCursor.batch(), orderParts[i]);
      count += size;
      // A short batch ends the order: what follows would not lie right behind it.
      isFull = size * (long) Long.BYTES == orderParts[i].byteSize();
      orderCursor.advance(laneCount);
    }
    own.add(Statistic.ORDER, System.nanoTime() - start);
    if (count > 0) {
      order(order, count, null);
    }
    return canOrder(0);
  }

  /** One by one, as a window may end within each batch. */
  private boolean orderWindows() {
    for (int i = 0; i < orderParts.length && canOrder(0); i++) {
      long start = System.nanoTime();
      orderCursor.share().fill(orderCursor.epoch(), orderCursor.batch(), orderParts[0]);
      own.add(Statistic.ORDER, System.nanoTime() - start);
      order(orderParts[0], orderCursor.size(), null);
      windowEnds.ordered(orderCursor);
      orderCursor.advance(laneCount);
    }
    return canOrder(0);
  }

  private void order(MemorySegment indices, int count, Slot slot) {
    long start = System.nanoTime();
    gatherer.order(indices, count, slot);
    if (windowEnds != null) {
      openRecords += count;
    }
    own.add(Statistic.PLAN, System.nanoTime() - start);
  }

  private void endWindow(int later) {
    gatherer.endWindow(later);
    openRecords = later;
  }

  private boolean canOrder(int already) {
    return orderCursor.hasNext() && gatherer.room() - already >= orderCursor.size();
  }

  /** Size of the next batch if it could be taken once it is ready, otherwise 0. */
  private int wantedRecords() {
    if (!hasCells) {
      return inOrder.isEmpty() || mustWait(inOrder.peek()) ? 0 : inOrder.peek().size();
    }
    boolean isOrdered = takeCursor.hasNext() && gatherer.ordered() >= takeCursor.size();
    return isOrdered && !free.isEmpty() ? takeCursor.size() : 0;
  }

  /**
   * Whether a window has to end before this batch is read: it does when the consumer gives back
   * slots. With nothing to fetch and nothing given back, it keeps them, and waits for us.
   */
  private boolean mustWait(Slot next) {
    boolean isOpen = gatherer.ordered() - openRecords < next.size();
    return isOpen && !(free.isEmpty() && pipeline.isDry(this));
  }

  private void takeBatch() {
    Slot slot = hasCells ? free.peek() : inOrder.peek();
    if (hasCells) {
      assign(slot, takeCursor);
    }
    try {
      gatherer.take(slot.size(), slot);
    } catch (PenstockException e) {
      slot.fail(e);
    }
    if (takeCursor.isLastOfEpoch()) {
      check.now();
    }
    if (slot.isLastPiece()) {
      takeCursor.advance(laneCount);
    }
    statistics.counters.clear();
    gatherer.statistics(statistics);
    statistics.counters.addBeside(own);
    // Not before: what throws above must not cost a slot.
    if (hasCells) {
      free.poll();
    } else {
      inOrder.poll();
    }
    if (!pipeline.publish(this, slot, statistics)) {
      free.add(slot);
    }
  }

  /** The next piece of the batch that is to be ordered; whether it is the last one. */
  private boolean cut(Slot slot) {
    long start = System.nanoTime();
    boolean isLast = cutter.fill(slot, orderCursor);
    own.add(Statistic.ORDER, System.nanoTime() - start);
    return isLast;
  }

  /** A whole batch. */
  private boolean fill(Slot slot, BatchCursor cursor) {
    long start = System.nanoTime();
    assign(slot, cursor);
    cursor.share().fill(cursor.epoch(), cursor.batch(), slot.indices());
    own.add(Statistic.ORDER, System.nanoTime() - start);
    return true;
  }

  private static void assign(Slot slot, BatchCursor cursor) {
    RankShare share = cursor.share();
    long batch = cursor.batch();
    slot.assign(
        cursor.epoch(), share.position(batch, 0), share.size(batch), share.recordCount(batch));
  }
}
