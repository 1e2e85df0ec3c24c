package io.penstock.internal.gather;

import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;

/**
 * A gatherer that has another one read, and does something to what it has read.
 *
 * <p>What it owns: the other gatherer. It adds nothing of its own; subclasses do.
 */
abstract class ForwardingGatherer implements Gatherer {
  private final Gatherer reader;

  /** Takes the reader over; the calling thread owns it. */
  ForwardingGatherer(Gatherer reader) {
    this.reader = reader;
  }

  @Override
  public boolean beginTake(int count, Slot slot) {
    return reader.beginTake(count, slot);
  }

  @Override
  public void take(int count, Slot slot) {
    reader.take(count, slot);
  }

  @Override
  public long prepare() {
    return reader.prepare();
  }

  @Override
  public long room() {
    return reader.room();
  }

  @Override
  public void order(MemorySegment indices, int count, Slot slot) {
    reader.order(indices, count, slot);
  }

  @Override
  public void endWindow(int later) {
    reader.endWindow(later);
  }

  @Override
  public void drive(long wanted, long timeoutNanos) {
    reader.drive(wanted, timeoutNanos);
  }

  @Override
  public long ready() {
    return reader.ready();
  }

  @Override
  public long ordered() {
    return reader.ordered();
  }

  @Override
  public void ordered(int count, MemorySegment target) {
    reader.ordered(count, target);
  }

  @Override
  public long inFlight() {
    return reader.inFlight();
  }

  @Override
  public boolean readsInBackground() {
    return reader.readsInBackground();
  }

  @Override
  public void reset() {
    reader.reset();
  }

  @Override
  public void statistics(Figures target) {
    reader.statistics(target);
  }

  @Override
  public void close() {
    reader.close();
  }
}
