package io.penstock.internal.engine;

import io.penstock.Column;
import io.penstock.internal.ffi.ReaderStatistics;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Turns the numbers of each batch around into the byte order of this machine, once it was read.
 *
 * <p>What it owns: another gatherer, which reads. Of a batch that failed, nothing is turned around:
 * nobody gets it.
 */
public final class NativeOrderGatherer implements Gatherer {
  private final Gatherer reader;
  private final List<Column> columns;
  private long turnNanos;

  /**
   * Takes the reader over; the calling thread owns it.
   *
   * @param reader what reads
   * @param columns of the dataset, as they are stored
   */
  public NativeOrderGatherer(Gatherer reader, List<Column> columns) {
    this.reader = reader;
    this.columns = List.copyOf(columns);
  }

  @Override
  public void take(int count, Slot slot) {
    reader.take(count, slot);
    long start = System.nanoTime();
    for (int c = 0; c < columns.size(); c++) {
      if (!columns.get(c).isNativeOrder()) {
        columns.get(c).toNativeOrder(slot.column(c));
      }
    }
    turnNanos += System.nanoTime() - start;
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

  /** Turning counts as copying. */
  @Override
  public void statistics(ReaderStatistics target) {
    reader.statistics(target);
    target.copyNanos += turnNanos;
  }

  @Override
  public void close() {
    reader.close();
  }
}
