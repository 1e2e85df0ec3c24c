package io.penstock.internal.transform;

import io.penstock.transform.RecordContext;
import io.penstock.transform.RecordRandom;
import io.penstock.transform.RecordTransform;
import io.penstock.transform.Transform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/**
 * A transform of records as one thread runs it: knows where its columns lie for the batch and the
 * record at hand. Allocates nothing but a segment for each record of a variable column.
 */
public final class RecordStep implements RecordContext {
  private final TransformChain.PlannedStep step;
  private final RecordTransform function;
  private final StepColumns inputs;
  private final StepColumns outputs;
  private final boolean isFixed;
  private final RecordRandom random = new RecordRandom();
  private final long seed;
  private TransformJob job;
  private long key;
  private int place;

  RecordStep(
      TransformChain.PlannedStep step,
      MemorySegment scratch,
      Map<PlannedValue, MadeRecords> made,
      long seed) {
    this.step = step;
    this.function = ((Transform.OfRecords) step.bound()).function();
    this.inputs = new StepColumns(step.inputs(), scratch, made);
    this.outputs = new StepColumns(step.outputs(), scratch, made);
    this.isFixed = inputs.areFixed() && outputs.areFixed();
    this.seed = seed;
  }

  /** Turns to a batch. */
  void bind(TransformJob to) {
    job = to;
    key = RecordRandom.key(seed, to.slot.epoch(), step.place());
    inputs.bind(to);
    outputs.bind(to);
  }

  /** Transforms one record. */
  void run(int which) throws Exception {
    place = which;
    if (isFixed) {
      function.apply(this);
      return;
    }
    inputs.read(which);
    outputs.write(which);
    function.apply(this);
    outputs.check();
  }

  String name() {
    return step.transform().name();
  }

  @Override
  public long epoch() {
    return job.slot.epoch();
  }

  @Override
  public long position() {
    return job.position(place);
  }

  @Override
  public long index() {
    return job.slot.indices().getAtIndex(ValueLayout.JAVA_LONG, place);
  }

  @Override
  public MemorySegment input(int column) {
    return inputs.segment(column);
  }

  @Override
  public long inputOffset(int column) {
    return inputs.offset(column, place);
  }

  @Override
  public MemorySegment output(int column) {
    return outputs.segment(column);
  }

  @Override
  public long outputOffset(int column) {
    return outputs.offset(column, place);
  }

  @Override
  public MemorySegment inputRecord(int column) {
    return inputs.record(column, place);
  }

  @Override
  public MemorySegment outputRecord(int column) {
    return outputs.record(column, place);
  }

  @Override
  public long inputLength(int column) {
    return inputs.length(column);
  }

  @Override
  public void setOutputLength(int column, long values) {
    outputs.setLength(column, values);
  }

  @Override
  public RecordRandom random() {
    return random.start(key, position());
  }
}
