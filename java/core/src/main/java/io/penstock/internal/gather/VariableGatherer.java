package io.penstock.internal.gather;

import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Counters;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.dataset.MappedColumn;
import io.penstock.internal.dataset.VariableSource;
import io.penstock.internal.ffi.NativeFailure;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.os.ThreadClock;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reading records of different sizes: threads of its own read them to their places in a slot, many
 * at once, through the page cache. Columns of one size beside them are copied from mappings when a
 * batch is taken.
 *
 * <p>What it owns: the threads, and the queue of batches that they work on, which is guarded by
 * this object's monitor. They claim some records of one column at a time, and read what lies
 * together at once. Nothing is allocated per batch once each thread has seen each slot; a source
 * may allocate to open a file.
 */
public final class VariableGatherer implements Gatherer {
  /** Records of a batch that a thread claims at once: a share, so that all threads have some. */
  private static final int SHARES = 4;

  /** Records that lie together are read together up to so many bytes. */
  private static final int MOST_READ_BYTES = 1 << 20;

  private final NativeSource source;
  private final VariableSource[] sources;
  private final MappedColumn[] mapped;
  private final Arena arena = Arena.ofConfined();
  private final NativeFailure failure = new NativeFailure(arena);
  private final long fixedRecordBytes;
  private final List<VariableReaderThread> threads = new ArrayList<>();
  private final ThreadClock clock = ThreadClock.start();

  // Guarded by this.
  private final ArrayDeque<PieceReading> pending = new ArrayDeque<>();
  private final ArrayDeque<PieceReading> idle = new ArrayDeque<>();
  private int busyThreads;
  private boolean isClosed;

  /** What ended a thread that should have gone on; null while all of them do. */
  private Throwable death;

  // Where the owner waits: readers are not to wake up, all of them, whenever a batch is read.
  private final Object progress = new Object();
  private long changes; // Guarded by progress.

  // Of the owner.
  private long ordered;
  private long ready;
  private long records;
  private long finishedBytes;
  private long copiedBytes;
  private long copyNanos;
  private long waitNanos;

  /**
   * Starts the threads; the calling thread owns it.
   *
   * @param source of all files
   * @param sources of the columns, by their numbers; null for those of one size
   * @param mapped the others; null for those of different sizes
   * @param threadCount how many read, at least 1
   */
  public VariableGatherer(
      NativeSource source,
      List<VariableSource> sources,
      List<MappedColumn> mapped,
      int threadCount) {
    this.source = source;
    this.sources = sources.toArray(VariableSource[]::new);
    this.mapped = mapped.toArray(MappedColumn[]::new);
    long bytes = 0;
    for (MappedColumn column : this.mapped) {
      bytes += column == null ? 0 : column.recordBytes();
    }
    this.fixedRecordBytes = bytes;
    try {
      for (int i = 0; i < threadCount; i++) {
        VariableReaderThread reading = new VariableReaderThread(this, this.sources);
        threads.add(reading);
        reading.start();
      }
    } catch (RuntimeException | Error e) {
      close(); // Or those that were started would wait for ever.
      throw e;
    }
  }

  /** Unlimited: there are as many batches as slots. */
  @Override
  public long room() {
    return Long.MAX_VALUE;
  }

  @Override
  public void order(MemorySegment indices, int count, Slot slot) {
    ordered += count;
    layOut(indices, count, slot);
    synchronized (this) {
      PieceReading piece = idle.isEmpty() ? new PieceReading(sources) : idle.poll();
      piece.start(slot, Math.max(1, count / (SHARES * threads.size())));
      pending.add(piece);
      notifyAll();
    }
  }

  private void layOut(MemorySegment indices, int count, Slot slot) {
    for (int c = 0; c < sources.length; c++) {
      long end = 0;
      for (int i = 0; sources[c] != null && i < count; i++) {
        long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
        end += sources[c].bytes(index) / sources[c].elementBytes();
        slot.setEnd(c, i, end);
      }
    }
    slot.placeValues();
  }

  @Override
  public void drive(long wanted, long timeoutNanos) {
    long start = System.nanoTime();
    long left = timeoutNanos;
    long seen = changes();
    while (isToWait(wanted) && left > 0) {
      awaitChange(seen, left);
      seen = changes();
      left = timeoutNanos - (System.nanoTime() - start);
    }
    synchronized (this) {
      if (death != null) {
        throw FailureWords.stopped(death);
      }
      ready = readyNow();
    }
    waitNanos += System.nanoTime() - start;
  }

  private synchronized boolean isToWait(long wanted) {
    return death == null && readyNow() < wanted && isReading();
  }

  /** To be asked for before what is waited for is looked at: then no change is missed. */
  private long changes() {
    synchronized (progress) {
      return changes;
    }
  }

  private void awaitChange(long seen, long timeoutNanos) {
    long start = System.nanoTime();
    long left = timeoutNanos;
    synchronized (progress) {
      while (changes == seen && left > 0) {
        try {
          progress.wait(Math.max(1, left / 1_000_000));
        } catch (InterruptedException e) {
          // The thread is ours, and nobody of us interrupts it.
        }
        left = timeoutNanos - (System.nanoTime() - start);
      }
    }
  }

