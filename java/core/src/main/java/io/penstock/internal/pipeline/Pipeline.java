package io.penstock.internal.pipeline;

import io.penstock.internal.counters.Figures;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.HeldBatches;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotQueue;
import io.penstock.internal.wait.CloseLimit;
import io.penstock.internal.wait.Patience;
import io.penstock.internal.wait.ShortWait;
import java.util.List;

/**
 * Everything between an order of records and finished batches: the reading threads, and the place
 * where the consumer fetches batches and returns slots.
 *
 * <p>What it owns: the reading threads and the lock that they share with consumers. It is this
 * object's monitor, and not a lock of java.util.concurrent, because those allocate a node for each
 * thread that waits, and nothing is allocated per batch. A session is one run of the reading
 * threads over some epochs; starting one ends the one before, whose remaining batches are dropped.
 * An iteration belongs to one consumer, and may go on with the session of the iteration before. It
 * must not own the memory of slots: the loader frees that later.
 */
public final class Pipeline implements BatchSource {
  /** A pause that only a notification ends. */
  static final int UNTIL_NOTIFIED = -1;

  private final ReaderThreads readers;
  private final BatchCursor cursor;
  private final BatchCursor sessionStart;
  private final Meter meter;

  /** Where the consumer waits for batches. */
  private final ShortWait consumerWait = new ShortWait(System::nanoTime);

  private boolean isClosed;

  /**
   * Whether the device did not answer when readers were opened; then closing waits only briefly.
   */
  private boolean isUnanswered;

  private long session;
  private long iteration;
  private long sequence;

  /** Whether some pieces of the batch at the cursor were taken, and others are still to come. */
  private boolean isInBatch;

  /**
   * Makes the reading threads; {@link #start} sets them going.
   *
   * @param shares the batches
   * @param parts of each reading thread, at least one
   * @param events who is told of what is delivered
   */
  public Pipeline(RankShares shares, List<ReaderThreadParts> parts, LoaderEvents events) {
    this.cursor = new BatchCursor(shares);
    this.sessionStart = new BatchCursor(shares);
    this.meter = new Meter(Slot::bytes, events, this::readers);
    this.readers = new ReaderThreads(this, shares, parts);
  }

  @Override
  public void start() {
    readers.threads().start();
    Throwable failure = awaitOpen();
    if (failure != null) {
      stop();
    }
    if (failure instanceof IllegalStateException e) {
      throw e;
    }
    if (failure != null) {
      throw FailureWords.stopped(failure);
    }
  }

