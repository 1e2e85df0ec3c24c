package io.penstock.internal.transform;

import io.penstock.internal.dataset.RecordNames;
import io.penstock.transform.RecordContext;
import io.penstock.transform.RecordRandom;
import io.penstock.transform.RecordTransform;
import io.penstock.transform.Transform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/**
 * A transform of records as one thread runs it: knows where its columns lie for the batch and the
 * record at hand. Allocates nothing but segments of variable columns that are asked for.
 */
public final class RecordStep implements RecordContext {
  private final TransformChain.PlannedStep step;
  private final RecordTransform function;
  private final StepColumns inputs;
  private final StepColumns outputs;
  private final boolean isFixed;
  private final RecordRandom random = new RecordRandom();
  private final RecordNames names;
  private final long seed;
  private TransformJob job;
  private long key;
  private int place;

  RecordStep(
      TransformChain.PlannedStep step,
      MemorySegment scratch,
      Map<PlannedValue, MadeRecords> made,
      RecordNames names,
      long seed) {
    this.step = step;
    this.names = names;
    this.function = ((Transform.OfRecords) step.bound()).function();
    this.inputs = new StepColumns(step.inputs(), false, scratch, made);
    this.outputs = new StepColumns(step.outputs(), true, scratch, made);
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
    inputs.turnTo(which);
    outputs.turnTo(which);
    function.apply(this);
    outputs.check();
  }

  String name() {
    return step.transform().name();
  }

  /** Name of the column that it reads first; empty if it reads none. */
  String firstInput() {
    return step.inputs().isEmpty() ? "" : step.inputs().getFirst().column.name();
  }

  /** What the record at a place is called, by the first of its inputs that was read. */
  String recordName(int which) {
    for (int i = 0; i < step.inputs().size(); i++) {
      if (step.inputs().get(i).home == PlannedValue.Home.INPUT) {
        place = which;
        return recordName(i, index());
      }
    }
    return "";
  }

  private String recordName(int column, long index) {
    PlannedValue input = step.inputs().get(column);
    return input.home == PlannedValue.Home.INPUT ? names.of(input.number, index) : "";
  }

  @Override
  public String origin(int column) {
    String name = recordName(column, index());
    return name.isEmpty() ? "record " + index() : "record %d (%s)".formatted(index(), name);
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
    return inputs.segment(column, place);
  }

  @Override
  public long inputOffset(int column) {
    return inputs.offset(column, place);
  }

  @Override
  public MemorySegment output(int column) {
    return outputs.segment(column, place);
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
  public long inputAddress(int column) {
    return inputs.address(column, place);
  }

  @Override
  public long outputAddress(int column) {
    return outputs.address(column, place);
  }

  @Override
  public long outputRoom(int column) {
    return outputs.room(column);
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
