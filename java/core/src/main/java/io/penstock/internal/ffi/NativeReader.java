package io.penstock.internal.ffi;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.ffi.generated.penstock_progress;
import io.penstock.internal.ffi.generated.penstock_statistics;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;

/**
 * A native reader: order in, records out.
 *
 * <p>One thread owns it from open to close, and must be a platform thread: its calls block. What it
 * owns besides the handle: the structs that C fills, allocated once, so that no call allocates.
 */
public final class NativeReader implements AutoCloseable {
  /** What the library counts, and where in its struct. */
  private static final Statistic[] COUNTED =
      Arrays.stream(Statistic.values())
          .filter(statistic -> statistic.nativeField().isPresent())
          .toArray(Statistic[]::new);

  private static final long[] OFFSETS =
      Arrays.stream(COUNTED)
          .map(statistic -> PathElement.groupElement(statistic.nativeField().orElseThrow()))
          .mapToLong(field -> penstock_statistics.layout().byteOffset(field))
          .toArray();

  private final NativeSource source;
  private final Arena arena = Arena.ofConfined();
  private final NativeFailure failure = new NativeFailure(arena);
  private final MemorySegment progress = penstock_progress.allocate(arena);
  private final MemorySegment statistics = penstock_statistics.allocate(arena);
  private final MemorySegment latencies =
      arena.allocate(ValueLayout.JAVA_LONG, Figures.LATENCY_COUNT);
  private MemorySegment handle;

  /** That the source is kept open for it; -1: it is not. */
  private int pass = -1;

  private NativeReader(NativeSource source) {
    this.source = source;
  }

  /**
   * Opens a reader; the calling thread owns it.
   *
   * @param source what to read; must outlive the reader
   * @param options how to read it
   * @return the reader
   * @throws PenstockException if the backend cannot be used, or memory is short
   */
  public static NativeReader open(NativeSource source, ReaderOptions options) {
    NativeReader reader = new NativeReader(source);
    try {
      reader.open(options);
      reader.drive(0, 0);
      return reader;
    } catch (RuntimeException | Error e) {
      reader.close();
      throw e;
    }
  }

