package io.penstock.internal.pipeline;

import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Counts what a consumer receives, measures how long it waits, and reports both to the recorder.
 *
 * <p>A part of the {@link Pipeline}, used under its lock only. Allocates nothing. An epoch begins
 * when its first batch is asked for; what readers did counts for the epoch in which they did it, so
 * reading ahead over a boundary counts for the epoch before it.
 */
public final class Meter {
  private final ToLongFunction<Slot> bytesOf;
  private final LoaderEvents events;
  private final Consumer<Figures> readers;

  private final Counters total = new Counters();
  private long firstNanos;
  private long askedNanos;
  private long lastNanos;

  /** Time spent in waits that ended at their limit, since the last batch. */
  private long waitedNanos;

  private final Counters epochTrace = new Counters();
  private final Figures epochBefore = new Figures();
  private final Figures epochAfter = new Figures();
  private final Counters ofReaders = new Counters();
  private boolean isInEpoch;
  private long epoch;
  private long epochStartNanos;

  /**
   * A meter at zero.
   *
   * @param bytesOf how much a slot delivers
   * @param events who is told
   * @param readers adds up what the readers did so far, into an object that it is given
   */
  public Meter(ToLongFunction<Slot> bytesOf, LoaderEvents events, Consumer<Figures> readers) {
    this.bytesOf = bytesOf;
    this.events = events;
    this.readers = readers;
  }

  /** A session begins: the time before it is not the consumer's. */
  public void begin() {
    endEpoch(false);
    long now = System.nanoTime();
    firstNanos = total.get(Statistic.BATCHES) == 0 ? now : firstNanos;
    lastNanos = now;
    waitedNanos = 0;
  }

  /** A batch of an epoch is asked for. */
  public void asked(long ofEpoch) {
    askedNanos = System.nanoTime();
    if (!isInEpoch) {
      isInEpoch = true;
      epoch = ofEpoch;
      epochStartNanos = askedNanos;
      events.epochBegan();
    }
    events.asked();
  }

  /** No batch came within the consumer's limit: it will ask again. */
  public void gaveUp() {
    waitedNanos += System.nanoTime() - askedNanos;
  }

  /** A batch is handed out. */
  public void delivered(Slot slot, boolean isLastOfEpoch) {
    long now = System.nanoTime();
    Counters trace = slot.trace;
    boolean isFirst = total.get(Statistic.BATCHES) == 0;
    trace.set(Statistic.STALL, now - askedNanos + waitedNanos);
    trace.set(Statistic.CONSUMER, isFirst ? 0 : askedNanos - lastNanos - waitedNanos);
    trace.set(Statistic.QUEUE, Math.max(0, askedNanos - slot.readyNanos));
    waitedNanos = 0;
    lastNanos = now;
    boolean isFailed = slot.failure() != null;
    long bytes = isFailed ? 0 : bytesOf.applyAsLong(slot);
    count(total, slot, bytes, isFailed);
    count(epochTrace, slot, bytes, isFailed);
    events.delivered(slot.epoch(), slot.position(), slot.size(), bytes, isFailed, trace);
    if (isLastOfEpoch) {
      endEpoch(true);
    }
  }

  private static void count(Counters sum, Slot slot, long bytes, boolean isFailed) {
    sum.add(Statistic.BATCHES, isFailed ? 0 : 1);
    sum.add(Statistic.RECORDS, isFailed ? 0 : slot.size());
    sum.add(Statistic.BYTES, bytes);
    sum.add(Statistic.STALL, slot.trace.get(Statistic.STALL));
    sum.add(Statistic.CONSUMER, slot.trace.get(Statistic.CONSUMER));
    sum.add(Statistic.QUEUE, slot.trace.get(Statistic.QUEUE));
    sum.add(Statistic.TRANSFORM, slot.trace.get(Statistic.TRANSFORM));
  }

  /** The epoch has ended, or the consumer has left it. */
  public void endEpoch(boolean isComplete) {
    if (!isInEpoch) {
      return;
    }
    isInEpoch = false;
    readers.accept(epochAfter);
    ofReaders.setDifference(epochBefore.counters, epochAfter.counters);
    epochTrace.addBeside(ofReaders);
    events.epochEnded(epoch, isComplete, lastNanos - epochStartNanos, epochTrace);
    epochBefore.set(epochAfter);
    epochTrace.clear();
  }

  /** What readers and the consumer did so far: a new object. */
  public Figures statistics() {
    Figures sum = new Figures();
    readers.accept(sum);
    sum.counters.addBeside(total);
    boolean hasDelivered = total.get(Statistic.BATCHES) > 0;
    sum.counters.set(Statistic.ELAPSED, hasDelivered ? lastNanos - firstNanos : 0);
    return sum;
  }
}
