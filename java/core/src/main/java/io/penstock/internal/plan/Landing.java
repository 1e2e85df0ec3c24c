package io.penstock.internal.plan;

/** Where a record lands that a native reader has read. */
public sealed interface Landing {
  /** How many cells each reader has. */
  int cellCount();

  /** In the slot of its batch, with which it was ordered. */
  record InSlots() implements Landing {
    @Override
    public int cellCount() {
      return 0;
    }
  }

  /**
   * In a cell, where it waits until its batch is due.
   *
   * @param cellCount records that each reader holds ahead of their batch, at most
   */
  record InCells(int cellCount) implements Landing {}
}
