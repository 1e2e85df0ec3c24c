package io.penstock.internal.slot;

/** Puts the indices of a batch into slots. Used by one reading thread. */
public interface BatchFiller {
  /** Puts each batch into one slot, as a whole. */
  static BatchFiller whole(IndexSource records) {
    return new BatchFiller() {
      @Override
      public boolean fill(Slot slot, BatchCursor cursor) {
        slot.assign(cursor);
        records.fill(cursor, slot.indices());
        slot.locate(records.stepOffsets(), 0, cursor);
        return true;
      }

      @Override
      public void reset() {
        // Nothing is kept between batches.
      }
    };
  }

  /** Fills a slot with the next piece of the cursor's batch; returns whether it is the last one. */
  boolean fill(Slot slot, BatchCursor cursor);

  /** Another order begins. */
  void reset();
}
