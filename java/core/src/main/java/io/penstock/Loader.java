package io.penstock;

import io.penstock.array.OutputColumn;
import io.penstock.error.BadRecord;
import io.penstock.error.PenstockException;
import io.penstock.internal.engine.Engine;
import io.penstock.internal.engine.LoaderOptions;
import io.penstock.internal.pipeline.BatchSource;
import io.penstock.internal.report.LeakReports;
import io.penstock.internal.slot.RankShare;
import io.penstock.internal.slot.RankShares;
import io.penstock.job.LoaderState;
import io.penstock.options.Readahead;
import io.penstock.sampler.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a dataset in a given order, ahead of the consumer, on threads of its own,
 * and hands them out in batches.
 *
 * <p>The order of an epoch depends on the sampler (for a shuffle: number of records and seed) and
 * the number of the epoch alone; batch size, number of ranks and {@link Readahead} flags do not
 * change it. Epochs run one at a time; starting one ends the one before. Several loaders over one
 * dataset work independently. All memory but small Java objects comes out of {@link
 * LoaderBuilder#memoryBytes} and is allocated when the loader is built. Methods may be called from
 * any thread; one thread at a time may iterate.
 */
public final class Loader implements AutoCloseable {
  private final Dataset dataset;
  private final RankShares shares;
  private final Delivery delivery;
  private final int batchSize;
  private final LoaderCore core;
  private final DeliveredColumns columns;
  private final Object readerLock = new Object();
  private @Nullable BatchReader reader;
  private final Set<Runnable> closeActions = new CopyOnWriteArraySet<>();
  private final ProgressReports progress;

  private final LeaseRegister leases;
  private final LeakReports.Watch watch;

  Loader(Dataset dataset, LoaderOptions options, @Nullable LoaderState state) {
    this.dataset = dataset;
    this.batchSize = options.partition().batchSize();
    dataset.identity().start();
    if (state != null) {
      dataset.checkState(state, options.sampler());
    }
    this.shares = RankShares.of(options.partition(), options.sampler(), state);
    this.delivery = new Delivery(shares, dataset.identity(), state);
    this.progress = new ProgressReports(this, shares);
    this.leases = new LeaseRegister(options.isReplay());
    this.core = new LoaderCore(dataset, options, shares);
    this.columns = new DeliveredColumns(core.engine().columns());
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
   * @return the sampler that gives the record at each position of each epoch
   */
  public Sampler sampler() {
    return shares.sampler();
  }

  /**
   * How far this job has come: what the consumer received, not what was read ahead. Save it with
   * {@link io.penstock.job.StateFile} or as a line of text, and resume with {@link
   * LoaderBuilder#state}.
   *
   * <p>A batch counts as soon as the iterator has returned it. A batch that could not be read does
   * not count until a later one was delivered. All ranks of a job that have taken the same number
   * of batches have the same state. Any thread; also after closing.
   *
   * @return the state
   */
  public LoaderState state() {
    return delivery.state();
  }

  /**
   * The columns as they are delivered: those of the dataset, in the byte order of this machine if
   * {@link LoaderBuilder#nativeOrder} is set, or the results of the transforms.
   *
   * @return at least one, in the order of {@link Batch#column(int)}
   */
  public List<OutputColumn> columns() {
    return columns.all();
  }

  /**
   * A column as it is delivered.
   *
   * @param name of one of {@link #columns}
   * @return name, type and shape
   * @throws IllegalArgumentException if there is no such column
   */
  public OutputColumn column(String name) {
    return columns.get(name);
  }

  /** The place of a delivered column. */
  int columnNumber(String name) {
    return columns.number(name);
  }

  /** The batches of an epoch. */
  RankShare share(long epoch) {
    return shares.of(epoch);
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
   * The flags in effect: the chosen backend and io, and as many prefetched batches as the budget
   * holds.
   *
   * @return flags of which only the advice may be auto
   */
  public Readahead readahead() {
    return core.engine().plan().readahead;
  }

  /**
   * The backend in use.
   *
   * @return never {@link Readahead.Backend#AUTO}
   */
  public Readahead.Backend backend() {
    return core.engine().plan().choice.backend();
  }

  /**
   * Whether the page cache takes part.
   *
   * @return never {@link Readahead.Io#AUTO}
   */
  public Readahead.Io io() {
    return core.engine().plan().choice.io();
  }

  /**
   * Why this backend was chosen, and why so much is read ahead; while files are read into the page
   * cache, also how far that is.
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
    checkEpoch(epoch);
    return new Epoch(this, epoch, epoch + 1);
  }

  /**
   * Starts one pass over the records: {@code epoch(epoch).read()}.
   *
   * @param epoch its number, at least 0
   * @return its batches, to be closed by the caller
   * @throws IllegalArgumentException if the number is negative
   * @throws IllegalStateException if closed
   */
  public BatchReader read(long epoch) {
    return epoch(epoch).read();
  }

  /**
   * Several passes one after the other, read ahead across the boundaries between epochs: {@code
   * epochs(10)} are the epochs 0 to 9. For others, {@link #epochsFrom}.
   *
   * @param count how many, at least 0
   * @return the epochs in order
   * @throws IllegalArgumentException if the count is negative
   * @throws IllegalStateException if closed
   */
  public Epochs epochs(long count) {
    return epochsFrom(0).limit(count);
  }

  /**
   * Passes one after the other from any epoch on, without end unless {@link Epochs#limit} or {@link
   * Epochs#before} gives one. A job that resumes goes on with {@code
   * loader.epochsFrom(loader.state().epoch()).before(10)}.
   *
   * @param first number of the first one, at least 0
   * @return the epochs in order
   * @throws IllegalArgumentException if the number is negative
   * @throws IllegalStateException if closed
   */
  public Epochs epochsFrom(long first) {
    checkOpen();
    checkEpoch(first);
    return new Epochs(this, first, Long.MAX_VALUE);
  }

  private static void checkEpoch(long epoch) {
    if (epoch < 0 || epoch == Long.MAX_VALUE) {
      throw new IllegalArgumentException("epoch must be 0 to 2^63-2, was " + epoch);
    }
  }

  /**
   * Reports progress now and then, in one line: how much of the epoch was delivered, records per
   * second, the share of the time that the loop waited for batches, and how long the rest will take
   * at this rate. For instance {@code loader.progress(Duration.ofSeconds(5), System.err::println)}.
   *
   * @param interval least time between lines, which begins now; at least 1 ms
   * @param sink gets the lines, on the thread that iterates, when a batch is handed out, until
   *     {@link #endProgress}. An exception that it throws does not disturb the loop; the first one
   *     is logged as a warning of logger {@code io.penstock}
   * @throws IllegalArgumentException if the interval is shorter
   */
  public void progress(Duration interval, Consumer<String> sink) {
    progress.begin(interval, sink);
  }

  /** Ends the reports of {@link #progress}. Any thread; no effect if there are none. */
  public void endProgress() {
    progress.end();
  }

  /** For instance "warming 43 %"; empty if nothing is being warmed. */
  String warmingProgress() {
    return core.engine().warmingProgress();
  }

  ProgressReports progress() {
    return progress;
  }

  LeaseRegister leases() {
    return leases;
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
   * The records that were skipped or replaced because of {@link LoaderBuilder#badRecordPolicy}: the
   * first 1000 that were found, each once. {@link LoaderStatistics#badRecords} counts all. Any
   * thread; also after closing.
   *
   * @return a snapshot, in the order in which they were found, which is ahead of delivery
   */
  public List<BadRecord> badRecords() {
    return core.badRecords().listed();
  }

  /**
   * Registers an action that {@link #close} runs before it gives the memory back. It is for code
   * that holds pointers into batches of which the JVM does not know, such as arrays of a native
   * library.
   *
   * <p>The closing thread runs the action once the loader hands out no more batches. If the action
   * throws, {@code close} throws the same exception and keeps the memory; closing again runs the
   * action again.
   *
   * @param action what to do; must be harmless if there is nothing left to do
   * @return a registration; closing it withdraws the action, so that the loader neither runs it nor
   *     refers to it. May be ignored if the action should stay as long as the loader
   * @throws IllegalStateException if closed
   */
  public Registration beforeClose(Runnable action) {
    checkOpen();
    closeActions.add(Objects.requireNonNull(action, "action"));
    return () -> closeActions.remove(action);
  }

  /** An action registered with a loader. Closing it withdraws the action; idempotent. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Stops reading and gives the memory back. Idempotent. May be called from any thread, also while
   * another thread waits for a batch; that thread then gets an IllegalStateException. Segments of
   * batches that are still open throw IllegalStateException from then on.
   *
   * <p>The call waits for a running transform, for at most 30 seconds (system property {@code
   * penstock.closeSeconds}). If the transform has not returned by then, the exception names its
   * thread and where that thread is. Thread and memory are kept, and closing again waits again. If
   * close threw IllegalStateException and the loader becomes unreachable, a thread in the
   * background finishes closing it when nothing uses it any more.
   *
   * <p>Transforms, samplers and progress sinks of the loader must not close it: that throws
   * IllegalStateException and changes nothing. In an action of {@link #beforeClose} the call
   * returns at once, as the loader is already being closed.
   *
   * <p>A loader that becomes unreachable without being closed is logged as a warning of logger
   * {@code io.penstock}, with the place where it was built. Its threads, files and memory are then
   * freed; the memory only if all batches were closed.
   *
   * @throws IllegalStateException if a native call, a transform that does not return, or an action
   *     of {@link #beforeClose} still uses memory of a batch: close again when that is over. Also
   *     if it is called by a transform, sampler or progress sink of this loader
   * @throws PenstockException if a device does not answer for 30 seconds (system property {@code
   *     penstock.deviceTimeout}), or the thread is interrupted while it waits: everything that the
   *     device may still use is kept, and closing again works when it has answered. Also if
   *     io_uring broke with reads under way: then everything is closed except for the memory that
   *     the kernel may still write to, which is never freed
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

  /** Throws if called by a transform, sampler or progress sink of this loader. */
  void checkMayClose() {
    core.checkMayClose();
    progress.checkMayClose();
  }

  void checkOpen() {
    core.checkOpen();
  }

  /** Starts reading from the beginning of an epoch, ahead up to another one. */
  BatchReader start(long epoch, long endEpoch) {
    synchronized (readerLock) {
      if (reader != null) {
        reader.end();
      }
      Engine engine = core.engine();
      // While the page cache fills, each epoch may be read in a better way than the one before.
      long end = engine.plan().choice.isWarming() ? epoch + 1 : endEpoch;
      if (engine.isClosed() || !engine.batches().isAt(epoch, end)) {
        core.rechoose();
      }
      BatchSource batches = core.engine().batches();
      reader = new BatchReader(this, batches, batches.begin(epoch, end), epoch, endEpoch, delivery);
      return reader;
    }
  }

  @Override
  public String toString() {
    return "Loader[batchSize=%d, sampler=%s, readahead=%s]"
        .formatted(batchSize, sampler(), readahead());
  }
}
