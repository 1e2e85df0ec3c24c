package io.penstock.internal.gather;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;

/**
 * Delivers each record as it was written, when it is taken: slow, obvious, and the measure of what
 * the other gatherers must deliver.
 */
final class ChannelGatherer implements Gatherer {
  private final TestSource source;
  private final ArrayDeque<Long> indices = new ArrayDeque<>();
  private long records;

  ChannelGatherer(TestSource source) {
    this.source = source;
  }

  @Override
  public long room() {
    return Long.MAX_VALUE;
  }

  @Override
  public void order(MemorySegment ordered, int count, Slot slot) {
    for (int i = 0; i < count; i++) {
      indices.add(ordered.getAtIndex(ValueLayout.JAVA_LONG, i));
    }
  }

  @Override
  public void drive(long wanted, long timeoutNanos) {}

  @Override
  public long ready() {
    return indices.size();
  }

  @Override
  public long ordered() {
    return indices.size();
  }

  @Override
  public long inFlight() {
    return 0;
  }

  @Override
  public boolean readsInBackground() {
    return true;
  }

  @Override
  public void take(int count, Slot slot) {
    PenstockException failure = null;
    long[] taken = new long[count];
    for (int i = 0; i < count; i++) {
      taken[i] = indices.remove();
    }
    records += count;
    placeValues(slot, taken);
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < source.columns.size(); c++) {
        byte[] record = source.record(c, taken[i]);
        MemorySegment target = slot.memory().asSlice(slot.recordAt(c, i), record.length);
        if (source.isThere(c, taken[i])) {
          target.copyFrom(MemorySegment.ofArray(record));
        } else {
          target.fill((byte) 0);
          failure = failure == null ? cutShort(c, taken[i]) : failure;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void placeValues(Slot slot, long[] taken) {
    for (int c = 0; c < source.columns.size(); c++) {
      long end = 0;
      for (int i = 0; slot.isVariable(c) && i < taken.length; i++) {
        end += source.record(c, taken[i]).length;
        slot.setEnd(c, i, end);
      }
    }
    slot.placeValues();
  }

  /** Says the same of a file that was cut short as the others do. */
  private PenstockException cutShort(int column, long index) {
    Path path = source.path(column, index);
    return PenstockException.builder(ErrorKind.FILE_CHANGED, path + " ends before record " + index)
        .path(path)
        .recordIndex(index)
        .statusName("ENODATA")
        .build();
  }

  @Override
  public void reset() {
    indices.clear();
  }

  @Override
  public void statistics(Figures target) {
    target.counters.set(Statistic.RECORDS_READ, records);
  }

  @Override
  public void close() {}
}
