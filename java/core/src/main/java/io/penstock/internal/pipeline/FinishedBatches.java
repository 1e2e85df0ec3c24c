package io.penstock.internal.pipeline;

import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.SlotQueue;

/**
 * Where a lane and the consumer meet: finished batches on their way out, slots on their way back.
 *
 * <p>Plain fields of the {@link Pipeline}, one set for each lane; only used under its lock.
 */
final class FinishedBatches {
  final SlotQueue published;
  final SlotQueue returned;
  final Figures statistics = new Figures();
  final int slotCount;

  /** Slots that the consumer holds. */
  int outCount;

  /** The session that the lane works on; 0: none yet. */
  long session;

  /** What ended the session; null while it goes on. */
  Throwable failure;

  /** Bytes that the lane's gatherer has still to read before it can be used. */
  long unprepared;

  /** Whether the lane's gatherer is open. */
  boolean isOpen;

  /** What ended the lane's thread other than closing; null while it runs. */
  Throwable death;

  FinishedBatches(int slotCount) {
    this.slotCount = slotCount;
    published = new SlotQueue(slotCount);
    returned = new SlotQueue(slotCount);
  }
}
