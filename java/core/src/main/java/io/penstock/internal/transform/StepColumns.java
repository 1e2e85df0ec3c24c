package io.penstock.internal.transform;

import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The inputs or the outputs of a step as one thread sees them: which memory they lie in for the
 * batch at hand, and where in it each record starts. Filled anew for each part of a batch. A record
 * of a variable column is a segment of its own, made when it is asked for: who asks for its address
 * instead makes no garbage.
 */
final class StepColumns {
  private final PlannedValue[] values;
  private final MemorySegment[] segments;
  private final long[] bases;
  private final long[] strides;

  /** The variable ones among the columns. */
  private final int[] variable;

  /** Those that this stage makes record by record; null for all others. */
  private final MadeRecords[] made;

  /** Of variable columns, how many values the record at hand has. */
  private final long[] lengths;

  /** Whether these are outputs, which have room instead of a length. */
  private final boolean areOutputs;

  private TransformJob job;

  /**
   * The columns of a step.
   *
   * @param columns in their order
   * @param areOutputs whether the step writes them
   * @param scratch memory of the thread
   * @param made the variable columns that the stage makes record by record
   */
  StepColumns(
      List<PlannedValue> columns,
      boolean areOutputs,
      MemorySegment scratch,
      Map<PlannedValue, MadeRecords> made) {
    this.areOutputs = areOutputs;
    this.values = columns.toArray(PlannedValue[]::new);
    this.segments = new MemorySegment[values.length];
    this.bases = new long[values.length];
    this.strides = new long[values.length];
    this.made = columns.stream().map(made::get).toArray(MadeRecords[]::new);
    this.variable = IntStream.range(0, values.length).filter(i -> values[i].isVariable()).toArray();
    this.lengths = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      boolean isScratch = values[i].home == PlannedValue.Home.SCRATCH;
      segments[i] = scratch;
      bases[i] = isScratch && !values[i].isVariable() ? values[i].offset : 0;
      strides[i] = isScratch ? 0 : values[i].column.recordBytes();
    }
  }

  void bind(TransformJob to) {
    job = to;
    for (int i = 0; i < values.length; i++) {
      if (!values[i].isVariable() && values[i].home != PlannedValue.Home.SCRATCH) {
        segments[i] = to.slotOf(values[i]).column(values[i].number);
      }
    }
  }

  boolean areFixed() {
    return variable.length == 0;
  }

  /** Turns the variable columns to a record. */
  void turnTo(int place) {
    for (int i : variable) {
      segments[i] = null;
      if (areOutputs) {
        made[i].begin(place);
      } else {
        lengths[i] =
            made[i] != null
                ? made[i].length()
                : job.slotOf(values[i]).recordValues(values[i].number, place);
      }
    }
  }

  private MemorySegment variable(int column, int place) {
    if (segments[column] == null) {
      segments[column] = made[column] == null ? stored(column, place) : made(column);
    }
    return segments[column];
  }

  private MemorySegment made(int column) {
    return areOutputs ? made[column].room() : made[column].record();
  }

  private MemorySegment stored(int column, int place) {
    Slot slot = job.slotOf(values[column]);
    int number = values[column].number;
    return slot.memory().asSlice(slot.recordAt(number, place), slot.recordBytes(number, place));
  }

  /** Checks that all variable outputs of the record at hand have got a length. */
  void check() {
    for (int i : variable) {
      made[i].check();
    }
  }

  MemorySegment segment(int column, int place) {
    return values[column].isVariable() ? variable(column, place) : segments[column];
  }

  long offset(int column, int place) {
    return bases[column] + strides[column] * place;
  }

  MemorySegment record(int column, int place) {
    return values[column].isVariable()
        ? variable(column, place)
        : segments[column].asSlice(offset(column, place), values[column].column.recordBytes());
  }

  /** Where a record lies, or where it is to be written. */
  long address(int column, int place) {
    if (!values[column].isVariable()) {
      return segments[column].address() + offset(column, place);
    }
    if (made[column] != null) {
      return made[column].address();
    }
    Slot slot = job.slotOf(values[column]);
    return slot.address() + slot.recordAt(values[column].number, place);
  }

  /** How many values there is room for in an output; one if all records have one size. */
  long room(int column) {
    return values[column].isVariable() ? made[column].most() : 1;
  }

  /** How many values the record at hand has in an input; one if all records have one size. */
  long length(int column) {
    return values[column].isVariable() ? lengths[column] : 1;
  }

  /** Says how many values the record at hand has in an output. */
  void setLength(int column, long length) {
    requireVariable(values[column]);
    made[column].setLength(length);
  }

  static void requireVariable(PlannedValue value) {
    if (!value.isVariable()) {
      throw new IllegalArgumentException(
          "column '%s': expected a variable column, found that all records have %d bytes"
              .formatted(value.column.name(), value.column.recordBytes()));
    }
  }
}
