package io.penstock.internal.transform;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.report.FailureWords;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One transforming thread: takes parts of batches from the {@link Transformer} and runs a stage on
 * them; when there are none, fetches the next batch that was read.
 *
 * <p>What it owns: its scratch memory and the steps over it. What a transform throws fails the
 * batch, never the thread: the part is given back without allocating anything. Allocates nothing
 * while all goes well, but a segment for each record of a variable column that a step reads or
 * writes.
 */
final class TransformWorker implements Runnable {
  private final Transformer transformer;
  private final List<StageRun> stages = new ArrayList<>();
  private final PassedColumns passed;
  private final FailureWords words = new FailureWords("a transform failed");

  // What there is to do; written by the transformer under its lock.
  TransformJob job;
  int from;
  int to;
  long feedIteration;

  /** The steps of a stage; one of the two is empty. */
  private static final class StageRun {
    private final RecordStep[] records;
    private final BatchStep[] batches;

    /** The variable columns that its steps make record by record. */
    private final MadeRecords[] made;

    StageRun(TransformChain.Stage stage, MemorySegment scratch, long seed) {
      boolean isOfBatches = stage.isOfBatches();
      Map<PlannedValue, MadeRecords> ofValues = new LinkedHashMap<>();
      stage.steps().stream()
          .flatMap(step -> step.outputs().stream())
          .filter(value -> value.isVariable() && !isOfBatches)
          .forEach(value -> ofValues.put(value, new MadeRecords(value, scratch)));
      made = ofValues.values().toArray(MadeRecords[]::new);
      records =
          stage.steps().stream()
              .filter(step -> !isOfBatches)
              .map(step -> new RecordStep(step, scratch, ofValues, seed))
              .toArray(RecordStep[]::new);
      batches =
          stage.steps().stream()
              .filter(step -> isOfBatches)
              .map(step -> new BatchStep(step, seed))
              .toArray(BatchStep[]::new);
    }

    void bind(TransformJob job, int from) {
      for (MadeRecords column : made) {
        column.bind(job, from);
      }
      for (RecordStep step : records) {
        step.bind(job);
      }
    }

    /** A record has gone through all steps. */
    void end(int place) {
      for (MadeRecords column : made) {
        column.end(place);
      }
    }
  }

  TransformWorker(Transformer transformer, TransformPlan plan, MemorySegment scratch, long seed) {
    this.transformer = transformer;
    for (TransformChain.Stage stage : plan.stages()) {
      stages.add(new StageRun(stage, scratch, seed));
    }
    this.passed = new PassedColumns(plan);
  }

  @Override
  public void run() {
    try {
      while (transformer.awaitWork(this)) {
        if (job == null) {
          transformer.feed(feedIteration);
        } else {
          work();
        }
      }
    } catch (Throwable t) {
      transformer.died(t);
    }
  }

  private void work() {
    long start = System.nanoTime();
    int place = from;
    String name = "copy";
    PenstockException failure = null;
    try {
      if (job.stage == 0) {
        passed.copy(job, from, to);
      }
      StageRun stage = stages.get(job.stage);
      for (BatchStep step : stage.batches) {
        name = step.name();
        step.run(job, from, to);
      }
      stage.bind(job, from);
      boolean isFixed = stage.made.length == 0;
      for (; place < to && stage.records.length > 0 && !job.isAbandoned(); place++) {
        for (RecordStep step : stage.records) {
          name = step.name();
          step.run(place);
        }
        if (!isFixed) {
          stage.end(place);
        }
      }
    } catch (Throwable t) {
      failure = failure(name, place, t);
    }
    if (failure == null) {
      transformer.done(job, System.nanoTime() - start);
    } else {
      transformer.failed(job, System.nanoTime() - start, place, failure);
    }
    // An interrupt by a transform of its own thread is not meant for us.
    Thread.interrupted();
  }

  private PenstockException failure(String name, int place, Throwable cause) {
    try {
      boolean isOfRecord = stages.get(job.stage).records.length > 0;
      return isOfRecord ? ofRecord(name, place, cause) : ofPart(name, cause);
    } catch (Throwable t) {
      return words.spare();
    }
  }

  private PenstockException ofRecord(String name, int place, Throwable cause) {
    long index = job.slot.indices().getAtIndex(ValueLayout.JAVA_LONG, place);
    return PenstockException.builder(
            ErrorKind.TRANSFORM_FAILED,
            ("transform '%s' failed on record %d (epoch %d, position %d): %s: its batch is left"
                    + " out; correct the transform or leave the record out of the order")
                .formatted(
                    name, index, job.slot.epoch(), job.position(place), FailureWords.of(cause)))
        .recordIndex(index)
        .cause(cause)
        .build();
  }

  private PenstockException ofPart(String name, Throwable cause) {
    return new PenstockException(
        ErrorKind.TRANSFORM_FAILED,
        ("transform '%s' failed on records at positions %d to %d of epoch %d: %s: their batch is"
                + " left out; correct the transform")
            .formatted(
                name,
                job.position(from),
                job.position(to - 1),
                job.slot.epoch(),
                FailureWords.of(cause)),
        cause);
  }
}
