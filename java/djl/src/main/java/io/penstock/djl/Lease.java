package io.penstock.djl;

import ai.djl.ndarray.NDManager;
import io.penstock.Batch;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A batch of a loader in the hands of a trainer, with the arrays that lie in its memory.
 *
 * <p>It ends when the batch of DJL, its manager, or any manager above that is closed, whichever
 * comes first, and everything that comes later has no effect.
 */
final class Lease implements AutoCloseable {
  private final Batch batch;
  private final NDManager manager;
  private final OpenLeases open;
  private final Thread owner = Thread.currentThread();
  private final AtomicBoolean isOver = new AtomicBoolean();

  /**
   * Begins a lease, of the current thread.
   *
   * @param batch to be given back in the end
   * @param manager of nothing but its arrays
   * @param open notified of the beginning and the end
   * @throws IllegalStateException if the loader is closed; the lease is over then
   */
  Lease(Batch batch, NDManager manager, OpenLeases open) {
    this.batch = batch;
    this.manager = manager;
    this.open = open;
    try {
      open.add(this);
      manager.attachInternal("penstock-lease", this);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  Batch batch() {
    return batch;
  }

  NDManager manager() {
    return manager;
  }

  Thread owner() {
    return owner;
  }

  /** Closes the arrays, then gives the batch back. */
  void closeAll() {
    manager.close();
    close();
  }

  /** Gives the batch back. Idempotent; any thread. */
  @Override
  public void close() {
    if (!isOver.getAndSet(true)) {
      open.remove(this);
      batch.close();
    }
  }

  /** The indices of the records: a view, so that it costs nothing unless it is used. */
  List<Long> indices() {
    int size = batch.size();
    return new AbstractList<>() {
      @Override
      public Long get(int i) {
        if (isOver.get()) {
          throw new IllegalStateException("the batch is closed: copy its indices before that");
        }
        return batch.index(i);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }
}
