package io.penstock.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.util.Progress;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.array.OutputColumn;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The batches of a {@link Loader} as a data set of DJL, for {@code EasyTrain.fit} and {@code
 * trainer.iterateDataset}.
 *
 * <pre>{@code
 * PenstockDataset training = PenstockDataset.builder(loader).data("images").label("labels").build();
 * EasyTrain.fit(trainer, 10, training, null);
 * }</pre>
 *
 * <p><b>Epochs.</b> Each call of {@link #getData} is the next epoch. The first one is that of the
 * loader's {@link Loader#state state}, so a resumed job begins with the rest of its epoch. The
 * first batches of the following epoch are read while the last ones are consumed. A loader runs one
 * epoch at a time: asking for another ends the one before, whose iterator then throws
 * IllegalStateException. Use one loader for training and one for validation, and one for each
 * consumer.
 *
 * <p><b>Memory.</b> Arrays lie in the loader's own memory: nothing is copied, except where a type
 * has to change. A batch of DJL is a lease that ends when it is closed, as EasyTrain does, or when
 * its manager is closed. After that its arrays are closed. A view that was attached to another
 * manager is not, and would show later records: {@code duplicate()} what you want to keep. Arrays
 * may be changed in place. If batches are never closed, the loader runs out of memory for new ones,
 * and says so after a minute.
 *
 * <p><b>Closing the loader</b> (or its dataset) closes the batches that the closing thread has left
 * open, so that their arrays throw when they are used, instead of reading memory that is gone.
 * While another live thread has a batch open, closing throws IllegalStateException and keeps the
 * memory: close the batches first, and then the loader again. A batch counts as in use by the
 * thread that took it from the iterator.
 *
 * <p><b>Types.</b> float16, float32, float64, int8, int32, int64, uint8 and booleans keep their
 * types. int16 and uint16 are widened to int32, uint32 to int64, in a copy, because DJL's PyTorch
 * engine crashes the process on arrays of these types. Complex numbers, dates, text and uint64 are
 * refused; so are numbers in the other byte order, unless the loader converts them ({@link
 * io.penstock.LoaderBuilder#nativeOrder}).
 *
 * <p>Padding counts as records, so a loader for validation should not pad. Thread-safe, except for
 * the iterators, each of which is for one thread at a time.
 */
public final class PenstockDataset implements Dataset {
  private final Loader loader;
  private final List<NDColumn> data;
  private final List<NDColumn> labels;
  private final Iterator<Epoch> epochs;
  private final OpenLeases open = new OpenLeases();

  private PenstockDataset(Builder builder) {
    this.loader = builder.loader;
    this.data = builder.columns.data(this::delivered);
    this.labels = builder.columns.labels(this::delivered);
    long first = builder.firstEpoch < 0 ? loader.state().epoch() : builder.firstEpoch;
    this.epochs = loader.epochsFrom(first).iterator();
    loader.beforeClose(open::close);
  }

  /** A column of the batches, which may differ from that of the dataset. */
  private OutputColumn delivered(String name) {
    OutputColumn column = loader.column(name);
    if (!column.elementType().isNativeOrder()) {
      throw new IllegalArgumentException(
          ("column '%s': expected numbers in the byte order of this machine, found '%s': build the"
                  + " loader with nativeOrder(true)")
              .formatted(name, column.elementType()));
    }
    return column;
  }

  /**
   * Starts a data set over a loader, which the caller closes after training.
   *
   * @param loader of the batches; must not be iterated elsewhere meanwhile
   * @return an empty builder
   */
  public static Builder builder(Loader loader) {
    return new Builder(loader);
  }

  /**
   * The next epoch.
   *
   * @param manager to which the arrays will belong, batch by batch in managers below it
   * @return its batches; to be iterated once, or again from the beginning
   * @throws IllegalStateException if the loader is closed
   */
  @Override
  public Iterable<Batch> getData(NDManager manager) {
    Epoch epoch;
    synchronized (epochs) {
      epoch = epochs.next();
    }
    return () -> new Batches(epoch, manager);
  }

  /** Does nothing: the files are open. */
  @Override
  public void prepare(Progress progress) {}

  /**
   * The source of the batches: its state is for resuming the job, and its statistics tell whether
   * the trainer waits.
   *
   * @return the loader
   */
  public Loader loader() {
    return loader;
  }

  /** Batches of DJL, each with a lease of its own. */
  private final class Batches implements Iterator<Batch> {
    private final Iterator<io.penstock.Batch> batches;
    private final NDManager manager;
    private final long count;
    private long number;

    Batches(Epoch epoch, NDManager manager) {
      this.count = epoch.batchCount();
      this.batches = epoch.iterator();
      this.manager = manager;
    }

    @Override
    public boolean hasNext() {
      return batches.hasNext();
    }

    @Override
    public Batch next() {
      if (!batches.hasNext()) {
        throw new NoSuchElementException("the epoch has no more than " + count + " batches");
      }
      io.penstock.Batch batch = batches.next().retain();
      NDManager own;
      try {
        own = manager.newSubManager();
      } catch (RuntimeException | Error e) {
        batch.close();
        throw e;
      }
      Lease lease = new Lease(batch, own, open);
      try {
        NDList inputs = arrays(data, lease);
        NDList targets = arrays(labels, lease);
        return new LeasedBatch(lease, inputs, targets, ++number, count);
      } catch (RuntimeException | Error e) {
        lease.closeAll();
        throw e;
      }
    }
  }

  private static NDList arrays(List<NDColumn> columns, Lease lease) {
    NDList arrays = new NDList(columns.size());
    for (NDColumn column : columns) {
      arrays.add(column.of(lease.batch(), lease.manager()));
    }
    return arrays;
  }

  /** Which columns are data, and which are labels. Not thread-safe. */
  public static final class Builder {
    private final Loader loader;
    private final NDColumns columns = new NDColumns();
    private long firstEpoch = -1;

    private Builder(Loader loader) {
      this.loader = loader;
    }

    /**
     * Adds a column to the data, in the type that it has.
     *
     * @param column name in the loader's batches
     * @return this
     * @throws IllegalArgumentException if it is among the data already
     */
    public Builder data(String column) {
      return data(column, null);
    }

    /**
     * Adds a column to the data in another type, which costs a copy of each batch by DJL.
     *
     * @param column name in the loader's batches
     * @param type to convert to; null: as it is
     * @return this
     * @throws IllegalArgumentException if it is among the data already
     */
    public Builder data(String column, DataType type) {
      columns.addData(column, type);
      return this;
    }

    /**
     * Adds a column to the labels, in the type that it has.
     *
     * @param column name in the loader's batches
     * @return this
     * @throws IllegalArgumentException if it is among the labels already
     */
    public Builder label(String column) {
      return label(column, null);
    }

    /**
     * Adds a column to the labels in another type, which costs a copy of each batch by DJL.
     *
     * @param column name in the loader's batches
     * @param type to convert to; null: as it is
     * @return this
     * @throws IllegalArgumentException if it is among the labels already
     */
    public Builder label(String column, DataType type) {
      columns.addLabel(column, type);
      return this;
    }

    /**
     * Sets the epoch of the first {@link PenstockDataset#getData}.
     *
     * @param firstEpoch its number, at least 0; unless set, that of the loader's state
     * @return this
     */
    public Builder firstEpoch(long firstEpoch) {
      if (firstEpoch < 0) {
        throw new IllegalArgumentException("firstEpoch must be at least 0, was " + firstEpoch);
      }
      this.firstEpoch = firstEpoch;
      return this;
    }

    /**
     * Makes the data set; reads nothing.
     *
     * @return the data set
     * @throws IllegalArgumentException if there is no data column
     * @throws IllegalArgumentException if there is no such column, or none of such a type in DJL
     * @throws IllegalStateException if the loader is closed
     */
    public PenstockDataset build() {
      return new PenstockDataset(this);
    }
  }
}
