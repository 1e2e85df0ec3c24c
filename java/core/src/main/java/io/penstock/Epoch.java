package io.penstock;

import io.penstock.error.PenstockException;
import io.penstock.internal.slot.RankShare;
import java.util.Iterator;

/**
 * One pass over a loader's records, batch by batch.
 *
 * <pre>{@code
 * for (Batch batch : loader.epoch(3)) {
 *   train(batch.column("images"), batch.column("labels"));
 * }
 * }</pre>
 *
 * <p>Reading starts when the iterator is made. When the loop asks for the next batch, the one
 * before is closed unless it was {@link Batch#retain retained}. A batch that cannot be read ends a
 * for-each loop with a {@link PenstockException}, and a {@code break} leaves its last batch open
 * and the loader reading ahead, until another epoch is started or the loader closed. To go on after
 * a failure, to stop early, or to wait with a limit, use {@link #read}.
 *
 * <p>An interrupt of the thread that waits for a batch ends the wait with a {@link
 * PenstockException} of kind {@link io.penstock.error.ErrorKind#INTERRUPTED}; the thread stays
 * interrupted. Nothing is lost: once the interrupt is cleared, the iterator goes on with the same
 * batch.
 */
public final class Epoch implements Iterable<Batch> {
  private final Loader loader;
  private final long number;
  private final long readaheadEnd;

  Epoch(Loader loader, long number, long readaheadEnd) {
    this.loader = loader;
    this.number = number;
    this.readaheadEnd = readaheadEnd;
  }

  /**
   * Its number.
   *
   * @return at least 0
   */
  public long number() {
    return number;
  }

  /**
   * How many batches it has.
   *
   * @return at least 0; the last batch may be short. If the loader resumed in the middle of this
   *     epoch, the batches that are left
   */
  public long batchCount() {
    return loader.share(number).batchCount();
  }

  /**
   * How many records its batches have.
   *
   * @return at least 0, including the padding of {@link io.penstock.job.Remainder#PAD}. If the
   *     loader resumed in the middle of this epoch, the records that are left
   */
  public long recordCount() {
    RankShare share = loader.share(number);
    long batches = share.batchCount();
    return batches == 0 ? 0 : (batches - 1) * share.size(0) + share.size(batches - 1);
  }

  /**
   * Starts the epoch from its beginning, or from where the loader's {@link LoaderBuilder#state
   * state} is in it. Ends any other iteration of the loader.
   *
   * @return its batches; {@code next} waits for the batch to be read
   * @throws IllegalStateException if the loader is closed
   */
  @Override
  public Iterator<Batch> iterator() {
    return read();
  }

  /**
   * Starts the epoch as {@link #iterator} does, for a program that stops early, goes on after
   * failures, or waits with a limit.
   *
   * @return its batches, to be closed by the caller
   * @throws IllegalStateException if the loader is closed
   */
  public BatchReader read() {
    return loader.start(number, readaheadEnd);
  }
}
