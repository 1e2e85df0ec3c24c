package io.penstock.internal.pipeline;

import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.BatchFiller;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotQueue;
import io.penstock.internal.slot.Windows;
import io.penstock.statistics.Statistic;

/** Orders each batch together with the slot that it lands in. */
final class SlotOrdering extends Ordering {
  private final BatchFiller filler;

  /** Slots whose batches were ordered and not taken. */
  private final SlotQueue ordered;

  SlotOrdering(Shared shared, Windows windows, BatchFiller filler) {
    super(shared, windows);
    this.filler = filler;
    this.ordered = new SlotQueue(free.capacity());
  }

  @Override
  void restart() {
    super.restart();
    ordered.drainTo(free);
    filler.reset();
  }

  @Override
  boolean orderAhead() {
    while (!free.isEmpty() && canOrder(0)) {
      Slot slot = free.peek();
      long start = System.nanoTime();
      boolean isLastPiece = filler.fill(slot, cursor);
      count(Statistic.ORDER, start);
      ordered.add(free.poll()); // Only now: a sampler that throws must not cost a slot.
      if (slot.failure() == null) {
        order(slot.indices(), slot.size(), slot);
      }
      if (isLastPiece) {
        ordered();
      }
    }
    return false;
  }

  @Override
  int wantedRecords(BatchCursor next) {
    boolean isNone = ordered.isEmpty() || hasFailed() || mustWait(ordered.peek());
    return isNone ? 0 : ordered.peek().size();
  }

  /** The records are where they belong. */
  @Override
  boolean begin(Slot slot) {
    return false;
  }

  /** A batch that has failed already was not ordered. */
  @Override
  boolean hasFailed() {
    return !ordered.isEmpty() && ordered.peek().failure() != null;
  }

  /**
   * Whether to wait until the window has ended before this batch is read. It ends as the consumer
   * gives back slots, unless the consumer keeps them all: with nothing to fetch and nothing given
   * back, it waits for this batch.
   */
  private boolean mustWait(Slot next) {
    boolean isOpen = gatherer.ordered() - openRecords() < next.size();
    return isOpen && !(free.isEmpty() && isDry());
  }

  @Override
  Slot slotFor(BatchCursor next) {
    return ordered.peek();
  }

  @Override
  void take(Slot slot) {
    if (slot.failure() == null) {
      super.take(slot);
    }
  }

  @Override
  void taken() {
    ordered.poll();
  }
}
