package io.penstock;

import io.penstock.internal.engine.BatchSource;
import io.penstock.internal.engine.Deals;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.sampler.Deal;
import io.penstock.sampler.LoaderState;
import io.penstock.sampler.Sampler;
import io.penstock.transform.OutputColumn;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;

/**
 * Reads the records of a dataset in a given order and hands them out in batches, read ahead by
 * threads of its own.
 *
 * <p>The order of an epoch follows from the sampler (for a shuffle: number of records and seed) and
 * the epoch alone: neither the batch size nor the number of ranks nor any {@link Readahead} flag
 * changes it. Epochs run one at a time; starting one ends the former. Several loaders over one
 * dataset work independently. All memory but small Java objects comes out of {@link
 * LoaderBuilder#memoryBytes}, and is allocated when the loader is built. Methods may be called from
 * any thread; the iteration itself is for one thread at a time.
 */
public final class Loader implements AutoCloseable {
  private static final Duration LEAST_INTERVAL = Duration.ofMillis(1);

  private final Dataset dataset;
  private final Deals deals;
  private final Delivery delivery;
  private final int batchSize;
  private final LoaderCore core;
  private final List<OutputColumn> columns;
  private final Map<String, Integer> columnNumbers = new HashMap<>();
  private final Object iteratorLock = new Object();
  private BatchIterator iterator;
  private final Set<Runnable> closeActions = new CopyOnWriteArraySet<>();
  private volatile ProgressLine progress;

  private final LeaseRegister leases;
  private final LeakReports.Watch watch;

  /** The thread that a progress sink of ours is running on. */
  private volatile Thread inSink;

  Loader(LoaderBuilder builder, NativeSource source) {
    this.dataset = builder.dataset;
    this.batchSize = builder.batchSize;
    Sampler sampler = builder.order();
    dataset.identity().start();
    if (builder.state != null) {
      dataset.checkState(builder.state, sampler);
    }
    this.deals = Deals.of(builder.partition(), sampler, builder.state);
    this.delivery = new Delivery(deals, dataset.identity(), builder.state);
    LoaderBuilder options = builder.copy();
    this.leases = new LeaseRegister(options.isReplay);
    this.core = new LoaderCore(options, deals, source);
    this.columns = core.engine().columns();
    for (int i = 0; i < columns.size(); i++) {
      columnNumbers.put(columns.get(i).name(), i);
    }
    core.start();
    this.watch = core.watch(this, toString());
  }

  LoaderCore core() {
    return core;
  }

  /**
   * Where the records come from.
   *
   * @return the dataset it was built from
   */
  public Dataset dataset() {
    return dataset;
  }

  /**
   * The order.
   *
   * @return what tells the record at each position of each epoch
   */
  public Sampler sampler() {
    return deals.sampler();
  }

  /**
   * How far this job has come: what was handed out to the consumer, not what was read ahead. To be
   * saved with {@link io.penstock.sampler.StateFile} or as a line of text, and given to {@link
   * LoaderBuilder#state} to go on from there.
   *
   * <p>Counts each batch from when the iterator has returned it. A batch that could not be read
   * does not count until a later one was delivered. All ranks of a job that have had the same
   * number of batches have the same state. Any thread; also after closing.
   *
   * @return the state
   */
  public LoaderState state() {
    return delivery.state();
  }

  /**
   * The columns as they are delivered: those of the dataset, but for the byte order if {@link
   * LoaderBuilder#nativeOrder} was asked for, or what transforms make of them.
   *
   * @return at least one, in the order of {@link Batch#column(int)}
   */
  public List<OutputColumn> columns() {
    return columns;
  }

  /**
   * A column as it is delivered.
   *
   * @param name of one of {@link #columns}
   * @return name, type and shape
   * @throws PenstockException if there is no such column
   */
  public OutputColumn column(String name) {
    return columns.get(columnNumber(name));
  }

  /** The place of a delivered column. */
  int columnNumber(String name) {
    Integer number = columnNumbers.get(name);
    if (number == null) {
      throw new PenstockException(
          "expected one of the columns %s, found '%s'"
              .formatted(columns.stream().map(OutputColumn::name).toList(), name));
    }
    return number;
  }

  /** The batches of an epoch. */
  Deal deal(long epoch) {
    return deals.of(epoch);
  }

  /**
   * Records per batch.
   *
   * @return as it was set; the last batch of an epoch may have fewer
   */
  public int batchSize() {
    return batchSize;
  }

