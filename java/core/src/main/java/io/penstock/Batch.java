package io.penstock;

import io.penstock.internal.engine.Slot;
import io.penstock.transform.OutputColumn;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Some records that follow each other in an epoch's order, with all their columns: a lease on
 * memory of its loader.
 *
 * <p>The lease lasts until {@link #close}, which gives the memory back to be filled again. A
 * for-each loop over an {@link Epoch} closes each batch when it asks for the next one; {@link
 * #retain} keeps it. Every method but the descriptive ones throws after that. Segments that were
 * fetched before are not cut off by closing the batch: do not use them any longer, as other records
 * will appear in them. Closing the loader cuts off all.
 *
 * <p>The memory is the caller's for the time of the lease: writing to it is allowed. All columns
 * are aligned to 64 bytes at least. A batch may be handed to another thread and closed there, and
 * segments may be used by several threads at once.
 *
 * <p>Batch objects are used again, as their memory is, so that an epoch makes no garbage: an object
 * that was closed long ago may be another, open batch today. Do not keep closed batches.
 */
public final class Batch implements AutoCloseable {
  private final Loader loader;
  private final AtomicReference<Slot> slot = new AtomicReference<>();
  private long lease;
  private boolean isRetained;
  private long epoch;
  private long position;
  private int size;
  private int recordCount;

  /** Where it was taken, if that is tracked. */
  private Throwable taker;

  Batch(Loader loader) {
    this.loader = loader;
  }

  /** Begins a lease; returns its number. */
  long open(Slot leased) {
    epoch = leased.epoch();
    position = leased.position();
    size = leased.size();
    recordCount = leased.recordCount();
    isRetained = false;
    lease++;
    taker = loader.isTracking() ? new Throwable("taken here: " + description()) : null;
    slot.set(leased);
    return lease;
  }

  /**
   * Whether it is still the loop's to close: not retained, nor closed and open for something else.
   */
  boolean isLoopLease(long number) {
    return lease == number && !isRetained;
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
   * Where it starts in the epoch's order. The others follow, unless the job was resumed and some of
   * the next positions had been delivered before, or bad records were skipped.
   *
   * @return position of its first record, at least 0
   */
  public long position() {
    return position;
  }

  /**
   * How many records it has.
   *
   * @return the loader's batch size, or less in the last batch of an epoch, and in one of several
   *     pieces (see {@link LoaderBuilder#batchBytes}); at least 1, but where bad records are {@link
   *     BadRecords#SKIP skipped}, which may leave any number, and 0. Padding counts: see {@link
   *     #recordCount}
   */
  public int size() {
    return size;
  }

  /**
   * How many of its records are not padding. They come first; behind them, with {@link
   * io.penstock.sampler.Remainder#PAD} in the last batch of an epoch, come records that are
   * delivered elsewhere too: an evaluation must not count them.
   *
   * @return 0 to {@link #size()}, which it is unless the batch is padded
   */
  public int recordCount() {
    return recordCount;
  }

  /**
   * Whether a record is there only to fill the batch.
   *
   * @param i place, from 0 up to but not including {@link #size()}
   * @return whether it is delivered elsewhere too, and counts there
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
   * The records of a column, one after another: as they are stored, unless {@link
   * LoaderBuilder#nativeOrder} was asked for, or as {@link LoaderBuilder#transform transforms} made
   * them.
   *
   * @param name of the column
   * @return exactly {@link #size()} times the column's {@link OutputColumn#recordBytes()} bytes of
   *     native memory, writable, aligned to 64 bytes at least; of a column whose records have
   *     different sizes all their values, see {@link #offsets}
   * @throws PenstockException if there is no such column
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public MemorySegment column(String name) {
    return leased().column(loader.columnNumber(name));
  }

  /**
   * Where the records of a column begin whose records have different sizes.
   *
   * @param name of the column
   * @return {@link #size()} + 1 int64 in native byte order, in values of the column: record {@code
   *     i} of the batch is those from {@code offsets[i]} up to {@code offsets[i + 1]}, of {@link
   *     #column(String)}; to be used as long as the batch
   * @throws PenstockException if there is no such column, or its records have one size
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public MemorySegment offsets(String name) {
    MemorySegment offsets = leased().recordOffsets(dataset().columnNumber(name));
    if (offsets == null) {
      throw new PenstockException(
          "column '%s': expected records of different sizes, found that all have %d bytes: there"
                  .formatted(name, dataset().column(name).recordBytes())
              + " are no offsets");
    }
    return offsets;
  }

  /**
   * The records of a column, by its place in {@link Loader#columns()}.
   *
   * @param number of the column, from 0
   * @return as {@link #column(String)}
   * @throws IndexOutOfBoundsException if there is no such column
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public MemorySegment column(int number) {
    return leased().column(Objects.checkIndex(number, loader.columns().size()));
  }

  /**
   * The records of a column as a direct buffer over the same memory, in the byte order in which its
   * numbers are delivered.
   *
   * @param name of the column
   * @return a new buffer from position 0 to the end of the column
   * @throws PenstockException if there is no such column, or it has more bytes than a buffer can
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public ByteBuffer asByteBuffer(String name) {
    MemorySegment segment = column(name);
    if (segment.byteSize() > Integer.MAX_VALUE) {
      throw new PenstockException(
          ("column '%s': expected at most %d bytes in a batch for a buffer, found %d: use column()"
                  + " or a smaller batchSize")
              .formatted(name, Integer.MAX_VALUE, segment.byteSize()));
    }
    ByteOrder order = loader.column(name).elementType().order();
    return segment.asByteBuffer().order(order == null ? ByteOrder.nativeOrder() : order);
  }

  /**
   * A column as native libraries want it described: pointer, shape with the records as first axis,
   * strides, and type, in the words of DLPack.
   *
   * @param name of the column
   * @return the description; its memory is valid as long as the batch is open
   * @throws PenstockException if there is no such column, or its records have different sizes,
   *     which no shape describes
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public Tensor tensor(String name) {
    MemorySegment data = column(name);
    OutputColumn column = loader.column(name);
    if (data.byteSize() != size * column.recordBytes()) {
      throw new PenstockException(
          ("column '%s': expected records of one size for a tensor, found %d values in %d records"
                  + " of different sizes: use column('%s') with offsets('%s')")
              .formatted(name, data.byteSize() / column.recordBytes(), size, name, name));
    }
    return Tensor.of(data, column, size);
  }

  /**
   * Which records these are.
   *
   * @return {@link #size()} indices, 64-bit integers in native byte order
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public MemorySegment indices() {
    return leased().indices();
  }

  /**
   * Which record is at a place in this batch.
   *
   * @param i place, from 0 up to but not including {@link #size()}
   * @return its index in the dataset
   * @throws IndexOutOfBoundsException if there is no such place
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public long index(int i) {
    return leased().indices().getAtIndex(ValueLayout.JAVA_LONG, i);
  }

  /**
   * Keeps the lease when the loop goes on; the caller has to close the batch. To be called before
   * the loop asks for the next batch. Who forgets to close them gets an IllegalStateException when
   * all are in use for a minute; with {@code -Dpenstock.trackBatches=true} its suppressed
   * exceptions tell where each was taken.
   *
   * @return this
   * @throws IllegalStateException if the batch or its loader is closed
   */
  public Batch retain() {
    leased();
    isRetained = true;
    return this;
  }

  /** Ends the lease. Idempotent; any thread. */
  @Override
  public void close() {
    Slot released = slot.getAndSet(null);
    if (released != null) {
      loader.release(this, released);
    }
  }

  @Override
  public String toString() {
    return "Batch[%s%s]".formatted(description(), slot.get() == null ? ", closed" : "");
  }

  private String description() {
    return "epoch=%d, position=%d, size=%d".formatted(epoch, position, size);
  }

  /** Where it was taken, if that is tracked and it was not closed since; else null. */
  Throwable taker() {
    return slot.get() == null ? null : taker;
  }

  private Slot leased() {
    loader.checkOpen();
    Slot current = slot.get();
    if (current == null) {
      throw new IllegalStateException(
          "this batch is closed: use it before the loop asks for the next one, or retain() it");
    }
    return current;
  }
}
