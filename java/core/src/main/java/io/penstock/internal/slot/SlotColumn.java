package io.penstock.internal.slot;

import java.util.ArrayList;
import java.util.List;

/** Where a column lies in a slot, and the size of its records. */
public sealed interface SlotColumn {
  /** Where it starts in the slot. */
  long offset();

  /** Size of a record; if records have different sizes, of one value. */
  long bytes();

  /** Where the part of a slot with a fixed place ends, for this many records. */
  long endOffset(int capacity);

  /** Records of one size. */
  record Fixed(long offset, long bytes) implements SlotColumn {
    @Override
    public long endOffset(int capacity) {
      return offset + capacity * bytes;
    }
  }

  /**
   * Records of different sizes. At the offset lie int64 numbers: where the values begin in the
   * slot, and then where records begin in them, with the end of the last one behind.
   */
  record Variable(long offset, long bytes) implements SlotColumn {
    @Override
    public long endOffset(int capacity) {
      return offset + (capacity + 2L) * Long.BYTES;
    }
  }

  /** Columns of records of one size. */
  static List<SlotColumn> fixed(List<Long> offsets, List<Long> recordBytes) {
    List<SlotColumn> columns = new ArrayList<>();
    for (int c = 0; c < offsets.size(); c++) {
      columns.add(new Fixed(offsets.get(c), recordBytes.get(c)));
    }
    return columns;
  }
}
