package io.penstock.internal.pipeline;

import io.penstock.internal.slot.BatchPieces;
import io.penstock.internal.slot.IndexSource;
import io.penstock.internal.slot.OrderedOffsets;
import io.penstock.internal.slot.Windows;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;

/** Orders records without a slot, one batch per call, because a window may end within each. */
final class WindowOrdering extends CellOrdering {
  WindowOrdering(Shared shared, Windows windows, BatchPieces pieces, MemorySegment indices) {
    super(shared, windows, pieces, indices, IndexSource.SAMPLER, OrderedOffsets.NONE);
  }

  @Override
  boolean orderAhead() {
    MemorySegment part = parts()[0];
    for (int i = 0; i < parts().length && canOrder(0); i++) {
      long start = System.nanoTime();
      fill(part);
      count(Statistic.ORDER, start);
      order(part, cursor.size(), null);
      ordered();
    }
    return canOrder(0);
  }
}
