package io.penstock.internal.transform;

import io.penstock.internal.slot.Slot;
import io.penstock.transform.BatchContext;
import io.penstock.transform.BatchTransform;
import io.penstock.transform.RecordRandom;
import io.penstock.transform.Transform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A transform of batches as one thread runs it: knows where its columns lie for the batch at hand.
 * Allocates nothing but segments of variable columns that are asked for.
 *
 * <p>Records of variable outputs may be written in any order: each is written where its room
 * begins, and moved to the one before it when the function has returned.
 */
public final class BatchStep implements BatchContext {
  private static final long UNSAID = -1;

  private final TransformChain.PlannedStep step;
  private final BatchTransform function;
  private final PlannedValue[] inputs;
  private final PlannedValue[] outputs;
  private final MemorySegment[] inputSegments;
  private final MemorySegment[] outputSegments;
  private final RecordRandom random = new RecordRandom();
  private final long seed;
  private TransformJob job;
  private long key;
  private int from;
  private int to;

  BatchStep(TransformChain.PlannedStep step, long seed) {
    this.step = step;
    this.function = ((Transform.OfBatches) step.bound()).function();
    this.inputs = step.inputs().toArray(PlannedValue[]::new);
    this.outputs = step.outputs().toArray(PlannedValue[]::new);
    this.inputSegments = new MemorySegment[inputs.length];
    this.outputSegments = new MemorySegment[outputs.length];
    this.seed = seed;
  }

  /** Transforms some records of a batch. */
  void run(TransformJob ofBatch, int first, int end) throws Exception {
    job = ofBatch;
    from = first;
    to = end;
    key = RecordRandom.key(seed, job.slot.epoch(), step.place());
    for (int i = 0; i < inputs.length; i++) {
      inputSegments[i] = job.slotOf(inputs[i]).column(inputs[i].number);
    }
    for (int i = 0; i < outputs.length; i++) {
      if (outputs[i].isVariable()) {
        forget(outputs[i]);
      } else {
        outputSegments[i] = job.slot.column(outputs[i].number);
      }
    }
    function.apply(this, from, to);
    for (PlannedValue output : outputs) {
      if (output.isVariable()) {
        pack(output);
      }
    }
  }

  private void forget(PlannedValue output) {
    for (int i = from; i < to; i++) {
      job.slot.setEnd(output.number, i, UNSAID);
    }
  }

  /** Lets the records of the part follow each other, and says where each ends in it. */
  private void pack(PlannedValue output) {
    Slot slot = job.slot;
    long valueBytes = output.valueBytes();
    long at = slot.valuesAt(output.number);
    long begin = job.roomBegin(output, from);
    long done = 0;
    for (int i = from; i < to; i++) {
      long length = slot.end(output.number, i);
      if (length == UNSAID) {
        throw MadeRecords.unsaid(output);
      }
      long source = job.roomBegin(output, i);
      if (source != begin + done && length > 0) {
        MemorySegment.copy(
            slot.memory(),
            at + source * valueBytes,
            slot.memory(),
            at + (begin + done) * valueBytes,
            length * valueBytes);
      }
      done += length;
      slot.setEnd(output.number, i, done);
    }
  }

  String name() {
    return step.transform().name();
  }

  @Override
  public long epoch() {
    return job.slot.epoch();
  }

  @Override
  public int size() {
    return job.slot.size();
  }

  @Override
  public long position(int i) {
    return job.position(i);
  }

  @Override
  public long index(int i) {
    Objects.checkIndex(i, size());
    return job.slot.indices().getAtIndex(ValueLayout.JAVA_LONG, i);
  }

  @Override
  public MemorySegment input(int column) {
    return inputSegments[column];
  }

  @Override
  public MemorySegment inputOffsets(int column) {
    StepColumns.requireVariable(inputs[column]);
    return job.slotOf(inputs[column]).recordOffsets(inputs[column].number);
  }

  @Override
  public MemorySegment inputRecord(int column, int i) {
    Objects.checkIndex(i, size());
    Slot slot = job.slotOf(inputs[column]);
    int number = inputs[column].number;
    return slot.memory().asSlice(slot.recordAt(number, i), slot.recordBytes(number, i));
  }

  @Override
  public MemorySegment output(int column) {
    if (outputs[column].isVariable()) {
      throw new IllegalArgumentException(
          "column '%s': expected records of one size, found a variable column: write each record where outputRecord says"
              .formatted(outputs[column].column.name()));
    }
    return outputSegments[column];
  }

  @Override
  public MemorySegment outputRecord(int column, int i) {
    checkOwn(i);
    PlannedValue output = outputs[column];
    if (!output.isVariable()) {
      long bytes = output.column.recordBytes();
      return outputSegments[column].asSlice(i * bytes, bytes);
    }
    long bytes = output.valueBytes();
    long at = job.slot.valuesAt(output.number) + job.roomBegin(output, i) * bytes;
    return job.slot.memory().asSlice(at, job.roomValues(output, i) * bytes);
  }

  @Override
  public void setOutputLength(int column, int i, long values) {
    checkOwn(i);
    PlannedValue output = outputs[column];
    StepColumns.requireVariable(output);
    MadeRecords.checkLength(output, values, job.roomValues(output, i));
    job.slot.setEnd(output.number, i, values);
  }

  private void checkOwn(int i) {
    if (i < from || i >= to) {
      throw new IndexOutOfBoundsException(
          "expected a record of this call, %d up to but not including %d, found %d"
              .formatted(from, to, i));
    }
  }

  @Override
  public RecordRandom random(int i) {
    return random.start(key, position(i));
  }
}
