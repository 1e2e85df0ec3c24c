package io.penstock.internal.transform;

import io.penstock.transform.BatchContext;
import io.penstock.transform.BatchTransform;
import io.penstock.transform.RecordRandom;
import io.penstock.transform.Transform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A transform of batches as one thread runs it: knows where its columns lie for the batch at hand.
 * Allocates nothing.
 */
public final class BatchStep implements BatchContext {
  private final TransformPlan.PlannedStep step;
  private final BatchTransform function;
  private final StepColumns inputs;
  private final StepColumns outputs;
  private final RecordRandom random = new RecordRandom();
  private final long seed;
  private TransformJob job;
  private long key;

  BatchStep(TransformPlan.PlannedStep step, MemorySegment scratch, long seed) {
    this.step = step;
    this.function = ((Transform.OfBatches) step.bound()).function();
    this.inputs = new StepColumns(step.inputs(), scratch);
    this.outputs = new StepColumns(step.outputs(), scratch);
    this.seed = seed;
  }

  /** Turns to a batch. */
  void bind(TransformJob to) {
    job = to;
    key = RecordRandom.key(seed, to.slot.epoch(), step.place());
    inputs.bind(to);
    outputs.bind(to);
  }

  /** Transforms some records. */
  void run(int from, int to) throws Exception {
    function.apply(this, from, to);
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
    return inputs.segment(column);
  }

  @Override
  public MemorySegment output(int column) {
    return outputs.segment(column);
  }

  @Override
  public RecordRandom random(int i) {
    return random.start(key, position(i));
  }
}