  /** Waits as long as the device keeps answering, however long that takes. */
  private synchronized Throwable awaitOpen() {
    Patience patience = Patience.begin();
    long unprepared = -1;
    while (!isClosed) {
      Throwable death = readers.death();
      if (death != null || readers.areOpen()) {
        return death;
      }
      long now = readers.unprepared();
      if (now != unprepared) {
        unprepared = now;
        patience.renew();
      }
      if (patience.isOver()) {
        isUnanswered = true;
        return Patience.noAnswer(
            "the loader was being built", "what was opened is closed when it answers", null);
      }
      try {
        wait(patience.leftMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return e;
      }
    }
    return new IllegalStateException("the loader is closed");
  }

  // ---- the consumer's side --------------------------------------------------------------------

  @Override
  public synchronized long begin(long epoch, long endEpoch) {
    checkOpen();
    boolean isGoingOn = isAt(epoch, endEpoch);
    if (!isGoingOn) {
      cursor.seek(epoch, endEpoch); // First, as nothing has changed if it throws.
    }
    iteration++;
    notifyAll();
    if (isGoingOn) {
      return iteration;
    }
    session++;
    sequence = 0;
    isInBatch = false;
    sessionStart.seek(cursor);
    readers.beginSession();
    meter.begin();
    return iteration;
  }

  @Override
  public synchronized boolean hasNext(long ofIteration, long epoch) {
    checkIteration(ofIteration);
    return cursor.hasNext() && cursor.epoch() == epoch;
  }

  @Override
  public Slot take(long ofIteration, long limitNanos) {
    long seen = consumerWait.signals();
    Slot slot = ask(ofIteration);
    if (slot == null) {
      if (limitNanos > 0) {
        consumerWait.spin(seen);
      }
      slot = await(ofIteration, limitNanos);
    }
    return slot;
  }

  /** The next batch if it is ready, otherwise null. */
  private synchronized Slot ask(long ofIteration) {
    checkIteration(ofIteration);
    meter.asked(cursor.epoch());
    Slot slot = readers.outletOf(sequence).published.poll();
    if (slot == null) {
      consumerWait.begin();
      return null;
    }
    return handOut(slot);
  }

  /** Sleeps until the next batch is ready; returns null if the time is up before. */
  private synchronized Slot await(long ofIteration, long limitNanos) {
    long start = System.nanoTime();
    Slot slot = null;
    while (slot == null) {
      checkIteration(ofIteration);
      FinishedBatches outlet = readers.outletOf(sequence);
      slot = outlet.published.poll();
      if (slot == null) {
        outlet.checkAlive();
        long waited = System.nanoTime() - start;
        if (waited >= limitNanos) {
          meter.gaveUp();
          return null;
        }
        await(outlet, limitNanos - waited);
      }
    }
    consumerWait.end();
    return handOut(slot);
  }

  private Slot handOut(Slot slot) {
    FinishedBatches outlet = readers.outletOf(sequence);
    boolean isWhole = slot.isLastPiece();
    try {
      // A recorder allocates, which fails when the heap is full: the slot must not get lost then.
      meter.delivered(slot, isWhole && cursor.isLastOfEpoch());
      cursor.advance(isWhole ? 1 : 0);
    } catch (RuntimeException | Error e) {
      outlet.published.push(slot);
      throw e;
    }
    outlet.outCount++;
    sequence += isWhole ? 1 : 0;
    isInBatch = !isWhole;
    return slot;
  }

  /** Waits once: take looks again after each notification, whatever it was for. */
  private void await(FinishedBatches outlet, long limitNanos) {
    boolean isHeld = outlet.areAllHeld();
    long start = System.nanoTime();
    HeldBatches.await(this, isHeld, limitNanos);
    boolean isStillHeld = isHeld && outlet.areAllHeld() && !isClosed;
    HeldBatches.check(isStillHeld, start, outlet.slotCount);
  }

  @Override
  public synchronized void end(long ofIteration, long epoch) {
    if (!isClosed && ofIteration == iteration && hasNext(ofIteration, epoch)) {
      begin(epoch, epoch);
    }
  }

  @Override
  public synchronized void release(Slot slot) {
    if (isClosed) {
      return;
    }
    FinishedBatches outlet = readers.outlet(slot.owner);
    outlet.outCount--;
    outlet.returned.add(slot);
    notifyAll();
  }

  @Override
  public synchronized Figures statistics() {
    return meter.statistics();
  }

  /** Adds up what the readers did so far, into the given object. */
  public synchronized void readers(Figures sum) {
    readers.statistics(sum);
  }

  @Override
  public void close() {
    readers.threads().join(stop() ? Patience.GRACE_NANOS : CloseLimit.nanos());
    throwFailureOfClosing();
  }

  /** Lets the reading threads end; returns whether the device has had its time to answer. */
  private synchronized boolean stop() {
    isClosed = true;
    meter.endEpoch(false);
    notifyAll();
    return isUnanswered;
  }

  @Override
  public boolean hasEnded() {
    return readers.threads().haveEnded();
  }

  @Override
  public boolean isOwnThread() {
    return readers.threads().hasCurrent();
  }

  private synchronized void throwFailureOfClosing() {
    Throwable failure = readers.failureOfClosing();
    if (failure != null) {
      throw FailureWords.stopped(failure);
    }
  }

  private void checkOpen() {
    if (isClosed) {
      throw new IllegalStateException("the loader is closed");
    }
  }

  private void checkIteration(long ofIteration) {
    checkOpen();
    if (ofIteration != iteration) {
      throw iterationEnded();
    }
  }

  /** The failure of an iteration when another one has begun. */
  public static IllegalStateException iterationEnded() {
    return new IllegalStateException(
        "this epoch has ended: another one was started on the same loader");
  }

  @Override
  public synchronized boolean isIdle() {
    return readers.areIdle();
  }

  @Override
  public synchronized boolean isAt(long epoch, long endEpoch) {
    return session > 0
        && cursor.hasNext()
        && cursor.epoch() == epoch
        && cursor.batch() == 0
        && !isInBatch
        && cursor.endEpoch() == endEpoch
        && readers.haveNotFailed();
  }

  // ---- the reading threads' side ---------------------------------------------------------------

  /** Reports how much is left to prepare; returns false when the reading thread must end. */
  synchronized boolean preparing(ReaderThread reader, long leftBytes) {
    reader.outlet.unprepared = leftBytes;
    notifyAll();
    return !isClosed;
  }

  synchronized void opened(ReaderThread reader) {
    reader.outlet.isOpen = true;
    notifyAll();
  }

  synchronized void died(ReaderThread reader, Throwable cause) {
    reader.outlet.death = cause;
    notifyAll();
  }

  /** Ends the session for the consumer, as soon as it has fetched what was finished before. */
  synchronized void failed(ReaderThread reader, Throwable cause) {
    if (reader.outlet.session == session && reader.outlet.failure == null) {
      reader.outlet.failure = cause;
      notifyAll();
    }
  }

  /**
   * Waits for a slot to come back, a new session or closing, and collects slots.
   *
   * @param pauseMillis longest wait; 0: none
   * @return false when the reading thread must end
   */
  synchronized boolean awaitWork(ReaderThread reader, SlotQueue free, int pauseMillis) {
    FinishedBatches outlet = reader.outlet;
    boolean isPausing = pauseMillis != 0;
    while (isPausing && !isClosed && outlet.session == session && outlet.returned.isEmpty()) {
      try {
        wait(Math.max(0, pauseMillis));
      } catch (InterruptedException e) {
        // The thread is ours, and we never interrupt it: messages to it are passed under the lock.
      }
      isPausing = pauseMillis == UNTIL_NOTIFIED;
    }
    // The slot that was used last is in the processor's caches.
    outlet.returned.pushTo(free);
    return !isClosed;
  }

  /** Whether the consumer has fetched all that is finished, and given nothing back meanwhile. */
  synchronized boolean isDry(ReaderThread reader) {
    return reader.outlet.published.isEmpty() && reader.outlet.returned.isEmpty();
  }

  /** If there is a session that the reading thread does not know yet, goes to its beginning. */
  synchronized boolean startSession(ReaderThread reader, BatchCursor target) {
    if (reader.outlet.session == session) {
      return false;
    }
    reader.outlet.session = session;
    reader.outlet.failure = null;
    target.seek(sessionStart);
    return true;
  }

  /**
   * Hands a batch over; false when its session has ended, and the slot stays with the reading
   * thread.
   */
  synchronized boolean publish(ReaderThread reader, Slot slot, Figures statistics) {
    FinishedBatches outlet = reader.outlet;
    slot.readyNanos = System.nanoTime();
    slot.trace.setDifference(outlet.statistics.counters, statistics.counters);
    outlet.statistics.set(statistics);
    if (outlet.session != session) {
      return false;
    }
    outlet.published.add(slot);
    consumerWait.signal();
    notifyAll();
    return true;
  }
}
