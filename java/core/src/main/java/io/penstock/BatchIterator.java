package io.penstock;

import io.penstock.internal.engine.BatchSource;
import io.penstock.internal.engine.Pipeline;
import io.penstock.internal.engine.Slot;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Hands out the batches of an epoch and closes each when the next one is asked for.
 *
 * <p>What it owns: the lease of the batch that it handed out last, unless that was retained. One
 * thread at a time.
 */
final class BatchIterator implements Iterator<Batch> {
  private final Loader loader;
  private final BatchSource source;
  private final long session;
  private final long epoch;
  private final long endEpoch;
  private final Delivery delivery;
  private long batches;

  /** Of the pieces of the next batch that were handed out already. */
  private long records;

  private Batch current;
  private long currentLease;

  BatchIterator(
      Loader loader,
      BatchSource source,
      long session,
      long epoch,
      long endEpoch,
      Delivery delivery) {
    this.loader = loader;
    this.source = source;
    this.session = session;
    this.epoch = epoch;
    this.endEpoch = endEpoch;
    this.delivery = delivery;
    delivery.at(epoch, 0, 0);
  }

  @Override
  public boolean hasNext() {
    boolean hasNext = source.hasNext(session, epoch);
    if (!hasNext) {
      closeCurrent();
      delivery.at(epoch, Delivery.ALL, 0);
    }
    return hasNext;
  }

  @Override
  public Batch next() {
    closeCurrent();
    if (!source.hasNext(session, epoch)) {
      throw new NoSuchElementException("epoch " + epoch + " has no more batches");
    }
    Slot slot;
    try {
      slot = source.take(session);
    } catch (IllegalStateException e) {
      throw loader.withTakers(e);
    }
    batches += slot.isLastPiece() ? 1 : 0;
    records = slot.isLastPiece() ? 0 : records + slot.recordCount();
    PenstockException failure = slot.failure();
    if (failure != null) {
      source.release(slot);
      throw Pipeline.stopped(failure);
    }
    current = loader.newBatch();
    currentLease = current.open(slot);
    // Not what failed: a job that ends there goes on with it.
    delivery.at(epoch, source.complete(batches), records);
    loader.progressed(epoch, endEpoch, batches);
    return current;
  }

  /** Also called when another epoch starts, perhaps from another thread: closing is idempotent. */
  void closeCurrent() {
    Batch closing = current;
    current = null;
    if (closing != null && closing.isLoopLease(currentLease)) {
      closing.close();
    }
  }
}
