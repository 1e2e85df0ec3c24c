package io.penstock.internal.transform;

import io.penstock.internal.pipeline.Pipeline;
import io.penstock.internal.slot.BatchCursor;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The jobs of a {@link Transformer}, one for each slot that it delivers: which are free, which are
 * under way, and how far these are.
 *
 * <p>What it owns: that no slot gets lost, neither one of its own nor one that was read: this is
 * given back to the pipeline once no stage needs it. Only used under the lock of the transformer.
 */
final class TransformJobs {
  private final Pipeline pipeline;
  private final TransformPlan plan;

  /** Whether what was read is kept until all stages have ended, as it may be needed again. */
  private final boolean keepsInputs;

  private final TransformJob[] all;
  private final List<TransformJob> free;

  /** Jobs of this run over some epochs that are not delivered, the oldest first. */
  private final List<TransformJob> active;

  /** The variable columns in slots that each stage makes. */
  private final List<List<PlannedValue>> variable;

  /** Slots of the pipeline that jobs have. */
  private int inputsHeld;

  /**
   * Cuts the slots.
   *
   * @param shares the batches
   * @param keepsInputs whether what was read is kept until its batch is finished
   * @param memory slots, then scratch memory of the threads, then the indices of slots
   */
  TransformJobs(
      Pipeline pipeline,
      RankShares shares,
      TransformPlan plan,
      boolean keepsInputs,
      MemorySegment memory) {
    this.pipeline = pipeline;
    this.plan = plan;
    this.keepsInputs = keepsInputs;
    this.all = new TransformJob[plan.slotCount()];
    this.free = new ArrayList<>(all.length);
    this.active = new ArrayList<>(all.length);
    this.variable = new ArrayList<>();
    for (int stage = 0; stage < plan.stages().size(); stage++) {
      variable.add(plan.variableOf(stage));
    }
    long stride = plan.layout().strideBytes();
    long indexBytes = (long) plan.batchSize() * Long.BYTES;
    long indicesAt = stride * all.length + plan.scratchBytes() * plan.threadCount();
    for (int i = 0; i < all.length; i++) {
      MemorySegment columns = memory.asSlice(i * stride, stride);
      MemorySegment indices = memory.asSlice(indicesAt + i * indexBytes, indexBytes);
      Slot slot = new Slot(i, columns, plan.layout().columns(), indices);
      all[i] = new TransformJob(slot, shares);
      free.add(all[i]);
    }
  }

  int count() {
    return all.length;
  }

  int inputsHeld() {
    return inputsHeld;
  }

  boolean hasFree() {
    return !free.isEmpty();
  }

  boolean areActive() {
    return !active.isEmpty();
  }

  /**
   * The oldest batch, or piece of one, that is fed and not delivered: all before it were delivered.
   * Null if there is none.
   */
  TransformJob oldestOrNull() {
    return active.isEmpty() ? null : active.getFirst();
  }

  /** Whether it is the only one of its epoch that is fed and not delivered. */
  boolean isLastOfEpoch(TransformJob job) {
    // They are in the order of epochs: if any other is of this one, so is the next or the first.
    TransformJob first = active.getFirst();
    TransformJob other = first == job ? (active.size() > 1 ? active.get(1) : null) : first;
    return other == null || other.slot.epoch() != job.slot.epoch();
  }

  /** Another run begins: threads may leave what is under way as it is. */
  void beginAnew() {
    for (TransformJob job : active) {
      job.abandon();
      if (job.running == 0) {
        recycle(job);
      }
    }
    active.clear();
  }

  /** Lets threads leave what is under way as it is. */
  void abandon() {
    active.forEach(TransformJob::abandon);
  }

  /** The batch to deliver now; null when it is not there yet. */
  TransformJob finishedOrNull(long epoch, boolean isAnyOrder) {
    for (int i = 0; i < active.size(); i++) {
      TransformJob job = active.get(i);
      boolean isOfEpoch = job.slot.epoch() == epoch;
      if (job.isFinished && isOfEpoch) {
        return job;
      }
      if (!isAnyOrder || !isOfEpoch) {
        return null;
      }
    }
    return null;
  }

  /** It is with the consumer now. */
  void delivered(TransformJob job) {
    active.remove(job);
  }

  /** The consumer has given it back. */
  void released(Slot slot) {
    free.add(all[slot.owner]);
  }

  /** Gives a thread a part of the oldest batch that has one; whether there is any. */
  boolean findPart(TransformWorker worker) {
    for (int i = 0; i < active.size(); i++) {
      TransformJob job = active.get(i);
      if (!job.isFinished && job.hasParts()) {
        worker.job = job;
        worker.from = job.next;
        worker.to = (int) Math.min((long) job.next + plan.partRecords(), job.slot.size());
        job.next = worker.to;
        job.running++;
        return true;
      }
    }
    return false;
  }

  /**
   * Makes a job of a batch that was read, or of a piece of one.
   *
   * @param next the batch; goes on to the one after it if this is its last piece
   * @param sequence number of its feeding
   * @throws RuntimeException if that fails: then both slots are given back
   */
  void begin(Slot read, BatchCursor next, long sequence) {
    TransformJob job = free.removeLast();
    try {
      job.begin(read, next, sequence, plan.layout());
      next.advance(read.isLastPiece() ? 1 : 0);
    } catch (RuntimeException | Error e) {
      // The heap is full, say. Neither slot must get lost.
      job.input = null;
      free.add(job);
      pipeline.release(read);
      throw e;
    }
    inputsHeld++;
    active.add(job);
    if (read.failure() != null) {
      job.fail(0, read.failure());
      finish(job);
    } else if (!job.hasParts()) {
      finish(job); // All of its records were bad, and skipped.
    }
  }

  /** Whether the thread that has ended the last part of a stage must join or mend it now. */
  boolean mustJoin(TransformJob job) {
    return job.running == 1
        && !job.hasParts()
        && !job.isAbandoned()
        && job.slot.failure() == null
        && (job.hasBad() || !variable.get(job.stage).isEmpty());
  }

  /** Joins the parts of a stage. Not under the lock: the job counts as running meanwhile. */
  void join(TransformJob job) {
    PartJoin.join(job, variable.get(job.stage), plan.partRecords());
  }

  /** A thread has ended its part; whether others may have something to do now. */
  boolean settle(TransformJob job) {
    if (job.running > 0) {
      return false;
    }
    if (job.isAbandoned()) {
      recycle(job);
      return true;
    }
    if (job.hasParts()) {
      return false;
    }
    if (job.isMended()) {
      job.beginAgain(plan.layout());
      if (!job.hasParts()) {
        finish(job);
      }
      return true;
    }
    boolean isLast = job.stage == plan.stages().size() - 1;
    if (isLast || job.slot.failure() != null) {
      finish(job);
    } else {
      job.stage++;
      job.next = 0;
      releaseInput(job, !keepsInputs && job.stage > plan.lastInputStage());
    }
    return true;
  }

  private void finish(TransformJob job) {
    job.isFinished = true;
    job.slot.readyNanos = System.nanoTime();
    job.slot.trace.set(Statistic.TRANSFORM, job.nanos);
    releaseInput(job, true);
  }

  private void recycle(TransformJob job) {
    releaseInput(job, true);
    free.add(job);
  }

  private void releaseInput(TransformJob job, boolean isUnused) {
    if (isUnused && job.input != null) {
      pipeline.release(job.input);
      job.input = null;
      inputsHeld--;
    }
  }
}
