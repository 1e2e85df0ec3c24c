package io.penstock;

import io.penstock.array.OutputColumn;
import io.penstock.array.Tensor;
import io.penstock.internal.pipeline.BatchSource;
import io.penstock.internal.report.LeakReports;
import io.penstock.internal.slot.Slot;
import io.penstock.options.BadRecordPolicy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Records that follow each other in the order of an epoch, with all their columns: a lease on
 * memory of the loader.
 *
 * <p>The lease lasts until {@link #close}, which gives the memory back to be filled again. A
 * for-each loop over an {@link Epoch} closes each batch when it asks for the next one; {@link
 * #retain} keeps it. Each batch is an object of its own, and no two leases share one: closing it
 * again, at any time and from any thread, does nothing. Once a batch is closed, or its loader,
 * methods that return or copy its memory or indices throw IllegalStateException, and so does {@link
 * #retain}.
 *
 * <p>The memory belongs to the caller for the time of the lease, who may write to it. All columns
 * are aligned to 64 bytes at least. A batch may be handed to another thread and closed there, and
 * segments may be used by several threads at once. Closing the loader makes all segments throw.
 *
 * <p>{@link #floats}, {@link #toIntArray} and their like check type and byte order of a column.
 * {@link #column(String)} and {@link #asByteBuffer} hand out the bytes as they are.
 *
 * <p><b>Finding segments that are used too long.</b> Segments that were fetched from a batch before
 * it was closed remain usable, and later records will appear in them. To find code that uses one
 * too long, run it with {@code -Dpenstock.checkLeases=true}: segments, buffers and tensors of a
 * batch then throw IllegalStateException once it is closed, its memory is overwritten with bytes
 * 0xA5 for code that holds a bare address, and closing it during a native call on its memory
 * throws. For each batch this costs a handshake of all threads, 0.1 to 0.2 ms, and a pass over its
 * memory, about 0.1 ms for each megabyte. Use it in tests, not in training.
 */
public final class Batch extends TypedColumns implements AutoCloseable {
  /** The loop closes an open one when it asks for the next; the consumer closes a retained one. */
  private enum LeaseState {
    OPEN,
    RETAINED,
    CLOSED
  }

  private final Loader loader;
  private final BatchSource source;
  private final AtomicReference<LeaseState> state = new AtomicReference<>(LeaseState.CLOSED);

  // Written before the state becomes OPEN, which is asked before it is read.
  @SuppressWarnings("NullAway.Init")
  private Slot slot;

  private long epoch;
  private long position;
  private int size;
  private int recordCount;

  /** Null unless leases are tracked or checked. */
  private LeaseRegister.@Nullable OpenLease lease;

  /** Reports a batch that was forgotten; null unless it is retained. */
  private volatile LeakReports.@Nullable Watch watch;

  /** A lease that has not begun. It is made before the slot is taken, so that no slot gets lost. */
  Batch(Loader loader, BatchSource source) {
    this.loader = loader;
    this.source = source;
  }

  /** Starts the lease. Allocates nothing, unless leases are tracked or checked. */
  void begin(Slot leased) {
    slot = leased;
    epoch = leased.epoch();
    position = leased.position();
    size = leased.size();
    recordCount = leased.recordCount();
    lease = loader.leases().begin(this);
    state.set(LeaseState.OPEN);
  }

  /**
   * The epoch that it belongs to.
   *
   * @return as it was asked for
   */
  public long epoch() {
    return epoch;
  }

  /**
   * The position of the first record in the order of the epoch. The other records follow, unless
   * the job was resumed and some of the next positions had been delivered before, or bad records
   * were skipped.
   *
   * @return position of its first record, at least 0
   */
  public long position() {
    return position;
  }

  /**
   * How many records it has.
   *
   * @return the loader's batch size, or less in the last batch of an epoch and in one of several
   *     pieces (see {@link LoaderBuilder#batchBytes}); at least 1, or 0 if bad records are {@link
   *     BadRecordPolicy#SKIP skipped}. Includes padding: see {@link #unpaddedSize}
   */
  public int size() {
    return size;
  }

  /**
   * How many of its records are not padding. They come first. With {@link
   * io.penstock.job.Remainder#PAD}, the last batch of an epoch is filled up with records that are
   * delivered elsewhere too; an evaluation must not count those.
   *
   * @return 0 to {@link #size()}; equal to it unless the batch is padded
   */
  public int unpaddedSize() {
    return recordCount;
  }

  /**
   * Whether a record only fills the batch.
   *
   * @param i place, from 0 up to but not including {@link #size()}
   * @return true if the record is delivered elsewhere too, and counts there
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public boolean isPadding(int i) {
    return Objects.checkIndex(i, size) >= recordCount;
  }

  /**
   * Where the records come from.
   *
   * @return the loader's dataset
   */
  public Dataset dataset() {
    return loader.dataset();
  }

  /**
   * The records of a column, one after another: as they are stored, in native byte order if {@link
   * LoaderBuilder#nativeOrder} is set, or as {@link LoaderBuilder#transform transforms} made them.
   *
   * @param name of the column
   * @return exactly {@link #size()} times the column's {@link OutputColumn#recordBytes()} bytes of
   *     native memory, writable, aligned to 64 bytes at least. For a column whose records have
   *     different sizes, all their values, see {@link #offsets}
   * @throws IllegalArgumentException if there is no such column
   * @throws IllegalStateException if the batch or its loader is closed
   */
  @Override
  public MemorySegment column(String name) {
    return view(leased().column(loader.columnNumber(name)));
  }

  /**
   * Where each record begins, for a column whose records have different sizes.
   *
   * @param name of the column
   * @return {@link #size()} + 1 int64 in native byte order, counted in values of the column: record
   *     {@code i} of the batch is the values {@code offsets[i]} up to but not including {@code
   *     offsets[i + 1]} of {@link #column(String)}. Valid as long as the batch is open
   * @throws IllegalArgumentException if there is no such column, or its records have one size
   */
  public MemorySegment offsets(String name) {
    Slot batch = leased();
    OutputColumn column = loader.column(name);
    if (!column.isVariable()) {
      throw new IllegalArgumentException(
          "column '%s': expected records of different sizes, found that all have %d bytes: there are no offsets"
              .formatted(name, column.recordBytes()));
    }
    return view(batch.recordOffsets(loader.columnNumber(name)));
  }

  /**
   * The records of a column, by its place in {@link Loader#columns()}.
   *
   * @param number of the column, from 0
   * @return as {@link #column(String)}
   * @throws IndexOutOfBoundsException if there is no such column
   */
  public MemorySegment column(int number) {
    return view(leased().column(Objects.checkIndex(number, loader.columns().size())));
  }

  /**
   * One record of a column.
   *
   * @param name of the column, whose records may have different sizes
   * @param i place in this batch, from 0 up to but not including {@link #size()}
   * @return its bytes, a part of {@link #column(String)}
   * @throws IllegalArgumentException if there is no such column
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public MemorySegment record(String name, int i) {
    Objects.checkIndex(i, size);
    MemorySegment all = column(name);
    OutputColumn column = loader.column(name);
    long bytes = column.valueBytes();
    if (!column.isVariable()) {
      return all.asSlice(i * bytes, bytes);
    }
    MemorySegment offsets = leased().recordOffsets(loader.columnNumber(name));
    long start = offsets.getAtIndex(ValueLayout.JAVA_LONG, i) * bytes;
    long end = offsets.getAtIndex(ValueLayout.JAVA_LONG, i + 1L) * bytes;
    return all.asSlice(start, end - start);
  }

  /**
   * A description of a column for native libraries: pointer, shape with the records as first axis,
   * strides, and type, as DLPack defines them.
   *
   * @param name of the column
   * @return the description; its memory is valid as long as the batch is open
   * @throws IllegalArgumentException if there is no such column, or its records have different
   *     sizes, which no shape describes
   */
  public Tensor tensor(String name) {
    MemorySegment data = column(name);
    OutputColumn column = loader.column(name);
    if (column.isVariable()) {
      throw new IllegalArgumentException(
          ("column '%s': expected records of one size for a tensor, found %d values in %d records"
                  + " of different sizes: use column('%s') with offsets('%s')")
              .formatted(name, data.byteSize() / column.valueBytes(), size, name, name));
    }
    return Tensor.of(data, column, size);
  }

  /**
   * Which records these are.
   *
   * @return {@link #size()} indices, 64-bit integers in native byte order
   */
  public MemorySegment indices() {
    return view(leased().indices());
  }

  /**
   * Which record is at a place in this batch.
   *
   * @param i place, from 0 up to but not including {@link #size()}
   * @return its index in the dataset
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public long index(int i) {
    long index = leased().indices().getAtIndex(ValueLayout.JAVA_LONG, i);
    leased();
    return index;
  }

  /**
   * Keeps the lease when the loop goes on; the caller must close the batch. Call it before the loop
   * asks for the next batch. If every batch stays open for a minute, the loop gets an
   * IllegalStateException instead of the next one. A retained batch that becomes unreachable
   * without being closed is logged as a warning of logger {@code io.penstock}. With {@code
   * -Dpenstock.trackBatches=true} both say where batches were taken.
   *
   * @return this
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public Batch retain() {
    leased();
    if (state.compareAndSet(LeaseState.OPEN, LeaseState.RETAINED)) {
      watch = loader.leases().watch(this, lease == null ? null : lease.taker());
    }
    if (state.get() == LeaseState.CLOSED) {
      endWatch(); // Another thread may have closed it before there was a watch.
      throw closed();
    }
    return this;
  }

  /**
   * Ends the lease. Idempotent; any thread, at any time: a second call does nothing.
   *
   * @throws IllegalStateException only with {@code -Dpenstock.checkLeases=true}, if a native call
   *     uses memory of the batch; the batch then stays open
   */
  @Override
  public void close() {
    LeaseState former = state.getAndSet(LeaseState.CLOSED);
    if (former != LeaseState.CLOSED) {
      release(former);
    }
  }

  /** Closes it for the loop, unless it was retained or is closed already. */
  void closeUnlessRetained() {
    if (state.compareAndSet(LeaseState.OPEN, LeaseState.CLOSED)) {
      release(LeaseState.OPEN);
    }
  }

  private void release(LeaseState former) {
    if (lease != null) {
      try {
        loader.leases().end(lease);
      } catch (IllegalStateException e) {
        state.set(former);
        throw e;
      }
      loader.leases().overwrite(slot);
    }
    endWatch();
    source.release(slot);
  }

  private void endWatch() {
    LeakReports.Watch ended = watch;
    if (ended != null) {
      ended.end();
    }
  }

  @Override
  public String toString() {
    return "Batch[%s%s]"
        .formatted(description(), state.get() == LeaseState.CLOSED ? ", closed" : "");
  }

  String description() {
    return "epoch=%d, position=%d, size=%d".formatted(epoch, position, size);
  }

  @Override
  OutputColumn delivered(String name) {
    return loader.column(name);
  }

  @Override
  void checkLease() {
    leased();
  }

  private Slot leased() {
    loader.checkOpen();
    if (state.get() == LeaseState.CLOSED) {
      throw closed();
    }
    return slot;
  }

  private static IllegalStateException closed() {
    return new IllegalStateException(
        "this batch is closed: use it before the loop asks for the next one, or retain() it");
  }

  /**
   * What is handed out of a segment of the slot. Another thread may have closed the batch since it
   * was looked up, and the segment be that of the batch after it: then it is not handed out.
   */
  private MemorySegment view(MemorySegment segment) {
    leased();
    Arena arena = lease == null ? null : lease.arena();
    return arena == null ? segment : segment.reinterpret(arena, null);
  }
}
