package io.penstock;

import io.penstock.sampler.Deal;
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
 * <p>Reading starts when the iterator is asked for. The loop closes each batch that was not {@link
 * Batch#retain retained} when it asks for the next one. A batch that cannot be read makes {@code
 * next} throw a {@link PenstockException}; whoever catches it may go on with the batch after it. A
 * file that was replaced or cut short ends the epoch with one. An iterator is for one thread at a
 * time.
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
   * @return at least 0; the last batch may be short. Of an epoch that the loader's state was in the
   *     middle of, those that are left
   */
  public long batchCount() {
    return loader.deal(number).batchCount();
  }

  /**
   * How many records its batches have.
   *
   * @return at least 0, with the padding of {@link io.penstock.sampler.Remainder#PAD}. Of an epoch
   *     that the loader's state was in the middle of, those that are left
   */
  public long recordCount() {
    Deal deal = loader.deal(number);
    long batches = deal.batchCount();
    return batches == 0 ? 0 : (batches - 1) * deal.size(0) + deal.size(batches - 1);
  }

  /**
   * Starts the epoch from its beginning, or from where the loader's {@link LoaderBuilder#state
   * state} was in it, and ends any other that the loader is in.
   *
   * @return its batches; {@code next} waits for the batch to be read
   * @throws IllegalStateException if the loader is closed
   */
  @Override
  public Iterator<Batch> iterator() {
    return loader.start(number, readaheadEnd);
  }
}
