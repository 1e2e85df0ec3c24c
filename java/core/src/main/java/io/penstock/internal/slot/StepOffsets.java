package io.penstock.internal.slot;

/**
 * Where the records of a slot lie in the step of their ranks. Ranks by position have no use for it,
 * and it keeps nothing then. Belongs to a slot, and is handed on with it.
 */
public final class StepOffsets {
  private int[] offsets = IndexSource.NO_OFFSETS;

  /** Room for so many, once it is needed: a slot is used again and again. */
  private final int capacity;

  StepOffsets(int capacity) {
    this.capacity = capacity;
  }

  /** Takes those of some records; none where ranks are by position. */
  void set(int[] others, int from, int count) {
    if (others.length > 0) {
      offsets = offsets.length == 0 ? new int[capacity] : offsets;
      System.arraycopy(others, from, offsets, 0, count);
    }
  }

  /** Takes those of another slot. */
  void set(StepOffsets other, int count) {
    set(other.offsets, 0, count);
  }

  /**
   * The position of a record in the epoch.
   *
   * @param at its batch
   * @param firstPlace how many records of the batch are in pieces before this slot
   * @param place of the record in the slot, before any were left out
   */
  public long position(BatchCursor at, int firstPlace, int place) {
    return offsets.length == 0
        ? at.share().position(at.batch(), firstPlace + place)
        : at.share().stepPosition(at.batch(), offsets[place]);
  }
}
