package io.penstock.internal.gather;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.VariableSource;
import io.penstock.internal.os.ThreadClock;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One of the threads of a {@link VariableGatherer}: reads what it claims.
 *
 * <p>What it owns: views of the slots, one each, made once. Its counters may be read by any thread.
 */
final class VariableReaderThread {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final VariableGatherer gatherer;
  private final VariableSource[] sources;
  private final Thread thread;
  private final IdentityHashMap<Slot, ByteBuffer> views = new IdentityHashMap<>();

  private final FailureWords words = new FailureWords("a record could not be read");

  // Written by this thread only.
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private volatile long cpuNanos;

  VariableReaderThread(VariableGatherer gatherer, VariableSource[] sources) {
    this.gatherer = gatherer;
    this.sources = sources;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("penstock-record-reader-" + NUMBERS.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Waits until it has ended; it was told to. */
  void joinFully() {
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  long requests() {
    return requests.get();
  }

  long bytes() {
    return bytes.get();
  }

  /** Processor time; 0 where the kernel does not tell. */
  long cpuNanos() {
    return cpuNanos;
  }

  private void run() {
    try {
      work();
    } catch (Throwable t) {
      gatherer.died(t);
    }
  }

  private void work() {
    PieceReading.Claim claim = new PieceReading.Claim();
    try (ThreadClock clock = ThreadClock.start()) {
      PieceReading piece = gatherer.claim(claim);
      while (piece != null) {
        // Whatever happens, what was claimed is given back, and nothing is allocated for that.
        PenstockException failure = words.spare();
        try {
          failure = read(piece.slot(), claim);
          cpuNanos = clock.nanos();
        } finally {
          gatherer.done(piece, claim, failure);
        }
        piece = gatherer.claim(claim);
      }
    }
  }

  /** Returns what went wrong, or null. Whatever that is, the batch must hear of it. */
  private PenstockException read(Slot slot, PieceReading.Claim claim) {
    try {
      ByteBuffer view = views.get(slot);
      if (view == null) {
        view = slot.memory().asByteBuffer();
        views.put(slot, view);
      }
      int first = claim.first;
      while (first < claim.end) {
        first = readTogether(slot, claim.column, first, claim.end, view);
      }
      return null;
    } catch (PenstockException e) {
      return e;
    } catch (RuntimeException | Error e) {
      return failure(e);
    }
  }

  private PenstockException failure(Throwable cause) {
    try {
      return new PenstockException(
          ErrorKind.OTHER,
          "reading stopped, which it should not: " + FailureWords.of(cause),
          cause);
    } catch (RuntimeException | Error e) {
      return words.spare();
    }
  }

  /** Reads a record, and those behind it that lie behind it in the file too. */
  private int readTogether(Slot slot, int column, int first, int end, ByteBuffer view) {
    VariableSource source = sources[column];
    MemorySegment indices = slot.indices();
    long from = slot.valuesAt(column) + slot.begin(column, first) * source.elementBytes();
    long index = indices.getAtIndex(ValueLayout.JAVA_LONG, first);
    long size = (slot.end(column, first) - slot.begin(column, first)) * source.elementBytes();
    int next = first + 1;
    long last = index;
    while (next < end) {
      long candidate = indices.getAtIndex(ValueLayout.JAVA_LONG, next);
      long more = (slot.end(column, next) - slot.begin(column, next)) * source.elementBytes();
      if (size + more > VariableGatherer.mostReadBytes() || !source.follows(last, candidate)) {
        break;
      }
      size += more;
      last = candidate;
      next++;
    }
    view.clear().position(Math.toIntExact(from)).limit(Math.toIntExact(from + size));
    source.read(index, view);
    requests.incrementAndGet();
    bytes.addAndGet(size);
    return next;
  }
}
