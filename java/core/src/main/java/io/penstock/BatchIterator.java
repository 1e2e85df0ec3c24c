package io.penstock;

import io.penstock.error.PenstockException;
import io.penstock.internal.pipeline.BatchSource;
import io.penstock.internal.pipeline.Pipeline;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.Slot;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Hands out the batches of an epoch and closes each when the next one is asked for.
 *
 * <p>What it owns: the lease of the batch that it handed out last, unless that was retained. One
 * thread at a time, but for {@link #end}: whatever that meets, no batch is left open, and what the
 * loader says was delivered is not touched any more.
 */
final class BatchIterator implements Iterator<Batch> {
  private final Loader loader;
  private final BatchSource source;
  private final long iteration;
  private final long epoch;
  private final long endEpoch;
  private final Delivery delivery;
  private long batches;

  /** Of the pieces of the next batch that were handed out already. */
  private long records;

  private boolean isExhausted;

  // Guarded by this.
  private boolean isEnded;
  private Batch current;

  BatchIterator(
      Loader loader,
      BatchSource source,
      long iteration,
      long epoch,
      long endEpoch,
      Delivery delivery) {
    this.loader = loader;
    this.source = source;
    this.iteration = iteration;
    this.epoch = epoch;
    this.endEpoch = endEpoch;
    this.delivery = delivery;
    delivery.at(epoch, 0, 0);
  }

  @Override
  public boolean hasNext() {
    if (!isExhausted && !sourceHasNext()) {
      isExhausted = true;
      closeCurrent();
      delivered(Delivery.ALL, 0);
    }
    return !isExhausted;
  }

  @Override
  public Batch next() {
    closeCurrent();
    if (isExhausted || !sourceHasNext()) {
      throw new NoSuchElementException("epoch " + epoch + " has no more batches");
    }
    // Made before the slot is taken, which must not get lost where memory is short.
    Batch batch = new Batch(loader, source);
    Slot slot = take();
    batches += slot.isLastPiece() ? 1 : 0;
    records = slot.isLastPiece() ? 0 : records + slot.recordCount();
    PenstockException failure = slot.failure();
    if (failure != null) {
      source.release(slot);
      throw FailureWords.stopped(failure);
    }
    open(batch, slot);
    // Not a failed batch: a job that ends there resumes with it.
    delivered(source.complete(batches), records);
    loader.progressed(epoch, endEpoch, batches);
    return batch;
  }

  private Slot take() {
    try {
      return source.take(iteration);
    } catch (IllegalStateException e) {
      throw loader.withTakers(e);
    } catch (PenstockException e) {
      // Not a batch that failed: reading has ended, and with it the epoch, though not its state.
      isExhausted = !(e.getCause() instanceof InterruptedException);
      throw e;
    }
  }

  private boolean sourceHasNext() {
    checkNotEnded();
    return source.hasNext(iteration, epoch);
  }

  /** Said here, as the one that follows may have another source, and ours be closed. */
  private synchronized void checkNotEnded() {
    if (isEnded) {
      throw Pipeline.iterationEnded();
    }
  }

  private synchronized void open(Batch batch, Slot slot) {
    try {
      checkNotEnded();
      batch.begin(slot);
    } catch (RuntimeException | Error e) {
      source.release(slot);
      throw e;
    }
    current = batch;
  }

  private synchronized void delivered(long batchCount, long recordCount) {
    if (!isEnded) {
      delivery.at(epoch, batchCount, recordCount);
    }
  }

  private synchronized void closeCurrent() {
    if (current != null) {
      current.closeUnlessRetained();
      current = null;
    }
  }

  /** Another iteration is about to begin. Any thread. */
  synchronized void end() {
    isEnded = true;
    closeCurrent();
  }
}