  private void open(ReaderOptions options) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = scratch.allocate(ValueLayout.ADDRESS);
      MemorySegment struct = OptionsStruct.of(options, scratch);
      pass = source.handle().enter();
      int status = Penstock.penstock_reader_open(source.handle().object(), struct, out);
      if (status < 0) {
        throw NativeStatus.failure(
            status,
            "backend=%s,io=%s: a reader with %d requests in flight could not be opened"
                .formatted(
                    options.backend().name().toLowerCase(Locale.ROOT),
                    options.isDirect() ? "direct" : "buffered",
                    options.queueDepth()));
      }
      handle = out.get(ValueLayout.ADDRESS, 0);
    }
  }

  /**
   * Appends records to the order. Does not block.
   *
   * @param indices int64 record indices
   * @param count how many of them, at most {@link #room()}
   * @param slotAddress where they land, or 0: in cells
   * @throws IllegalStateException if C refuses it, which is a mistake of the caller
   */
  public void order(MemorySegment indices, int count, long slotAddress) {
    int status = Penstock.penstock_reader_order(handle, indices, count, slotAddress);
    if (status < 0) {
      throw new IllegalStateException(
          "an order of %d records was refused: %s".formatted(count, NativeStatus.describe(status)));
    }
    penstock_progress.ordered(progress, ordered() + count);
    penstock_progress.room(progress, room() - count);
  }

  /**
   * The indices of the oldest records that are ordered.
   *
   * @param count how many, at most {@link #ordered()}
   * @param target int64, where to
   * @throws IllegalStateException if C refuses it, which is a mistake of the caller
   */
  public void ordered(int count, MemorySegment target) {
    int status = Penstock.penstock_reader_ordered(handle, count, target);
    if (status < 0) {
      throw new IllegalStateException(
          "the indices of %d records were refused: %s"
              .formatted(count, NativeStatus.describe(status)));
    }
  }

  /**
   * Ends a window of the order.
   *
   * @param later how many of the records ordered last belong to the next window
   * @throws IllegalStateException if C refuses it, which is a mistake of the caller
   */
  public void endWindow(int later) {
    int status = Penstock.penstock_reader_end_window(handle, later);
    if (status < 0) {
      throw new IllegalStateException(
          "the end of a window was refused: " + NativeStatus.describe(status));
    }
  }

  /**
   * Moves I/O along and waits until records are ready.
   *
   * @param wanted how many; 0: does not wait
   * @param timeoutNanos longest wait
   * @throws PenstockException if the backend is broken
   */
  public void drive(long wanted, long timeoutNanos) {
    int status = Penstock.penstock_reader_drive(handle, wanted, timeoutNanos, progress);
    if (status < 0) {
      throw NativeStatus.failure(status, "the reader is broken");
    }
  }

  /**
   * Reads on of the columns that are kept whole, which comes before anything else.
   *
   * @param timeoutNanos about how long
   * @return bytes that are still to be read; 0: records may be waited for
   * @throws PenstockException if the backend is broken
   */
  public long load(long timeoutNanos) {
    if (penstock_progress.unloaded(progress) > 0) {
      drive(0, timeoutNanos);
    }
    return penstock_progress.unloaded(progress);
  }

  /** Oldest records that can be taken now. */
  public long ready() {
    return penstock_progress.ready(progress);
  }

  /** Records ordered and not yet taken. */
  public long ordered() {
    return penstock_progress.ordered(progress);
  }

  /** Records that may be ordered now. */
  public long room() {
    return penstock_progress.room(progress);
  }

  /** Requests that the device is working on. */
  public long inFlight() {
    return penstock_progress.in_flight(progress);
  }

  /**
   * Has helpers begin to copy the oldest records to their slot, which is the reader's until they
   * are taken.
   *
   * @param count how many, at most {@link #ready()}
   * @param slotAddress where they are to be
   * @throws IllegalStateException if C refuses it, which is a mistake of the caller
   */
  public void prepare(int count, long slotAddress) {
    int status = Penstock.penstock_reader_prepare(handle, count, slotAddress);
    if (status < 0) {
      throw new IllegalStateException(
          "preparing %d records was refused: %s".formatted(count, NativeStatus.describe(status)));
    }
  }

  /**
   * Copies records for the owner, who may be in any call meanwhile, until helpers are {@link
   * #dismissHelpers dismissed}. Another platform thread than the owner; several may help at once.
   */
  public void help() {
    int status = Penstock.penstock_reader_help(handle);
    if (status < 0) {
      throw new IllegalStateException("help was refused: " + NativeStatus.describe(status));
    }
  }

  /** Has all threads that {@link #help} return. They must have done so before it is closed. */
  public void dismissHelpers() {
    int status = Penstock.penstock_reader_dismiss(handle);
    if (status < 0) {
      throw new IllegalStateException(
          "helpers could not be dismissed: " + NativeStatus.describe(status));
    }
  }

  /**
   * Takes the oldest records.
   *
   * @param count how many, at most {@link #ready()}
   * @param slotAddress where they are to be
   * @throws PenstockException if one of them could not be read; they are taken nevertheless
   * @throws IllegalStateException if C refuses it, which is a mistake of the caller
   */
  public void take(int count, long slotAddress) {
    if (count > ready()) {
      throw new IllegalStateException(
          "%d records were to be taken, %d are ready".formatted(count, ready()));
    }
    int status =
        Penstock.penstock_reader_take(handle, count, slotAddress, failure.clear().struct());
    // A failed record is described; a refusal, where nothing was taken, is not.
    if (status < 0 && failure.status() == 0) {
      throw new IllegalStateException(
          "taking %d records was refused: %s".formatted(count, NativeStatus.describe(status)));
    }
    if (failure.taken() != count) {
      throw new IllegalStateException(
          "%d records were to be taken, %d were".formatted(count, failure.taken()));
    }
    penstock_progress.ready(progress, ready() - count);
    penstock_progress.ordered(progress, ordered() - count);
    penstock_progress.room(progress, room() + count);
    if (status < 0) {
      throw source.failure(status, failure);
    }
  }

  /**
   * Hands out requests that the caller is to carry out; of a reader of backend EXTERNAL.
   *
   * @param requests where they are described, from the first on
   * @param capacity how many at most
   * @return how many
   * @throws IllegalStateException if C refuses it, which is a mistake of the caller
   */
  public int poll(PolledRequests requests, int capacity) {
    int count = Penstock.penstock_reader_poll(handle, requests.structs(), capacity);
    if (count < 0) {
      throw new IllegalStateException(
          "the reader handed out no requests: " + NativeStatus.describe(count));
    }
    return count;
  }

  /**
   * Answers a request that was handed out.
   *
   * @param id of the request
   * @param result bytes that were read, or the number of an error, negative
   * @throws IllegalStateException if C refuses it, which is a mistake of the caller
   */
  public void complete(long id, long result) {
    int status = Penstock.penstock_reader_complete(handle, id, result);
    if (status < 0) {
      throw new IllegalStateException(
          "the answer %d to request %d was refused: %s"
              .formatted(result, id, NativeStatus.describe(status)));
    }
  }

  /**
   * Reads a range of an open file of the source, through the page cache: for whoever carries out
   * requests. Any platform thread, as long as the reader is open; allocates nothing.
   *
   * @param file number of the file
   * @param offsetBytes where to begin in it
   * @param lengthBytes how much to read
   * @param address where to
   * @return how many bytes were read, fewer where the file ends, or the number of an error,
   *     negative
   */
  public long readFile(int file, long offsetBytes, long lengthBytes, long address) {
    return Penstock.penstock_source_read(
        source.handle().object(), file, offsetBytes, lengthBytes, address);
  }

  /** The column of the record that the last call of {@link #take} failed with; -1: none. */
  public int failedColumn() {
    return failure.column();
  }

  /**
   * Has the kernel provide some more of the reader's memory. One thread at a time, also another one
   * than the owner, but not while the reader is closed.
   *
   * @param doneBytes uint64, how far that has come; 0 at first, and counted on
   * @return whether there is more to do
   */
  public Provision populate(MemorySegment doneBytes) {
    int status = Penstock.penstock_reader_populate(handle, doneBytes);
    if (status > 0) {
      return Provision.MORE;
    }
    return status == 0 ? Provision.ALL : Provision.ENOUGH;
  }

  /** Forgets what is ordered, after what is in flight has landed. */
  public void reset() {
    int status = Penstock.penstock_reader_reset(handle);
    if (status < 0) {
      throw NativeStatus.failure(status, "the reader could not be reset");
    }
    drive(0, 0);
  }

  /**
   * What was done since opening.
   *
   * @param target overwritten
   */
  public void statistics(Figures target) {
    int status = Penstock.penstock_reader_statistics(handle, statistics);
    if (status < 0) {
      throw NativeStatus.failure(status, "the reader gave no statistics");
    }
    for (int i = 0; i < COUNTED.length; i++) {
      target.counters.set(COUNTED[i], statistics.get(ValueLayout.JAVA_LONG, OFFSETS[i]));
    }
    long completions = target.counters.get(Statistic.REQUESTS) - inFlight();
    if (completions != target.completions) {
      latencies(target.latencies);
      target.completions = completions;
    }
  }

  private void latencies(long[] target) {
    int count = Penstock.penstock_reader_latencies(handle, latencies, target.length);
    if (count != target.length) {
      throw new IllegalStateException(
          "%d latencies were expected, the library has %d".formatted(target.length, count));
    }
    MemorySegment.copy(latencies, ValueLayout.JAVA_LONG, 0, target, 0, count);
  }

  /**
   * Waits for what is in flight and frees the reader. Idempotent.
   *
   * @throws PenstockException with status ETIMEDOUT when the device did not answer: then memory of
   *     slots must not be freed, the source stays open, and this can be called again; with any
   *     other status when the backend broke with reads under way: then all is closed, but memory of
   *     slots must never be freed
   */
  @Override
  public void close() {
    if (!arena.scope().isAlive()) {
      return;
    }
    int status = handle == null ? 0 : Penstock.penstock_reader_close(handle);
    PenstockException failure =
        status < 0
            ? NativeStatus.failure(
                status, "io_uring broke, and what reads under way may still write to is kept")
            : null;
    if (failure != null && failure.kind() == ErrorKind.NO_ANSWER) {
      throw failure;
    }
    handle = null;
    if (pass >= 0) {
      source.handle().leave(pass);
      pass = -1;
    }
    arena.close();
    if (failure != null) {
      throw failure;
    }
  }
}
