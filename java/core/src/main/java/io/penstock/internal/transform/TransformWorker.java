package io.penstock.internal.transform;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.RecordNames;
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
 * while all goes well, but the segments of variable columns that steps ask for.
 */
final class TransformWorker implements Runnable {
  private final Transformer transformer;
  private final List<StageRun> stages = new ArrayList<>();
  private final PassedColumns passed;
  private final TransformRules rules;
  private BatchMending mending;
  private final FailureWords words = new FailureWords("a transform failed");

  // What there is to do; written by the transformer under its lock.
  TransformJob job;
  int from;
  int to;
  long feedIteration;

  /** The record at hand, and the step of batches. */
  private int place;

  private String name = "copy";

  /** The steps of a stage; one of the two is empty. */
  private static final class StageRun {
    private final RecordStep[] records;
    private final BatchStep[] batches;

    /** The variable columns that its steps make record by record. */
    private final MadeRecords[] made;

    private int at;

    StageRun(TransformChain.Stage stage, MemorySegment scratch, RecordNames names, long seed) {
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
              .map(step -> new RecordStep(step, scratch, ofValues, names, seed))
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

    /** Takes a record through all steps. */
    void run(int place) throws Exception {
      for (at = 0; at < records.length; at++) {
        records[at].run(place);
      }
      for (MadeRecords column : made) {
        column.end(place);
      }
    }

    /** The step that the record at hand has come to. */
    RecordStep step() {
      return records[Math.min(at, records.length - 1)];
    }
  }

  TransformWorker(
      Transformer transformer,
      TransformPlan plan,
      TransformRules rules,
      MemorySegment scratch,
      long seed) {
    this.transformer = transformer;
    this.rules = rules;
    for (TransformChain.Stage stage : plan.stages()) {
      stages.add(new StageRun(stage, scratch, rules.names(), seed));
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
    PenstockException failure = null;
    place = from;
    name = "copy";
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
      for (; place < to && stage.records.length > 0 && !job.isAbandoned(); place++) {
        run(stage);
      }
    } catch (Throwable t) {
      failure = failure(place, t);
    }
    if (failure == null) {
      transformer.done(job, System.nanoTime() - start, this);
    } else {
      transformer.failed(job, System.nanoTime() - start, place, failure);
    }
    // An interrupt by a transform of its own thread is not meant for us.
    Thread.interrupted();
  }

  /** Takes the record at hand through a stage. If it is bad, and may be, it is noted. */
  private void run(StageRun stage) throws Exception {
    try {
      stage.run(place);
    } catch (PenstockException e) {
      if (!rules.canMend() || !TransformRules.isBadRecord(e)) {
        throw e;
      }
      RecordStep step = stage.step();
      PenstockException failure = ofRecord(place, e);
      String problem = "%s: %s".formatted(title(step, place), e.getMessage());
      job.addBad(place, new BadPlace(index(place), step.firstInput(), problem, failure));
    }
  }

  /** Mends a batch that has bad records; returns why that cannot be done, or null. */
  PenstockException mend(TransformJob ofBatch) {
    job = ofBatch;
    place = 0;
    try {
      mending = mending == null ? new BatchMending(rules) : mending;
      mending.mend(job, this::isGood);
      return null;
    } catch (PenstockException e) {
      return e;
    } catch (Throwable t) {
      return failure(place, t);
    }
  }

  private boolean isGood(TransformJob ofBatch, int which) throws Exception {
    StageRun first = stages.getFirst();
    place = which;
    if (first.records.length == 0) {
      return true;
    }
    first.bind(ofBatch, which);
    try {
      first.run(which);
      return true;
    } catch (Exception e) {
      if (!TransformRules.isBadRecord(e)) {
        throw ofRecord(which, e);
      }
      return false;
    }
  }

  private PenstockException failure(int which, Throwable cause) {
    try {
      boolean isOfRecord = stages.get(job.stage).records.length > 0;
      return isOfRecord ? ofRecord(which, cause) : ofPart(name, cause);
    } catch (Throwable t) {
      return words.spare();
    }
  }

  private long index(int which) {
    return job.slot.indices().getAtIndex(ValueLayout.JAVA_LONG, which);
  }

  private String title(RecordStep step, int which) {
    String called = step.recordName(which);
    String record = "record %d of column '%s'".formatted(index(which), step.firstInput());
    return called.isEmpty() ? record : called + ": " + record;
  }

  private PenstockException ofRecord(int which, Throwable cause) {
    RecordStep step = stages.get(job.stage).step();
    boolean isBad = TransformRules.isBadRecord(cause);
    String called = step.recordName(which);
    return PenstockException.builder(
            isBad ? ErrorKind.DAMAGED_RECORD : ErrorKind.TRANSFORM_FAILED,
            "transform '%s' failed on record %d (epoch %d, position %d)%s: %s: its batch is left out; %s"
                .formatted(
                    step.name(),
                    index(which),
                    job.slot.epoch(),
                    job.position(which),
                    called.isEmpty() ? "" : ", " + called,
                    isBad ? cause.getMessage() : FailureWords.of(cause),
                    isBad
                        ? "bring the file back from a copy, or have bad records skipped or replaced"
                        : "correct the transform or leave the record out of the order"))
        .recordIndex(index(which))
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
