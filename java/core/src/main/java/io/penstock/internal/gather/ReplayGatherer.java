package io.penstock.internal.gather;

import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.IdentityHashMap;

/**
 * Reads the batch that is ordered first into each slot once, and hands the slots out as they are
 * ever after: what remains of a loader when reading takes no time.
 *
 * <p>What it owns: another gatherer, which reads; and the indices of the batch, which it puts into
 * each slot, so that they tell what is there. What a consumer wrote into a slot stays there. If the
 * first batch is a short one, the first longer one takes its place.
 */
public final class ReplayGatherer implements Gatherer {
  private static final long DRIVE_TIMEOUT_NANOS = 10_000_000;

  private final Gatherer reader;
  private final int batchSize;
  private final long capacity;
  private long[] batch = {};

  /** How many records of the batch a slot has. */
  private final IdentityHashMap<Slot, Integer> filled = new IdentityHashMap<>();

  private long ordered;

  /**
   * Takes the reader over; the calling thread owns it.
   *
   * @param reader with nothing ordered; one that orders with slots
   * @param batchSize most records of a batch
   */
  public ReplayGatherer(Gatherer reader, int batchSize) {
    this.reader = reader;
    this.batchSize = batchSize;
    this.capacity = reader.room();
  }

  @Override
  public long room() {
    return capacity - ordered;
  }

  @Override
  public void order(MemorySegment indices, int count, Slot slot) {
    ordered += count;
    int size = Math.min(count, batchSize);
    if (size > batch.length) {
      batch = indices.asSlice(0, (long) size * Long.BYTES).toArray(ValueLayout.JAVA_LONG);
      filled.clear();
    }
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
    MemorySegment.copy(batch, 0, slot.indices(), ValueLayout.JAVA_LONG, 0, count);
    if (filled.getOrDefault(slot, 0) < count) {
      read(count, slot);
      filled.put(slot, count);
    }
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
