package io.penstock.internal.gather;

import io.penstock.array.Column;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.util.List;

/**
 * Turns the numbers of each batch around into the byte order of this machine, once it was read.
 *
 * <p>What it owns: another gatherer, which reads. Of a batch that failed, nothing is turned around:
 * it is not delivered.
 */
public final class NativeOrderGatherer extends ForwardingGatherer {
  private final List<Column> columns;
  private long turnNanos;

  /**
   * Takes the reader over; the calling thread owns it.
   *
   * @param reader what reads
   * @param columns of the dataset, as they are stored
   */
  public NativeOrderGatherer(Gatherer reader, List<Column> columns) {
    super(reader);
    this.columns = List.copyOf(columns);
  }

  @Override
  public void take(int count, Slot slot) {
    super.take(count, slot);
    long start = System.nanoTime();
    for (int c = 0; c < columns.size(); c++) {
      if (!columns.get(c).isNativeOrder()) {
        columns.get(c).toNativeOrder(slot.column(c));
      }
    }
    turnNanos += System.nanoTime() - start;
  }

  /** Turning counts as copying. */
  @Override
  public void statistics(Figures target) {
    super.statistics(target);
    target.counters.add(Statistic.COPY, turnNanos);
  }
}