  /**
   * The flags in effect: backend and io as they were chosen, and as many prefetched batches as the
   * budget holds.
   *
   * @return no flag of it is auto but the advice
   */
  public Readahead readahead() {
    return core.engine().plan().readahead;
  }

  /**
   * The backend in use.
   *
   * @return "uring", "pread" or "mmap"
   */
  public String backend() {
    return core.engine().plan().choice.backendName();
  }

  /**
   * Whether the page cache takes part.
   *
   * @return "direct" or "buffered"
   */
  public String io() {
    return core.engine().plan().choice.io();
  }

  /**
   * Why this backend, and why so much is read ahead; where files are warmed, also how far that is.
   *
   * @return one line
   */
  public String reason() {
    return core.engine().reason();
  }

  /**
   * One pass over the records.
   *
   * @param epoch its number, at least 0
   * @return its batches; reading starts when it is iterated
   * @throws IllegalArgumentException if the number is negative
   * @throws IllegalStateException if closed
   */
  public Epoch epoch(long epoch) {
    checkOpen();
    if (epoch < 0 || epoch == Long.MAX_VALUE) {
      throw new IllegalArgumentException("epoch must be 0 to 2^63-2, was " + epoch);
    }
    return new Epoch(this, epoch, epoch + 1);
  }

  /**
   * Several passes one after the other, read ahead over the boundaries.
   *
   * @param first number of the first one, at least 0
   * @param count how many, at least 0
   * @return the epochs in order
   * @throws IllegalArgumentException if a number is negative or there are too many
   * @throws IllegalStateException if closed
   */
  public Epochs epochs(long first, long count) {
    checkOpen();
    if (first < 0 || count < 0 || first > Long.MAX_VALUE - count) {
      throw new IllegalArgumentException(
          "epochs must be numbered 0 to 2^63-2, was %d from %d on".formatted(count, first));
    }
    return new Epochs(this, first, count);
  }

  /**
   * Has a line made about how the loop gets on, now and then: how much of the epoch is delivered,
   * records per second, the share of the time that the loop waited for batches, and how long the
   * rest will take at this rate. For instance {@code loader.progress(Duration.ofSeconds(5),
   * System.err::println)}.
   *
   * @param interval least time between lines, which begins now; at least 1 ms
   * @param sink gets the lines, on the thread that iterates, when a batch is handed out; null: no
   *     more lines. What it throws changes nothing: the first time it is logged as a warning of
   *     logger {@code io.penstock}
   * @throws IllegalArgumentException if the interval is shorter
   */
  public void progress(Duration interval, Consumer<String> sink) {
    if (interval.compareTo(LEAST_INTERVAL) < 0) {
      throw new IllegalArgumentException("interval must be at least 1 ms, was " + interval);
    }
    progress = sink == null ? null : new ProgressLine(this, deals, interval, sink);
  }

  /** As "warming 43 %"; empty where nothing is warmed. */
  String warmingProgress() {
    return core.engine().warmingProgress();
  }

  void progressed(long epoch, long endEpoch, long count) {
    ProgressLine line = progress;
    if (line != null) {
      inSink = Thread.currentThread();
      try {
        line.delivered(epoch, endEpoch, count);
      } finally {
        inSink = null;
      }
    }
  }

  LeaseRegister leases() {
    return leases;
  }

  /** Has it reported if a retained batch is forgotten. */
  LeakReports.Watch watch(Batch batch, Throwable taker) {
    return LeakReports.watch(batch, forgotten(batch.description(), leases, taker));
  }

  /** Static, as it must not refer to the loader, nor to the batch. */
  private static Runnable forgotten(String description, LeaseRegister leases, Throwable taker) {
    return () -> {
      if (!leases.isClosed()) {
        Warnings.warn(
            "Batch[%s] was retained and became unreachable without being closed: its memory is lost to its loader until that is closed%s"
                .formatted(
                    description,
                    taker == null ? "; -Dpenstock.trackBatches=true tells where it was taken" : ""),
            taker);
      }
    };
  }

  /** Adds where the batches that are in use were taken, if that is tracked. */
  IllegalStateException withTakers(IllegalStateException failure) {
    leases.takers().forEach(failure::addSuppressed);
    return failure;
  }

  /**
   * What was done so far. Also after closing.
   *
   * @return a snapshot
   */
  public LoaderStatistics statistics() {
    return core.statistics();
  }

