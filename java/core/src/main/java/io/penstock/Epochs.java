package io.penstock;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Several passes one after the other, read ahead across their boundaries: the first batches of an
 * epoch are read while the last ones of the epoch before are consumed.
 *
 * <pre>{@code
 * for (Epoch epoch : loader.epochs(0, 10)) {
 *   for (Batch batch : epoch) {
 *     train(batch.column("images"), batch.column("labels"));
 *   }
 *   validate(epoch.number());
 * }
 * }</pre>
 *
 * <p>A loop may leave an epoch before its end: the next one starts at its beginning, and what was
 * read ahead is discarded. An iterator is for one thread at a time.
 */
public final class Epochs implements Iterable<Epoch> {
  private final Loader loader;
  private final long first;
  private final long count;

  Epochs(Loader loader, long first, long count) {
    this.loader = loader;
    this.first = first;
    this.count = count;
  }

  /**
   * The epochs, in ascending order.
   *
   * @return an iterator that reads nothing by itself
   */
  @Override
  public Iterator<Epoch> iterator() {
    return new Iterator<>() {
      private long done;

      @Override
      public boolean hasNext() {
        return done < count;
      }

      @Override
      public Epoch next() {
        if (!hasNext()) {
          throw new NoSuchElementException("epoch " + (first + count) + " was not asked for");
        }
        return new Epoch(loader, first + done++, first + count);
      }
    };
  }
}
