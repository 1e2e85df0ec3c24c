package io.penstock.internal.pipeline;

import io.penstock.internal.counters.Figures;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.SlotQueue;

/**
 * Where a reading thread and the consumer meet: finished batches on their way out, slots on their
 * way back.
 *
 * <p>Plain fields of the {@link Pipeline}, one set for each reading thread; only used under its
 * lock.
 */
final class FinishedBatches {
  final SlotQueue published;
  final SlotQueue returned;
  final Figures statistics = new Figures();
  final int slotCount;

  /** Slots that the consumer holds. */
  int outCount;

  /** The session that the reading thread works on; 0: none yet. */
  long session;

  /** What ended the session; null while it goes on. */
  Throwable failure;

  /** Bytes that the reading thread's gatherer still has to read before it can be used. */
  long unprepared;

  /** Whether the reading thread's gatherer is open. */
  boolean isOpen;

  /** What ended the thread other than closing; null while it runs. */
  Throwable death;

  FinishedBatches(int slotCount) {
    this.slotCount = slotCount;
    published = new SlotQueue(slotCount);
    returned = new SlotQueue(slotCount);
  }

  /** Whether the consumer holds every slot, so that none can be filled. */
  boolean areAllHeld() {
    return outCount == slotCount;
  }

  /** Throws what ended the session or the reading thread, if anything did. */
  void checkAlive() {
    Throwable cause = death == null ? failure : death;
    if (cause != null) {
      throw FailureWords.stopped(cause);
    }
  }
}
