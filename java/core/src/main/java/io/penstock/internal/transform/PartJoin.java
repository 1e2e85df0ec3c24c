package io.penstock.internal.transform;

import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Brings the parts of the variable columns that a stage has made together.
 *
 * <p>Threads write parts of a batch at once, when nobody knows how long the parts before are: each
 * begins where its room does, and its records end so many values behind that. When all are there,
 * one thread moves them to each other, and counts from the beginning of the batch. The first part
 * is in its place already, and so are all where every record fills its room. No state; allocates
 * nothing.
 */
final class PartJoin {
  private PartJoin() {}

  /**
   * Joins the parts of some columns.
   *
   * @param partRecords of each part, but for the last
   */
  static void join(TransformJob job, List<PlannedValue> columns, int partRecords) {
    for (int i = 0; i < columns.size(); i++) {
      join(job, columns.get(i), partRecords);
    }
  }

  private static void join(TransformJob job, PlannedValue column, int partRecords) {
    Slot slot = job.slot;
    int number = column.number;
    int size = slot.size();
    long bytes = column.valueBytes();
    long at = slot.valuesAt(number);
    long done = slot.end(number, Math.min(partRecords, size) - 1);
    int to;
    for (int from = partRecords; from < size; from = to) {
      to = (int) Math.min((long) from + partRecords, size);
      long length = slot.end(number, to - 1);
      long begin = job.roomBegin(column, from);
      if (begin != done && length > 0) {
        MemorySegment memory = slot.memory();
        MemorySegment.copy(memory, at + begin * bytes, memory, at + done * bytes, length * bytes);
      }
      for (int i = from; i < to; i++) {
        slot.setEnd(number, i, slot.end(number, i) + done);
      }
      done += length;
    }
  }
}
