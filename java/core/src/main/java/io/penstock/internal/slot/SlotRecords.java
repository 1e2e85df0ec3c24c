package io.penstock.internal.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;

/**
 * Moves records within a slot, and copies them from one slot to another. No state.
 *
 * <p>Only {@link #resize} and {@link #leaveOut} allocate anything.
 */
public final class SlotRecords {
  private SlotRecords() {}

  /**
   * Copies records of a variable column of a slot to the same places of one of another slot, whose
   * values have a place already.
   */
  public static void copy(
      Slot source, int sourceColumn, Slot target, int targetColumn, int from, int to) {
    long bytes = target.valueBytes(targetColumn);
    long first = source.begin(sourceColumn, from);
    MemorySegment.copy(
        source.memory(),
        source.valuesAt(sourceColumn) + first * bytes,
        target.memory(),
        target.valuesAt(targetColumn) + first * bytes,
        (source.end(sourceColumn, to - 1) - first) * bytes);
    MemorySegment.copy(
        source.memory(),
        source.endAt(sourceColumn, from),
        target.memory(),
        target.endAt(targetColumn, from),
        (to - from) * (long) Long.BYTES);
  }

  /**
   * Copies a record with its index from one place of the batch to another one before it. Records of
   * variable columns are to be moved in ascending order: each goes to where the one before it ends.
   */
  public static void move(Slot slot, int from, int to) {
    if (from == to) {
      return;
    }
    MemorySegment memory = slot.memory();
    for (int c = 0; c < slot.columnCount(); c++) {
      long bytes = slot.recordBytes(c, from);
      MemorySegment.copy(memory, slot.recordAt(c, from), memory, slot.recordAt(c, to), bytes);
      if (slot.isVariable(c)) {
        slot.setEnd(c, to, slot.begin(c, to) + bytes / slot.valueBytes(c));
      }
    }
    MemorySegment indices = slot.indices();
    MemorySegment.copy(
        indices, from * (long) Long.BYTES, indices, to * (long) Long.BYTES, Long.BYTES);
  }

  /**
   * Leaves records of the batch out; those behind them move up.
   *
   * @param bad their places
   */
  public static void leaveOut(Slot slot, Set<Integer> bad) {
    int[] before = slot.places();
    int[] places = new int[slot.size() - bad.size()];
    int kept = 0;
    int keptRecords = 0;
    for (int i = 0; i < slot.size(); i++) {
      if (bad.contains(i)) {
        continue;
      }
      move(slot, i, kept);
      places[kept] = before == null ? i : before[i];
      kept++;
      keptRecords += i < slot.recordCount() ? 1 : 0;
    }
    slot.shrink(places, keptRecords);
  }

  /**
   * Gives one record of the batch another size; its bytes are undefined then, all others stay.
   *
   * @param place of the record
   * @param bytes that it is to have in each column; of columns with records of one size, theirs
   * @return false, and nothing is changed, where the slot has no room for that
   */
  public static boolean resize(Slot slot, int place, long[] bytes) {
    if (!hasRoom(slot, place, bytes)) {
      return false;
    }
    byte[][] before = new byte[bytes.length][];
    byte[][] behind = new byte[bytes.length][];
    for (int c = 0; c < bytes.length; c++) {
      if (slot.isVariable(c)) {
        MemorySegment values = slot.column(c);
        long begin = slot.begin(c, place) * slot.valueBytes(c);
        long end = begin + slot.recordBytes(c, place);
        before[c] = values.asSlice(0, begin).toArray(ValueLayout.JAVA_BYTE);
        behind[c] = values.asSlice(end).toArray(ValueLayout.JAVA_BYTE);
        long more = bytes[c] / slot.valueBytes(c) - slot.recordValues(c, place);
        for (int i = place; i < slot.size(); i++) {
          slot.setEnd(c, i, slot.end(c, i) + more);
        }
      }
    }
    slot.placeValues();
    for (int c = 0; c < bytes.length; c++) {
      if (slot.isVariable(c)) {
        MemorySegment values = slot.column(c);
        put(before[c], values, 0);
        put(behind[c], values, values.byteSize() - behind[c].length);
      }
    }
    return true;
  }

  private static boolean hasRoom(Slot slot, int place, long[] bytes) {
    long end = slot.valuesStart();
    for (int c = 0; c < bytes.length; c++) {
      if (slot.isVariable(c)) {
        long all = slot.end(c, slot.size() - 1) * slot.valueBytes(c);
        end = Slot.aligned(end + all - slot.recordBytes(c, place) + bytes[c]);
      }
    }
    return end <= slot.memory().byteSize();
  }

  private static void put(byte[] from, MemorySegment to, long at) {
    MemorySegment.copy(from, 0, to, ValueLayout.JAVA_BYTE, at, from.length);
  }
}
