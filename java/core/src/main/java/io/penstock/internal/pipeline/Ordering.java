package io.penstock.internal.pipeline;

import io.penstock.internal.counters.Counters;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.BatchFiller;
import io.penstock.internal.slot.BatchPieces;
import io.penstock.internal.slot.IndexSource;
import io.penstock.internal.slot.OrderedOffsets;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotQueue;
import io.penstock.internal.slot.Windows;
import io.penstock.sampler.Sampler;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;

/**
 * Orders records ahead of their batches. This is where the plans differ in how a {@link
 * ReaderThread} works.
 *
 * <p>Used by that thread only, which owns the cursor and the free slots. Allocates nothing per
 * batch.
 */
public abstract class Ordering {
  /**
   * What an ordering shares with its thread.
   *
   * @param gatherer that records are ordered from
   * @param threadCount number of reading threads; each makes every n-th batch
   * @param cursor the next batch to be ordered
   * @param free slots that hold no batch
   * @param isDry whether the consumer has fetched all that is finished, and given nothing back
   * @param counters of the thread
   */
  record Shared(
      Gatherer gatherer,
      int threadCount,
      BatchCursor cursor,
      SlotQueue free,
      BooleanSupplier isDry,
      Counters counters) {}

  /** Makes the ordering of a thread that has opened its gatherer. */
  @FunctionalInterface
  public interface Maker {
    Ordering make(Shared shared);
  }

  final Gatherer gatherer;
  final BatchCursor cursor;
  final SlotQueue free;
  private final Shared shared;
  private final Windows windows;

  Ordering(Shared shared, Windows windows) {
    this.shared = shared;
    this.gatherer = shared.gatherer;
    this.cursor = shared.cursor;
    this.free = shared.free;
    this.windows = windows;
  }

  /** Each batch with its slot. */
  public static Maker intoSlots(BatchFiller filler) {
    return shared -> new SlotOrdering(shared, Windows.NONE, filler);
  }

  /** Each batch with its slot, of an order that is read window by window. */
  public static Maker intoSlots(BatchFiller filler, Sampler sampler, long windowRecords) {
    return shared -> new SlotOrdering(shared, windows(shared, sampler, windowRecords), filler);
  }

  /**
   * Many batches at once, into cells.
   *
   * @param pieces in which batches are taken
   * @param indices room for those of one order
   * @param source tells which records a batch has
   * @param offsets keeps what the source tells beside that
   */
  public static Maker intoCells(
      BatchPieces pieces, MemorySegment indices, IndexSource source, OrderedOffsets offsets) {
    return shared -> new CellOrdering(shared, Windows.NONE, pieces, indices, source, offsets);
  }

  /** Batch by batch into cells, because a window may end within each. */
  public static Maker intoCells(
      BatchPieces pieces, MemorySegment indices, Sampler sampler, long windowRecords) {
    return shared ->
        new WindowOrdering(shared, windows(shared, sampler, windowRecords), pieces, indices);
  }

  private static Windows windows(Shared shared, Sampler sampler, long windowRecords) {
    return Windows.of(sampler, windowRecords, shared.gatherer::endWindow);
  }

  /** Forgets what was ordered: all slots are free. */
  void restart() {
    windows.reset();
  }

  /** Orders as much as there is room for; returns whether more can be ordered at once. */
  abstract boolean orderAhead();

  /** Size of the next batch or piece, if it can be taken as soon as it is ready; otherwise 0. */
  abstract int wantedRecords(BatchCursor next);

  /** Whether the next piece has failed without being read, so that there is no need to wait. */
  boolean hasFailed() {
    return false;
  }

  /**
   * Takes fewer records if no more can be ready at the same time.
   *
   * @param ready how many are ready, at least 1
   * @return whether that is possible; otherwise there is more to wait for
   */
  boolean makeDo(int ready) {
    return false;
  }

  /** The slot that the batch will be taken into, and that says which batch it is. */
  abstract Slot slotFor(BatchCursor next);

  /** Begins to take the batch, if that can go on by itself. */
  boolean begin(Slot slot) {
    return gatherer.beginTake(slot.size(), slot);
  }

  /** Takes the batch. */
  void take(Slot slot) {
    gatherer.take(slot.size(), slot);
  }

  /** The consumer has the slot now. */
  abstract void taken();

  /** Records ordered last, whose window has not ended: read now, they would be read one by one. */
  final long openRecords() {
    return windows.openRecords();
  }

  final boolean canOrder(int already) {
    return cursor.hasNext() && gatherer.room() - already >= cursor.size();
  }

  /** Notes that the cursor's batch was ordered. */
  final void ordered() {
    windows.ordered(cursor);
    advance();
  }

  final void advance() {
    cursor.advance(shared.threadCount);
  }

  final boolean isDry() {
    return shared.isDry.getAsBoolean();
  }

  final void order(MemorySegment indices, int count, Slot slot) {
    long start = System.nanoTime();
    gatherer.order(indices, count, slot);
    count(Statistic.PLAN, start);
  }

  final void count(Statistic statistic, long startNanos) {
    shared.counters.add(statistic, System.nanoTime() - startNanos);
  }
}
