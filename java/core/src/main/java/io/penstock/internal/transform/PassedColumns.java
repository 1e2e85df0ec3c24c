package io.penstock.internal.transform;

import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotRecords;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The columns that no transform touches: copies them from the slot that was read into to the one
 * that is delivered, a part of the batch at a time. Immutable; allocates nothing.
 */
final class PassedColumns {
  private final int[] from;
  private final int[] to;

  /** Size of a record; 0 of a variable column. */
  private final long[] bytes;

  PassedColumns(TransformPlan plan) {
    List<PlannedValue> passed = plan.passed();
    this.from = passed.stream().mapToInt(value -> value.number).toArray();
    this.to = passed.stream().mapToInt(plan::passedTo).toArray();
    this.bytes = passed.stream().mapToLong(value -> value.column.recordBytes()).toArray();
  }

  /** Copies the records of some places. */
  void copy(TransformJob job, int first, int end) {
    for (int i = 0; i < from.length; i++) {
      if (bytes[i] == 0) {
        SlotRecords.copy(job.input, from[i], job.slot, to[i], first, end);
      } else {
        copy(job.input, from[i], job.slot, to[i], first * bytes[i], (end - first) * bytes[i]);
      }
    }
  }

  private static void copy(
      Slot input, int column, Slot output, int target, long at, long byteCount) {
    MemorySegment.copy(input.column(column), at, output.column(target), at, byteCount);
  }
}
