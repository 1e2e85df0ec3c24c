package io.penstock;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.pipeline.BatchSource;
import io.penstock.internal.pipeline.Pipeline;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.Slot;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one epoch, one after another. A for-each loop over an {@link Epoch} uses one of
 * these; a program that has to deal with failures, wait with a limit, or stop early uses it itself:
 *
 * <pre>{@code
 * try (BatchReader batches = loader.read(3)) {
 *   while (batches.hasNext()) {
 *     try {
 *       train(batches.next());
 *     } catch (PenstockException e) {
 *       if (e.kind() != ErrorKind.DAMAGED_RECORD) {
 *         throw e;
 *       }
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p><b>Leases.</b> When the next batch is asked for, the one before is closed unless it was {@link
 * Batch#retain retained}.
 *
 * <p><b>Failures.</b> A {@link PenstockException} with which {@link #next} or {@link #poll} fail
 * concerns one batch, which is skipped: the next call goes on with the batch after it. After an
 * interrupt the next call waits for the same batch. If the failure ended reading, for instance
 * because a file was replaced, {@link #hasNext} is false afterwards.
 *
 * <p><b>End.</b> {@link #close} stops reading ahead, so a loop may be left at any time. At the end
 * of an epoch it does not disturb the epoch that {@link Epochs} reads ahead. The loader stays
 * usable: another epoch may be started at any time, which ends this one.
 *
 * <p>One thread at a time, which need not be the same; {@code close} may be called by any thread.
 */
public final class BatchReader implements Iterator<Batch>, AutoCloseable {
  private final Loader loader;
  private final BatchSource source;
  private final long iteration;
  private final long epoch;
  private final long endEpoch;
  private final Delivery delivery;
  private long batches;

  private boolean isExhausted;

  // Guarded by this.
  private boolean isEnded;
  private boolean isClosed;
  private @Nullable Batch current;

  BatchReader(
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

  /**
   * Whether there is another batch. Does not wait for it. Closes the last batch at the end.
   *
   * @return false at the end of the epoch, and after a failure that ended reading
   * @throws IllegalStateException if this reader or the loader is closed, or another epoch was
   *     started
   */
  @Override
  public boolean hasNext() {
    if (!isExhausted && !sourceHasNext()) {
      isExhausted = true;
      closeCurrent();
      delivered(Delivery.ALL, 0);
    }
    return !isExhausted;
  }

  /**
   * Waits for the next batch, for as long as it takes to read it.
   *
   * @return the batch, open until the next one is asked for, or longer if it is retained
   * @throws NoSuchElementException at the end of the epoch
   * @throws PenstockException if the batch cannot be read, with the kind of failure; if reading has
   *     ended; or if the thread is interrupted ({@link ErrorKind#INTERRUPTED})
   * @throws IllegalStateException if this reader or the loader is closed, another epoch was
   *     started, or all batches were kept open for a minute
   */
  @Override
  public Batch next() {
    Batch batch = beforeNext();
    if (!next(batch, BatchSource.WITHOUT_LIMIT)) {
      throw new IllegalStateException("a wait without limit ended without a batch");
    }
    return batch;
  }

  /**
   * Waits for the next batch, up to a limit. If none arrives in time, the previous batch is closed
   * all the same, and the next call waits for the same batch.
   *
   * @param limit longest time to wait; zero or less only looks whether there is one
   * @return the batch; empty if there was none within the limit
   * @throws NoSuchElementException at the end of the epoch, which {@link #hasNext} tells
   * @throws PenstockException as {@link #next}
   * @throws IllegalStateException as {@link #next}
   */
  public Optional<Batch> poll(Duration limit) {
    Batch batch = beforeNext();
    Optional<Batch> result = Optional.of(batch);
    return next(batch, nanos(limit)) ? result : Optional.empty();
  }

  /** A duration has room for more than a long of nanoseconds. */
  private static long nanos(Duration limit) {
    try {
      return limit.toNanos();
    } catch (ArithmeticException e) {
      return limit.isNegative() ? 0 : BatchSource.WITHOUT_LIMIT;
    }
  }

  /** The object is made before the slot is taken: if that fails, no slot is lost. */
  private Batch beforeNext() {
    closeCurrent();
    if (isExhausted || !sourceHasNext()) {
      throw new NoSuchElementException("epoch " + epoch + " has no more batches");
    }
    return new Batch(loader, source);
  }

  private boolean next(Batch batch, long limitNanos) {
    Slot slot = take(limitNanos);
    if (slot == null) {
      return false;
    }
    batches += slot.isLastPiece() ? 1 : 0;
    long records = slot.isLastPiece() ? 0 : slot.endPlace();
    PenstockException failure = slot.failure();
    if (failure != null) {
      source.release(slot);
      throw FailureWords.stopped(failure);
    }
    open(batch, slot);
    // Not a failed batch: a job that ends there resumes with it.
    delivered(source.completeBatches(batches), source.completeRecords(records));
    loader.progress().delivered(epoch, endEpoch, batches);
    return true;
  }

  private Slot take(long limitNanos) {
    try {
      return source.take(iteration, limitNanos);
    } catch (IllegalStateException e) {
      checkNotEnded();
      throw loader.leases().withTakers(e);
    } catch (PenstockException e) {
      // Not a failed batch: reading has ended, and with it the epoch. The state stays where it was.
      isExhausted = e.kind() != ErrorKind.INTERRUPTED;
      throw e;
    }
  }

  private boolean sourceHasNext() {
    checkNotEnded();
    return source.hasNext(iteration, epoch);
  }

  /** Checked here: the next reader may have another source, and ours may be closed by then. */
  private synchronized void checkNotEnded() {
    if (isClosed) {
      throw new IllegalStateException("this reader of epoch " + epoch + " is closed");
    }
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

  /**
   * Stops reading ahead in this epoch, and closes the current batch unless it was retained;
   * retained batches stay open. What was read ahead is discarded. {@link Loader#state} stays as it
   * is: a job may go on from there. Idempotent; any thread: one that waits for a batch gets an
   * IllegalStateException. Does nothing if another epoch was started, or the loader is closed.
   */
  @Override
  public void close() {
    synchronized (this) {
      isClosed = true;
      end();
    }
    source.end(iteration, epoch);
  }
}
