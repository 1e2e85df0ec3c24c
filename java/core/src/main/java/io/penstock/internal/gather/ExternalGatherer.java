package io.penstock.internal.gather;

import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.ffi.NativeReader;
import io.penstock.internal.ffi.PolledRequests;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.wait.Patience;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A native reader that decides what is read and when, and threads of ours that read it: for what C
 * does not open, as very many small files.
 *
 * <p>What it owns: the reader, and {@link Carriers} that carry its requests out. Nothing is
 * allocated per request. The memory that requests go to belongs to them until they are answered: it
 * is not given back before.
 */
public final class ExternalGatherer extends ForwardingGatherer {
  private static final long PREPARE_NANOS = 100_000_000;

  /** Knows more of records than their bytes: why they could not be read. */
  @FunctionalInterface
  public interface Inspector {
    /**
     * Says why a record could not be read.
     *
     * @param column that it could not be read of
     * @param failure what C knows
     * @return what to throw in its place
     */
    PenstockException explain(int column, PenstockException failure);

    /**
     * Looks at records that were taken without a failure.
     *
     * @throws PenstockException if one is not as it should be
     */
    default void taken(int count, Slot slot) {}
  }

  private final NativeGatherer inner;
  private final NativeReader reader;
  private final Inspector inspector;
  private final Arena arena = Arena.ofConfined();
  private final RequestBoard board;
  private final RequestBoard.Answers answers;
  private final PolledRequests polled;
  private final Carriers carriers;
  private long waitNanos;

  /**
   * Takes a reader of backend EXTERNAL over, and starts the threads; the calling thread owns it.
   *
   * @param inner over that reader
   * @param queueDepth of the reader
   * @param threadCount how many threads carry requests out, at least 1
   * @param parts makes what a thread reads with
   * @param inspector of records
   */
  public ExternalGatherer(
      NativeGatherer inner,
      int queueDepth,
      int threadCount,
      Function<NativeReader, PartReader> parts,
      Inspector inspector) {
    super(inner);
    this.inner = inner;
    this.reader = inner.reader();
    this.inspector = inspector;
    this.board = new RequestBoard(queueDepth);
    this.answers = reader::complete;
    this.polled = new PolledRequests(queueDepth, arena);
    Supplier<PartReader> maker = () -> parts.apply(reader);
    try {
      this.carriers = new Carriers(board, threadCount, maker);
    } catch (RuntimeException | Error e) {
      inner.close();
      arena.close();
      throw e;
    }
  }

  @Override
  public long prepare() {
    long end = System.nanoTime() + PREPARE_NANOS;
    long left = reader.load(PREPARE_NANOS);
    while (left > 0 && System.nanoTime() < end) {
      handOut();
      if (carriers.help() == 0) {
        carriers.await(PREPARE_NANOS);
      }
      board.collect(answers);
      left = reader.load(PREPARE_NANOS);
    }
    return left;
  }

  @Override
  public void drive(long wanted, long timeoutNanos) {
    long start = System.nanoTime();
    turn(wanted, timeoutNanos);
    long left = timeoutNanos;
    while (reader.ready() < wanted && board.out() > 0 && left > 0) {
      long before = System.nanoTime();
      if (carriers.help() == 0) {
        carriers.await(left);
      }
      long now = System.nanoTime();
      waitNanos += now - before;
      left = timeoutNanos - (now - start);
      turn(wanted, Math.max(0, left));
    }
  }

  /** One round of answers and requests. */
  private void turn(long wanted, long timeoutNanos) {
    board.collect(answers);
    reader.drive(wanted, timeoutNanos);
    handOut();
  }

  private void handOut() {
    int count = reader.poll(polled, board.room());
    for (int i = 0; i < count; i++) {
      board.add(
          polled.id(i),
          polled.file(i),
          polled.offsetBytes(i),
          polled.lengthBytes(i),
          polled.address(i));
    }
    carriers.wake();
    if (carriers.death() != null) {
      throw FailureWords.stopped(carriers.death());
    }
  }

  @Override
  public boolean readsInBackground() {
    return true;
  }

  @Override
  public void take(int count, Slot slot) {
    try {
      inner.take(count, slot);
    } catch (PenstockException e) {
      PenstockException explained = inspector.explain(reader.failedColumn(), e);
      if (explained == e && carriers.trouble() != null) {
        e.addSuppressed(carriers.trouble());
      }
      throw explained;
    }
    inspector.taken(count, slot);
  }

  @Override
  public void reset() {
    carriers.settle("reading was being started anew", answers);
    inner.reset();
  }

  @Override
  public void statistics(Figures target) {
    inner.statistics(target);
    Counters counters = target.counters;
    counters.set(Statistic.REQUESTS, carriers.reads());
    counters.set(Statistic.DEVICE, waitNanos);
    counters.set(Statistic.CPU, counters.get(Statistic.CPU) + carriers.cpuNanos());
    counters.set(Statistic.DEVICE_QUEUE_DEPTH, carriers.count());
    counters.set(Statistic.QUEUE_DEPTH_MAX, carriers.count());
  }

  @Override
  public void close() {
    if (!arena.scope().isAlive()) {
      return;
    }
    carriers.end();
    carriers.settle("reading was being ended", answers);
    Patience patience = Patience.begin();
    boolean haveEnded = carriers.join(patience);
    patience.end();
    if (!haveEnded) {
      throw Patience.noAnswer(
          "reading was being ended", "its threads are left until it answers", null);
    }
    inner.close();
    arena.close();
  }
}
