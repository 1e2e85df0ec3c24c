package io.penstock.internal.transform;

import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;

/**
 * A variable column that record transforms make, as one thread sees it: where the record at hand
 * goes, and how many values it has.
 *
 * <p>In a slot the records of a part of a batch follow each other without gaps, beginning where the
 * room of the first one does; {@link PartJoin} brings the parts together. In scratch memory each
 * record replaces the one before.
 */
final class MadeRecords {
  private static final long UNSAID = -1;

  private final PlannedValue value;
  private final MemorySegment scratch;
  private final long valueBytes;
  private TransformJob job;
  private MemorySegment memory;

  /** Where the part begins in the memory. */
  private long partAt;

  /** Values of the part's records before the one at hand. */
  private long done;

  private long most;
  private long length;

  MadeRecords(PlannedValue value, MemorySegment scratch) {
    this.value = value;
    this.scratch = scratch;
    this.valueBytes = value.valueBytes();
  }

  /** Turns to a part of a batch. */
  void bind(TransformJob to, int from) {
    job = to;
    done = 0;
    if (isScratch()) {
      memory = scratch;
      partAt = value.offset;
    } else {
      memory = to.slot.memory();
      partAt = to.slot.valuesAt(value.number) + to.roomBegin(value, from) * valueBytes;
    }
  }

  private boolean isScratch() {
    return value.home == PlannedValue.Home.SCRATCH;
  }

  /** Turns to the next record. */
  void begin(int place) {
    most = job.roomValues(value, place);
    length = UNSAID;
  }

  /** Where the record at hand is to be written. */
  MemorySegment room() {
    return memory.asSlice(at(), most * valueBytes);
  }

  /** How many values there is room for. */
  long most() {
    return most;
  }

  /** Where the record at hand lies, or is to be written. */
  long address() {
    return memory.address() + at();
  }

  private long at() {
    return partAt + done * valueBytes;
  }

  void setLength(long values) {
    checkLength(value, values, most);
    length = values;
  }

  static void checkLength(PlannedValue value, long values, long most) {
    if (values < 0 || values > most) {
      throw new IllegalArgumentException(
          "column '%s': expected 0 to %d values for this record, found %d: write fewer, or declare more for the column"
              .formatted(value.column.name(), most, values));
    }
  }

  /** What a transform fails with that does not say how many values it wrote. */
  static IllegalStateException unsaid(PlannedValue value) {
    return new IllegalStateException(
        "column '%s': expected the number of values that were written, found that setOutputLength was not called"
            .formatted(value.column.name()));
  }

  /** The record at hand as it was written. */
  MemorySegment record() {
    return memory.asSlice(at(), length * valueBytes);
  }

  /** How many values the record at hand has. */
  long length() {
    return length;
  }

  /** All steps that write the record have returned. */
  void check() {
    if (length == UNSAID) {
      throw unsaid(value);
    }
  }

  /** The stage is done with the record at hand. */
  void end(int place) {
    if (!isScratch()) {
      Slot slot = job.slot;
      done += length;
      slot.setEnd(value.number, place, done);
    }
  }
}
