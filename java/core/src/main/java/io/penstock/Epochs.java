package io.penstock;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Several passes one after the other, read ahead across their boundaries: the first batches of an
 * epoch are read while the last ones of the epoch before are consumed.
 *
 * <pre>{@code
 * for (Epoch epoch : loader.epochs(10)) {
 *   for (Batch batch : epoch) {
 *     train(batch.floats("images"), batch.toIntArray("labels"));
 *   }
 *   validate(epoch.number());
 * }
 * }</pre>
 *
 * <p>A loop may leave an epoch before its end: the next one starts at its beginning, and what was
 * read ahead is discarded. Immutable; an iterator is for one thread at a time.
 */
public final class Epochs implements Iterable<Epoch> {
  private final Loader loader;
  private final long first;

  /** The number after the last one. */
  private final long end;

  Epochs(Loader loader, long first, long end) {
    this.loader = loader;
    this.first = first;
    this.end = end;
  }

  /**
   * The first of these epochs.
   *
   * @param count how many at most, at least 0
   * @return those that are left
   * @throws IllegalArgumentException if the count is negative
   */
  public Epochs limit(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("number of epochs must be at least 0, was " + count);
    }
    return new Epochs(loader, first, first + Math.min(count, end - first));
  }

  /**
   * Those of these epochs that have a lower number. There are none if the first one does not, as
   * for a job that resumes after its last epoch.
   *
   * @param epoch number of the first one that is left out, at least 0
   * @return those before it
   * @throws IllegalArgumentException if the number is negative
   */
  public Epochs before(long epoch) {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch must be at least 0, was " + epoch);
    }
    return new Epochs(loader, first, Math.clamp(epoch, first, end));
  }

  /**
   * The epochs, in ascending order.
   *
   * @return an iterator that reads nothing by itself
   */
  @Override
  public Iterator<Epoch> iterator() {
    return new Iterator<>() {
      private long next = first;

      @Override
      public boolean hasNext() {
        return next < end;
      }

      @Override
      public Epoch next() {
        if (!hasNext()) {
          throw new NoSuchElementException("epoch " + end + " was not asked for");
        }
        return new Epoch(loader, next++, end);
      }
    };
  }

  @Override
  public String toString() {
    return end == Long.MAX_VALUE
        ? "Epochs[from %d]".formatted(first)
        : "Epochs[from %d, before %d]".formatted(first, end);
  }
}
