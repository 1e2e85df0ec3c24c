package io.penstock.internal.gather;

import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;

/**
 * Reads each record with a FileChannel when it is taken: slow, obvious, and the measure of what the
 * other gatherers must deliver.
 */
public final class ChannelGatherer implements Gatherer {
  private final TestSource source;
  private final ArrayDeque<Long> indices = new ArrayDeque<>();
  private long records;

  public ChannelGatherer(TestSource source) {
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
    for (int i = 0; i < count; i++) {
      long index = indices.remove();
      records++;
      for (int c = 0; c < source.columns.size(); c++) {
        int recordBytes = (int) source.columns.get(c).recordBytes();
        MemorySegment target = slot.column(c).asSlice((long) i * recordBytes, recordBytes);
        try {
          target.copyFrom(MemorySegment.ofArray(source.record(c, index)));
        } catch (IllegalStateException e) {
          target.fill((byte) 0);
          failure = failure == null ? cutShort(c, index, e) : failure;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Says the same of a file that was cut short as the others do. */
  private PenstockException cutShort(int column, long index, IllegalStateException cause) {
    Shard shard = source.columns.get(column).shards().getFirst();
    long offsetBytes = shard.dataOffset() + index * source.columns.get(column).recordBytes();
    return PenstockException.builder(ErrorKind.FILE_CHANGED, cause.getMessage())
        .path(shard.path())
        .recordIndex(index)
        .offsetBytes(offsetBytes)
        .statusName("ENODATA")
        .cause(cause)
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