  /**
   * The records that were skipped or replaced, as {@link LoaderBuilder#badRecords} asked for: the
   * first 1000 that were found, each once; {@link LoaderStatistics#badRecords} counts all. Any
   * thread; also after closing.
   *
   * @return a snapshot, in the order in which they were found, which is ahead of delivery
   */
  public List<BadRecord> badRecords() {
    return core.badRecords().listed();
  }

  /**
   * Has something done by {@link #close} before it gives the memory back; for whoever has pointers
   * into batches that the JVM knows nothing of, as arrays of a native library.
   *
   * <p>Called by the closing thread once the loader hands out nothing any more. An action that
   * throws keeps the memory where it is: the exception comes out of {@code close}, and closing
   * again calls it again.
   *
   * @param action what to do; harmless when there is nothing to do any more
   * @return takes the action back when it is closed: then neither is it done, nor does the loader
   *     refer to it any longer. To be ignored by whoever lives as long as the loader
   * @throws IllegalStateException if closed
   */
  public Registration beforeClose(Runnable action) {
    checkOpen();
    closeActions.add(Objects.requireNonNull(action, "action"));
    return () -> closeActions.remove(action);
  }

  /** Something that was arranged with a loader, to be taken back by closing it. Idempotent. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Stops reading and gives the memory back. Idempotent; any thread, also while another one waits
   * for a batch, which then gets an IllegalStateException. Batches that are still in use are cut
   * off: their segments throw IllegalStateException.
   *
   * <p>A transform that is running is waited for, for 30 seconds at most (system property {@code
   * penstock.closeSeconds}). If it has not returned then, the exception names its thread and where
   * that is; thread and memory are kept, and closing again waits for it again. A close that throws
   * IllegalStateException is finished by a thread in the background once the loader is unreachable
   * and what it waits for is over.
   *
   * <p>Of what the loader itself calls, transforms, samplers and progress sinks must not close it;
   * that throws IllegalStateException and changes nothing. In an action of {@link #beforeClose} the
   * call returns at once, as the loader is being closed.
   *
   * <p>A loader that becomes unreachable without being closed is logged as a warning of logger
   * {@code io.penstock}, with where it was built. Its threads and files are given up then, and its
   * memory, unless a batch was not closed either.
   *
   * @throws IllegalStateException if memory of a batch is in use by a native call, by a transform
   *     that does not return, or by whoever said {@link #beforeClose}: close again when that is
   *     over; or if it is called by what must not
   * @throws PenstockException if a device does not answer for 30 seconds (system property {@code
   *     penstock.deviceTimeout}), or the thread is interrupted meanwhile: all that it may still use
   *     is kept, and closing again works when it has answered; or if io_uring broke with reads
   *     under way: then all is closed but for the memory that the kernel may write to, which is
   *     kept for good
   */
  @Override
  public void close() {
    checkMayClose();
    boolean isDone =
        core.close(
            () -> {
              closeActions.forEach(Runnable::run);
              leases.close();
            });
    if (isDone) {
      watch.end();
    }
  }

  /** Refuses to be closed by what this loader itself calls. */
  void checkMayClose() {
    core.checkMayClose();
    if (inSink == Thread.currentThread()) {
      throw new IllegalStateException(
          "a loader must not be closed by its own progress sink, which is called between two"
              + " batches: leave the loop, and close it there");
    }
  }

  void checkOpen() {
    core.checkOpen();
  }

  /** Starts reading from the beginning of an epoch, ahead up to another one. */
  Iterator<Batch> start(long epoch, long endEpoch) {
    synchronized (iteratorLock) {
      if (iterator != null) {
        iterator.end();
      }
      Engine engine = core.engine();
      // While the page cache fills, each epoch may be read in a better way than the one before.
      long end = engine.plan().choice.isWarming() ? epoch + 1 : endEpoch;
      if (engine.isClosed() || !engine.batches().isAt(epoch, end)) {
        core.rechoose();
      }
      BatchSource batches = core.engine().batches();
      iterator =
          new BatchIterator(this, batches, batches.begin(epoch, end), epoch, endEpoch, delivery);
      return iterator;
    }
  }

  @Override
  public String toString() {
    return "Loader[batchSize=%d, sampler=%s, readahead=%s]"
        .formatted(batchSize, sampler(), readahead());
  }
}
