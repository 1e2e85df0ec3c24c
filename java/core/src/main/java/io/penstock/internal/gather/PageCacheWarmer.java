package io.penstock.internal.gather;

import io.penstock.error.PenstockException;
import io.penstock.internal.os.ThreadClock;
import io.penstock.internal.plan.BackendChoice;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.report.ByteSizes;
import io.penstock.internal.wait.Uninterrupted;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Reads files that fit into memory into the page cache: once, in their order, in large requests,
 * while batches are gathered. A shuffled epoch that reads them record by record pays for each
 * record what a pass over the file pays for hundreds.
 *
 * <p>What it owns: one thread, from {@link #start} until all is there, memory gets short, something
 * cannot be read, or it is closed. What is cached already, by whomever, is not read again, so
 * several processes that warm the same files share the work. It must not decide whether the files
 * fit: {@link BackendChoice} does; and it never fails a loader, which reads without it, too.
 */
public final class PageCacheWarmer implements AutoCloseable {
  /**
   * A part of a file that holds records.
   *
   * @param file its number
   * @param offsetBytes where it begins
   * @param lengthBytes how long it is, at least 1
   */
  public record Range(int file, long offsetBytes, long lengthBytes) {}

  private enum WarmerState {
    NEW,
    RUNNING,
    DONE,
    STOPPED
  }

  /** A few milliseconds of any solid-state disk: closing waits for one at most. */
  static final long STEP_BYTES = 2 << 20;

  /** What is missing, and whether memory gets short, is asked after so many steps, 64 MiB. */
  private static final int STEPS_BETWEEN_CHECKS = 32;

  /** A share this large is called all: a few pages come and go. */
  private static final double ENOUGH = 0.95;

  /** Closing the dataset reports a device that does not answer. */
  private static final long CLOSE_NANOS = 2_000_000_000L;

  private static final AtomicInteger THREADS = new AtomicInteger();

  private final OpenFiles.FilePages pages;
  private final List<Range> ranges;
  private final BooleanSupplier stillFits;
  private final long totalBytes;
  private final int firstStep;
  private final AtomicBoolean isCounted = new AtomicBoolean();

  private volatile WarmerState state = WarmerState.NEW;
  private final AtomicLong doneBytes = new AtomicLong();
  private final AtomicLong readBytes = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();
  private volatile long cpuNanos;
  private volatile String stopReason = "";
  private volatile boolean isClosed;
  private Thread thread;

  /** Loaders that gather while it warms. */
  private int users = 1;

  /**
   * Made ready, for one user.
   *
   * @param pages of the files
   * @param ranges what to read, in this order
   * @param share where to begin, 0 to less than 1: several processes begin at different places
   * @param stillFits asked now and then: false ends it
   */
  public PageCacheWarmer(
      OpenFiles.FilePages pages, List<Range> ranges, double share, BooleanSupplier stillFits) {
    this.pages = pages;
    this.ranges = List.copyOf(ranges);
    this.stillFits = stillFits;
    this.totalBytes = ranges.stream().mapToLong(Range::lengthBytes).sum();
    this.firstStep = (int) (share * stepCount());
  }

  /**
   * Adds a user, who closes it as well.
   *
   * @return false if it has ended, or is about to: then another one must be made
   */
  public synchronized boolean join() {
    if (isClosed || isOver()) {
      return false;
    }
    users++;
    return true;
  }

  /** Sets the thread going. Idempotent; any thread. */
  public synchronized void start() {
    if (state != WarmerState.NEW || isClosed) {
      return;
    }
    state = WarmerState.RUNNING;
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("penstock-warmer-" + THREADS.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .unstarted(this::run);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      // What the JVM throws where the limit on threads is reached.
      thread = null;
      stop("no thread could be started: raise the limit (ulimit -u, pids.max)");
    }
  }

  /** Whether all is in the page cache, as far as is known. */
  public boolean isDone() {
    return state == WarmerState.DONE;
  }

  /** Whether it has given up, and the files are not all in the page cache. */
  public boolean isStopped() {
    return state == WarmerState.STOPPED;
  }

  /** Whether it has ended, one way or the other. */
  boolean isOver() {
    return state == WarmerState.DONE || state == WarmerState.STOPPED;
  }

  /** Whether the caller is the first to ask: one gatherer counts what this reads as its own. */
  boolean claimCounts() {
    return isCounted.compareAndSet(false, true);
  }

  /** Bytes that were not in the page cache before; all, where the kernel does not tell. */
  long readBytes() {
    return readBytes.get();
  }

  /** Times that a step was asked for of which something was missing. */
  long requests() {
    return requests.get();
  }

  /** Processor time of the thread. */
  long cpuNanos() {
    return cpuNanos;
  }

  /**
   * How far it has come, for people.
   *
   * @return as "warming 43 %"; empty before it begins
   */
  public String describe() {
    String percent =
        String.format(
            Locale.ROOT, "%.0f %%", totalBytes == 0 ? 100 : 100.0 * doneBytes.get() / totalBytes);
    return switch (state) {
      case NEW -> "";
      case RUNNING -> "warming " + percent;
      case DONE -> "warmed, reading " + ByteSizes.of(readBytes.get());
      case STOPPED -> "warming stopped at " + percent + ": " + stopReason;
    };
  }

  private void run() {
    try (ThreadClock clock = ThreadClock.start()) {
      warm(clock);
    } catch (PenstockException e) {
      stop(e.getMessage());
    } catch (Throwable t) {
      // The loader reads on without it; an error here is worth a line, not an epoch.
      stop(t.toString());
    }
  }

  private void warm(ThreadClock clock) {
    int count = stepCount();
    long[] missing = new long[2 * STEPS_BETWEEN_CHECKS];
    look(0, count, missing);
    for (int step = 0; step < count; step++) {
      if (isClosed) {
        stop("the loader was closed");
        return;
      }
      if (step % STEPS_BETWEEN_CHECKS == STEPS_BETWEEN_CHECKS - 1 && !stillFits.getAsBoolean()) {
        stop("memory is short");
        return;
      }
      if (step % STEPS_BETWEEN_CHECKS == 0) {
        look(step + STEPS_BETWEEN_CHECKS, count, missing);
      }
      Range range = step(step);
      fetch(range, missing[step % missing.length]);
      pages.populate(range.file(), range.offsetBytes(), range.lengthBytes());
      doneBytes.addAndGet(range.lengthBytes());
      cpuNanos = clock.nanos();
    }
    finish();
  }

  /**
   * Looks at steps long before they are read. The kernel reads ahead of us: what it has brought by
   * then is missing here, and read all the same, or the pass would no longer be in order.
   */
  private void look(int first, int count, long[] missing) {
    int end = Math.min(count, first + STEPS_BETWEEN_CHECKS);
    for (int step = first; step < end; step++) {
      Range range = step(step);
      missing[step % missing.length] =
          pages
              .missingBytes(range.file(), range.offsetBytes(), range.lengthBytes())
              .orElse(range.lengthBytes());
    }
  }

  private void fetch(Range range, long missing) {
    if (missing > 0) {
      pages.fetch(range.file(), range.offsetBytes(), range.lengthBytes());
      readBytes.addAndGet(missing);
      requests.incrementAndGet();
    }
  }

  /** The kernel may have dropped again what came first. */
  private void finish() {
    long missing = 0;
    for (Range range : ranges) {
      missing +=
          pages.missingBytes(range.file(), range.offsetBytes(), range.lengthBytes()).orElse(0);
    }
    if (missing > (1 - ENOUGH) * totalBytes) {
      stop("the kernel dropped " + ByteSizes.of(missing) + " again");
    } else {
      state = WarmerState.DONE;
    }
  }

  private void stop(String reason) {
    stopReason = reason;
    state = WarmerState.STOPPED;
  }

  private static int steps(Range range) {
    return Math.toIntExact(Math.ceilDiv(range.lengthBytes(), STEP_BYTES));
  }

  private int stepCount() {
    return ranges.stream().mapToInt(PageCacheWarmer::steps).sum();
  }

  /** A step by its number, counted from where this process begins. */
  private Range step(int number) {
    int left = (int) (((long) number + firstStep) % stepCount());
    for (Range range : ranges) {
      int steps = steps(range);
      if (left < steps) {
        long at = left * STEP_BYTES;
        return new Range(
            range.file(), range.offsetBytes() + at, Math.min(STEP_BYTES, range.lengthBytes() - at));
      }
      left -= steps;
    }
    throw new IllegalStateException("step " + number + " of " + stepCount());
  }

  /**
   * Takes a user away. With the last one it stops reading, and the step that is under way is waited
   * for, two seconds at most: it touches no memory but the page cache, and the source that it reads
   * from is not closed before it has left. Any thread.
   */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      users--;
      if (users > 0) {
        return;
      }
      isClosed = true;
      running = thread;
    }
    if (running != null) {
      // It is over in milliseconds, or the device does not answer.
      long end = System.nanoTime() + CLOSE_NANOS;
      Uninterrupted.await(() -> running.join(Math.max(1, (end - System.nanoTime()) / 1_000_000)));
    }
  }
}
