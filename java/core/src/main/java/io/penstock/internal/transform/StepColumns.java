package io.penstock.internal.transform;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The inputs or the outputs of a step as one thread sees them: which memory they lie in for the
 * batch at hand, and where in it each record starts. Filled anew for each part of a batch.
 */
final class StepColumns {
  private final TransformPlan.PlannedValue[] values;
  private final MemorySegment[] segments;
  private final long[] bases;
  private final long[] strides;

  StepColumns(List<TransformPlan.PlannedValue> columns, MemorySegment scratch) {
    this.values = columns.toArray(TransformPlan.PlannedValue[]::new);
    this.segments = new MemorySegment[values.length];
    this.bases = new long[values.length];
    this.strides = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      boolean isScratch = values[i].home == TransformPlan.Home.SCRATCH;
      segments[i] = scratch;
      bases[i] = isScratch ? values[i].offset : 0;
      strides[i] = isScratch ? 0 : values[i].column.recordBytes();
    }
  }

  void bind(TransformJob job) {
    for (int i = 0; i < values.length; i++) {
      switch (values[i].home) {
        case INPUT -> segments[i] = job.input.column(values[i].number);
        case SLOT -> segments[i] = job.slot.column(values[i].number);
        case SCRATCH -> {}
      }
    }
  }

  MemorySegment segment(int column) {
    return segments[column];
  }

  long offset(int column, int place) {
    return bases[column] + strides[column] * place;
  }

  MemorySegment record(int column, int place) {
    return segments[column].asSlice(offset(column, place), values[column].column.recordBytes());
  }
}
