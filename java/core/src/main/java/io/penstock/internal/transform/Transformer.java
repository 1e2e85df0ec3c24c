package io.penstock.internal.transform;

import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.pipeline.BatchSource;
import io.penstock.internal.pipeline.EngineThreads;
import io.penstock.internal.pipeline.Meter;
import io.penstock.internal.pipeline.Pipeline;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.HeldBatches;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.wait.CloseLimit;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What stands between the {@link Pipeline} and the consumer when there are transforms: threads that
 * fetch batches that were read, make other ones of them, and give the slots that were read into
 * back.
 *
 * <p>What it owns: the threads, the slots that are delivered, and the lock that threads and
 * consumers share (a monitor, as the pipeline's is, and for the same reason). Threads work on parts
 * of the oldest batch first, so that all of them serve the batch that is due next and few batches
 * have to be in memory; when all parts are taken, one of them fetches another batch, if there is a
 * slot for it: a consumer that holds batches stops all in turn. It calls the pipeline, which must
 * never call it.
 */
public final class Transformer implements BatchSource {
  private final Pipeline pipeline;
  private final int inputLimit;
  private final boolean isAnyOrder;
  private final EngineThreads threads = new EngineThreads("penstock-transform-", "a transform");
  private final TransformJobs jobs;
  private final TransformProgress progress;
  private final Meter meter;

  // Guarded by this, as the jobs and the progress are.
  private boolean hasBegun;
  private long iteration;
  private long inputIteration;
  private boolean isFeeding;
  private int outCount;
  private long idleNanos;
  private Throwable failure;

  /** What ended a thread that should have gone on; null while all of them do. */
  private Throwable death;

  private boolean isClosed;

  /**
   * Allocates slots and makes the threads; {@link #start} sets all going.
   *
   * @param pipeline what reads; closed by this
   * @param shares what this rank reads of each epoch
   * @param plan what is done with them
   * @param rules for bad records
   * @param inputSlots how many slots each reading thread of the pipeline has
   * @param isAnyOrder whether batches are delivered as they get finished
   * @param hasHugePages whether to ask for huge pages
   * @param arena how long the memory lives
   * @param events who is told of what is delivered
   */
  public Transformer(
      Pipeline pipeline,
      RankShares shares,
      TransformPlan plan,
      TransformRules rules,
      int inputSlots,
      boolean isAnyOrder,
      boolean hasHugePages,
      Arena arena,
      LoaderEvents events) {
    this.pipeline = pipeline;
    this.inputLimit = inputSlots - 1;
    this.isAnyOrder = isAnyOrder;
    int columns = plan.columns().size();
    this.meter = new Meter(slot -> slot.bytes(columns), events, pipeline::readers);
    MemorySegment memory =
        Platforms.current().memory(plan.totalBytes(), hasHugePages, arena).segment();
    this.jobs = new TransformJobs(pipeline, shares, plan, rules.canMend(), memory);
    this.progress = new TransformProgress(jobs, shares, isAnyOrder);
    long at = plan.layout().strideBytes() * plan.slotCount();
    for (int i = 0; i < plan.threadCount(); i++) {
      MemorySegment scratch = memory.asSlice(at, plan.scratchBytes());
      at += plan.scratchBytes();
      threads.add(new TransformWorker(this, plan, rules, scratch, shares.sampler().seed()));
    }
  }

  @Override
  public void start() {
    pipeline.start();
    threads.start();
  }

  // ---- the consumer's side --------------------------------------------------------------------

  @Override
  public synchronized long begin(long epoch, long endEpoch) {
    checkOpen();
    iteration++;
    notifyAll();
    if (isAt(epoch, endEpoch)) {
      return iteration;
    }
    try {
      beginAnew(epoch, endEpoch);
    } catch (RuntimeException | Error e) {
      failure = e; // So that it does not count as begun.
      throw e;
    }
    return iteration;
  }

  private void beginAnew(long epoch, long endEpoch) {
    hasBegun = true;
    jobs.beginAnew();
    progress.begin(epoch, endEpoch);
    inputIteration = pipeline.begin(epoch, endEpoch);
    meter.begin();
    failure = null;
  }

  @Override
  public synchronized boolean isAt(long epoch, long endEpoch) {
    return hasBegun && progress.isAt(epoch, endEpoch) && failure == null;
  }

  @Override
  public synchronized boolean hasNext(long ofIteration, long epoch) {
    checkIteration(ofIteration);
    return progress.hasNext(epoch);
  }

  @Override
  public synchronized Slot take(long ofIteration, long limitNanos) {
    checkIteration(ofIteration);
    meter.asked(progress.epoch());
    long start = System.nanoTime();
    TransformJob job = progress.finishedOrNull();
    while (job == null) {
      if (death != null || (failure != null && !jobs.areActive())) {
        throw FailureWords.stopped(death != null ? death : failure);
      }
      long waited = System.nanoTime() - start;
      if (waited >= limitNanos) {
        meter.gaveUp();
        return null;
      }
      await(limitNanos - waited);
      checkIteration(ofIteration);
      job = progress.finishedOrNull();
    }
    boolean isLast = progress.isLastOfEpoch(job);
    // First what may throw, as a recorder does when the heap is full: nothing is handed out then.
    meter.delivered(job.slot, isLast);
    progress.delivered(job, isLast);
    outCount++;
    if (isAnyOrder) {
      // Others may come up to it now.
      notifyAll();
    }
    return job.slot;
  }

  @Override
  public synchronized long completeBatches(long ofTaken) {
    return isAnyOrder ? progress.completeBatches(ofTaken) : ofTaken;
  }

  @Override
  public synchronized long completeRecords(long ofTaken) {
    return isAnyOrder ? progress.completeRecords() : ofTaken;
  }

  /** Once only: take looks again after each notification, whatever it was for. */
  private void await(long limitNanos) {
    boolean isHeld = outCount == jobs.count();
    long start = System.nanoTime();
    HeldBatches.await(this, isHeld, limitNanos);
    HeldBatches.check(isHeld && outCount == jobs.count() && !isClosed, start, jobs.count());
  }

  @Override
  public synchronized void end(long ofIteration, long epoch) {
    if (!isClosed && ofIteration == iteration && hasNext(ofIteration, epoch)) {
      begin(epoch, epoch);
    }
  }

  @Override
  public synchronized void release(Slot slot) {
    if (isClosed) {
      return;
    }
    outCount--;
    jobs.released(slot);
    notifyAll();
  }

  @Override
  public synchronized boolean isIdle() {
    return outCount == 0;
  }

  @Override
  public synchronized Figures statistics() {
    Figures figures = meter.statistics();
    figures.counters.set(Statistic.TRANSFORM_IDLE, idleNanos);
    return figures;
  }

  @Override
  public boolean hasEnded() {
    return threads.haveEnded() && pipeline.hasEnded();
  }

  @Override
  public boolean isOwnThread() {
    return threads.hasCurrent() || pipeline.isOwnThread();
  }

  /** Closes the pipeline and waits for the threads, each of which ends the record that it is at. */
  @Override
  public void close() {
    synchronized (this) {
      isClosed = true;
      jobs.abandon();
      meter.endEpoch(false);
      notifyAll();
    }
    RuntimeException failure = null;
    try {
      pipeline.close(); // First, as threads may be waiting for what it reads.
    } catch (RuntimeException e) {
      failure = e;
    }
    try {
      threads.join(CloseLimit.nanos());
    } catch (IllegalStateException e) {
      if (failure != null) {
        e.addSuppressed(failure);
      }
      throw e;
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void checkOpen() {
    if (isClosed) {
      throw new IllegalStateException("the loader is closed");
    }
  }

  private void checkIteration(long ofIteration) {
    checkOpen();
    if (ofIteration != iteration) {
      throw Pipeline.iterationEnded();
    }
  }

  // ---- the threads' side ----------------------------------------------------------------------

  /** Waits for a part of a batch to work on, or for the turn to fetch one; false: the end. */
  synchronized boolean awaitWork(TransformWorker worker) {
    long start = 0;
    while (!isClosed && !findWork(worker)) {
      start = start == 0 ? System.nanoTime() : start;
      try {
        wait();
      } catch (InterruptedException e) {
        // A transform may have been interrupted by its own doing; what is meant is told under lock.
      }
    }
    idleNanos += start == 0 || !hasBegun ? 0 : System.nanoTime() - start;
    return !isClosed;
  }

  private boolean findWork(TransformWorker worker) {
    if (jobs.findPart(worker)) {
      return true;
    }
    worker.job = null;
    worker.feedIteration = inputIteration;
    boolean canFeed =
        !isFeeding
            && failure == null
            && progress.mayFeed()
            && jobs.hasFree()
            && jobs.inputsHeld() < inputLimit;
    isFeeding |= canFeed;
    return canFeed;
  }

  /** Waits for the pipeline's next batch and makes it a job. Not under the lock while it waits. */
  void feed(long ofIteration) {
    long start = System.nanoTime();
    Slot read = null;
    Throwable problem = null;
    try {
      read = pipeline.takeUninterrupted(ofIteration);
    } catch (RuntimeException | Error e) {
      problem = e;
    }
    fed(ofIteration, read, problem, System.nanoTime() - start);
  }

  private synchronized void fed(long ofIteration, Slot read, Throwable problem, long nanos) {
    isFeeding = false;
    idleNanos += nanos;
    notifyAll();
    if (isClosed || ofIteration != inputIteration || (read != null && !progress.isNext(read))) {
      if (read != null) {
        pipeline.release(read);
      }
      return;
    }
    if (problem != null) {
      failure = problem;
      return;
    }
    try {
      progress.feed(read);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /** A thread has ended unexpectedly: waiting threads are told, now and from now on. */
  synchronized void died(Throwable cause) {
    death = cause;
    notifyAll();
  }

  /**
   * A part is transformed. The thread that ends the last one of a stage joins all of them, or mends
   * the batch if it has bad records, which is transformed again then.
   */
  void done(TransformJob job, long nanos, TransformWorker worker) {
    if (!endedAsLast(job, nanos)) {
      return;
    }
    long start = System.nanoTime();
    if (!job.hasBad()) {
      jobs.join(job);
      ended(job, System.nanoTime() - start);
      return;
    }
    PenstockException failure = worker.mend(job);
    if (failure == null) {
      ended(job, System.nanoTime() - start);
    } else {
      failed(job, System.nanoTime() - start, 0, failure);
    }
  }

  /** Whether the thread must see to all parts, and end then: the job counts as running until so. */
  private synchronized boolean endedAsLast(TransformJob job, long nanos) {
    if (jobs.mustJoin(job)) {
      job.nanos += nanos;
      return true;
    }
    ended(job, nanos);
    return false;
  }

  private synchronized void ended(TransformJob job, long nanos) {
    job.running--;
    job.nanos += nanos;
    if (jobs.settle(job)) {
      notifyAll();
    }
  }

  /** A part could not be transformed. */
  synchronized void failed(TransformJob job, long nanos, int place, PenstockException cause) {
    job.fail(place, cause);
    ended(job, nanos);
  }
}
