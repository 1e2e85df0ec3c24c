package io.penstock.internal.gather;

import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.IdentityHashMap;

/**
 * Reads into each slot once, and hands the slots out as they are for as long as the same records
 * are wanted: what remains of a loader when reading takes no time.
 *
 * <p>What it owns: another gatherer, which reads; and what each slot holds. What a consumer wrote
 * into a slot stays there.
 */
public final class ReplayGatherer implements Gatherer {
  private static final long DRIVE_TIMEOUT_NANOS = 10_000_000;

  private final Gatherer reader;
  private final long capacity;

  /** The records that each slot has. */
  private final IdentityHashMap<Slot, long[]> held = new IdentityHashMap<>();

  private long ordered;

  /**
   * Takes the reader over; the calling thread owns it.
   *
   * @param reader with nothing ordered; one that orders with slots
   */
  public ReplayGatherer(Gatherer reader) {
    this.reader = reader;
    this.capacity = reader.room();
  }

  @Override
  public long room() {
    return capacity - ordered;
  }

  @Override
  public void order(MemorySegment indices, int count, Slot slot) {
    ordered += count;
  }

  @Override
  public void drive(long wanted, long timeoutNanos) {}

  @Override
  public long ready() {
    return ordered;
  }

  @Override
  public long ordered() {
    return ordered;
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
    ordered -= count;
    if (!holds(slot, count)) {
      held.remove(slot);
      read(count, slot);
      held.put(slot, slot.indices().toArray(ValueLayout.JAVA_LONG));
    }
  }

  /** Whether the slot has the records that it is to have, and maybe others behind them. */
  private boolean holds(Slot slot, int count) {
    long[] records = held.get(slot);
    if (records == null || records.length < count) {
      return false;
    }
    MemorySegment indices = slot.indices();
    for (int i = 0; i < count; i++) {
      if (indices.getAtIndex(ValueLayout.JAVA_LONG, i) != records[i]) {
        return false;
      }
    }
    return true;
  }

  private void read(int count, Slot slot) {
    try {
      reader.drive(0, 0);
      reader.order(slot.indices(), count, slot);
      while (reader.ready() < count) {
        reader.drive(count, DRIVE_TIMEOUT_NANOS);
      }
    } catch (PenstockException e) {
      reader.reset();
      throw e;
    }
    reader.take(count, slot);
  }

  @Override
  public void reset() {
    ordered = 0;
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
