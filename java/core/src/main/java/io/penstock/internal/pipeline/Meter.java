package io.penstock.internal.pipeline;

import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.events.Trace;
import io.penstock.internal.ffi.ReaderStatistics;
import io.penstock.internal.slot.Slot;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Counts what a consumer gets, times how it waits, and tells the recorder of it.
 *
 * <p>A part of the {@link Pipeline}, used under its lock only. Allocates nothing. An epoch begins
 * when its first batch is asked for; what readers did counts for the epoch in which they did it, so
 * reading ahead over a boundary counts for the epoch before it.
 */
public final class Meter {
  private final ToLongFunction<Slot> bytesOf;
  private final LoaderEvents events;
  private final Consumer<ReaderStatistics> readers;

  private final Trace total = new Trace();
  private long bytes;
  private long firstNanos;
  private long askedNanos;
  private long lastNanos;

  private final Trace epochTrace = new Trace();
  private final ReaderStatistics epochBefore = new ReaderStatistics();
  private final ReaderStatistics epochAfter = new ReaderStatistics();
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
  public Meter(
      ToLongFunction<Slot> bytesOf, LoaderEvents events, Consumer<ReaderStatistics> readers) {
    this.bytesOf = bytesOf;
    this.events = events;
    this.readers = readers;
  }

  /** A session begins: what was before it is not the consumer's time. */
  public void begin() {
    endEpoch(false);
    long now = System.nanoTime();
    firstNanos = total.batches == 0 ? now : firstNanos;
    lastNanos = now;
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

  /** It is handed out. */
  public void delivered(Slot slot, boolean isLastOfEpoch) {
    long now = System.nanoTime();
    Trace trace = slot.trace;
    trace.stallNanos = now - askedNanos;
    trace.consumerNanos = total.batches == 0 ? 0 : askedNanos - lastNanos;
    trace.queueNanos = Math.max(0, askedNanos - slot.readyNanos);
    lastNanos = now;
    boolean isFailed = slot.failure() != null;
    bytes += isFailed ? 0 : bytesOf.applyAsLong(slot);
    count(total, slot, isFailed);
    count(epochTrace, slot, isFailed);
    events.delivered(slot.epoch(), slot.position(), slot.size(), isFailed, trace);
    if (isLastOfEpoch) {
      endEpoch(true);
    }
  }

  private static void count(Trace sum, Slot slot, boolean isFailed) {
    sum.batches += isFailed ? 0 : 1;
    sum.records += isFailed ? 0 : slot.size();
    sum.stallNanos += slot.trace.stallNanos;
    sum.consumerNanos += slot.trace.consumerNanos;
    sum.queueNanos += slot.trace.queueNanos;
    sum.transformNanos += slot.trace.transformNanos;
  }

  /** The epoch is over, or is left. */
  public void endEpoch(boolean isComplete) {
    if (!isInEpoch) {
      return;
    }
    isInEpoch = false;
    readers.accept(epochAfter);
    epochTrace.setReaders(epochBefore, epochAfter);
    events.epochEnded(epoch, isComplete, lastNanos - epochStartNanos, epochTrace);
    epochBefore.set(epochAfter);
    epochTrace.clear();
  }

  public PipelineStatistics statistics() {
    ReaderStatistics sum = new ReaderStatistics();
    readers.accept(sum);
    return new PipelineStatistics(
        total.records,
        total.batches,
        bytes,
        total.stallNanos,
        total.consumerNanos,
        total.queueNanos,
        total.transformNanos,
        0,
        total.batches == 0 ? 0 : lastNanos - firstNanos,
        sum);
  }
}