  private long readyNow() {
    long sum = 0;
    for (PieceReading piece : pending) {
      if (!piece.isDone()) {
        break;
      }
      sum += piece.count();
    }
    return sum;
  }

  private boolean isReading() {
    for (PieceReading piece : pending) {
      if (!piece.isDone()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long ready() {
    return ready;
  }

  @Override
  public long ordered() {
    return ordered;
  }

  @Override
  public synchronized long inFlight() {
    long sum = 0;
    for (PieceReading piece : pending) {
      sum += piece.isDone() ? 0 : 1;
    }
    return sum;
  }

  @Override
  public boolean readsInBackground() {
    return true;
  }

  @Override
  public void take(int count, Slot slot) {
    ordered -= count;
    ready -= count;
    PenstockException failed;
    synchronized (this) {
      PieceReading piece = pending.poll();
      failed = piece.failure();
      idle.add(piece);
    }
    records += count;
    finishedBytes += slot.bytes();
    if (failed != null) {
      throw failed;
    }
    if (slot.failure() == null) {
      copy(count, slot);
    }
  }

  private void copy(int count, Slot slot) {
    long start = System.nanoTime();
    try {
      for (int c = 0; c < mapped.length; c++) {
        if (mapped[c] != null) {
          mapped[c].copy(slot.indices(), 0, count, slot.column(c));
        }
      }
      // Of offsets, too: they were read from mappings when the batch was cut.
      if (MappedGatherer.isCheckedPerBatch(source)) {
        source.check(failure);
      }
    } catch (InternalError e) {
      List<MappedColumn> columns = Arrays.stream(mapped).filter(Objects::nonNull).toList();
      throw MappedGatherer.damaged(MappedRecords.of(columns), slot.indices(), count, e);
    }
    copiedBytes += count * fixedRecordBytes;
    copyNanos += System.nanoTime() - start;
  }

  /** Waits for what is being read: the slots are free then. */
  @Override
  public void reset() {
    synchronized (this) {
      pending.forEach(PieceReading::abandon);
    }
    long seen = changes();
    while (isBusy()) {
      awaitChange(seen, Long.MAX_VALUE);
      seen = changes();
    }
    synchronized (this) {
      idle.addAll(pending);
      pending.clear();
    }
    ordered = 0;
    ready = 0;
  }

  private synchronized boolean isBusy() {
    return busyThreads > 0;
  }

  @Override
  public void statistics(Figures target) {
    long requests = 0;
    long bytes = 0;
    long cpuNanos = clock.nanos();
    for (VariableReaderThread thread : threads) {
      requests += thread.requests();
      bytes += thread.bytes();
      cpuNanos += Math.max(0, thread.cpuNanos());
    }
    Counters counters = target.counters;
    counters.set(Statistic.RECORDS_READ, records);
    counters.set(Statistic.BYTES_FINISHED, finishedBytes);
    counters.set(Statistic.REQUESTS, requests);
    counters.set(Statistic.BYTES_READ, bytes);
    counters.set(Statistic.BYTES_WANTED, bytes + copiedBytes);
    counters.set(Statistic.DEVICE, waitNanos);
    counters.set(Statistic.COPY, copyNanos);
    counters.set(Statistic.CPU, cpuNanos);
    counters.set(Statistic.DEVICE_QUEUE_DEPTH, threads.size());
    counters.set(Statistic.QUEUE_DEPTH_MAX, threads.size());
  }

  @Override
  public void close() {
    boolean isFirst;
    synchronized (this) {
      isFirst = !isClosed;
      isClosed = true;
      notifyAll();
    }
    if (!isFirst) {
      return;
    }
    reset();
    threads.forEach(VariableReaderThread::joinFully);
    arena.close();
    clock.close();
  }

  // ---- the threads' side ----------------------------------------------------------------------

  /** Waits for records to read, and claims some; null when it is closed. */
  synchronized PieceReading claim(PieceReading.Claim claim) {
    while (!isClosed) {
      for (PieceReading piece : pending) {
        if (piece.claim(claim)) {
          busyThreads++;
          return piece;
        }
      }
      try {
        wait();
      } catch (InterruptedException e) {
        // The thread is ours, and nobody of us interrupts it.
      }
    }
    return null;
  }

  /** What was claimed is read, or failed. */
  void done(PieceReading piece, PieceReading.Claim claim, PenstockException failure) {
    boolean isNews;
    synchronized (this) {
      busyThreads--;
      piece.done(claim, failure);
      isNews = piece.isDone() || busyThreads == 0;
    }
    if (isNews) {
      tellOwner();
    }
  }

  private void tellOwner() {
    synchronized (progress) {
      changes++;
      progress.notifyAll();
    }
  }

  /** A thread has ended unexpectedly: the owner is told, now and from now on. */
  void died(Throwable cause) {
    synchronized (this) {
      death = cause;
    }
    tellOwner();
  }

  static int mostReadBytes() {
    return MOST_READ_BYTES;
  }
}
