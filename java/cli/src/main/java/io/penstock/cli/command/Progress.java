package io.penstock.cli.command;

import io.penstock.cli.text.Human;
import io.penstock.cli.text.ProgressText;
import io.penstock.cli.text.TerminalWidth;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A progress bar on the last line of the terminal, and the progress that is reported on a signal.
 * Draws nothing if stderr is not a terminal.
 *
 * <p>The library that we used before drew bars of one to three characters on 80 columns. This owns
 * the line where the cursor is, and leaves it empty when it is closed.
 */
public final class Progress implements AutoCloseable {
  private static final long INTERVAL_MILLIS = 100;

  /** The width may change, but asking for it starts a process. */
  private static final int DRAWINGS_PER_WIDTH = 50;

  /** The speed is averaged over about the last 3 seconds. */
  private static final double SPEED_SECONDS = 3;

  /** Before that, speed and time left say little about what is to come. */
  private static final double SETTLING_SECONDS = 1;

  private static final double NANOS = 1e9;

  private final Streams streams;
  private final ProgressText text;
  private final long startNanos = System.nanoTime();
  private final AtomicLong count;
  private final Optional<LongSupplier> bytes;
  private long lastCount;
  private long lastNanos = startNanos;
  private long lastBytes;
  private double perSecond;
  private double bytesPerSecond;
  private boolean isClosed;

  private Progress(Streams streams, ProgressText text, long start, Optional<LongSupplier> bytes) {
    this.streams = streams;
    this.bytes = bytes;
    this.bytesPerSecond = bytes.isPresent() ? 0 : ProgressText.NO_BYTES;
    this.text = text;
    this.count = new AtomicLong(start);
    this.lastCount = start;
  }

  /** Shows a bar that starts at 0: see {@link #start(Streams, String, String, long, long)}. */
  public static Progress start(Streams streams, String task, String unit, long total) {
    return start(streams, task, unit, 0, total);
  }

  /**
   * Shows a bar until it is closed.
   *
   * @param task what takes long, in a word or two
   * @param unit what is counted, such as "records"; with "MB" counts are in bytes
   * @param start count at the start
   * @param total count at the end; negative if unknown
   */
  public static Progress start(Streams streams, String task, String unit, long start, long total) {
    return start(
        new Progress(streams, new ProgressText(task, unit, total), start, Optional.empty()));
  }

  /**
   * Shows a bar of records that starts at 0, with the speed in bytes beside it.
   *
   * @param task what takes long, in a word or two
   * @param total count at the end
   * @param bytes how many bytes were delivered until now; asked by another thread
   */
  public static Progress ofRecords(Streams streams, String task, long total, LongSupplier bytes) {
    return start(
        new Progress(streams, new ProgressText(task, "records", total), 0, Optional.of(bytes)));
  }

  private static Progress start(Progress progress) {
    Streams streams = progress.streams;
    streams.interruption().watch(progress);
    if (streams.isErrTerminal()) {
      Thread.ofPlatform().daemon().name("penstock-progress").start(progress::draw);
    }
    return progress;
  }

  /** Sets the count. Cheap: another thread draws. */
  public void to(long newCount) {
    count.set(newCount);
  }

  /** Adds to the count. Any thread. */
  public void add(long more) {
    count.addAndGet(more);
  }

  /** Such as "12,345 of 60,000 records, 9.2 MiB"; empty if nothing was done. */
  String done() {
    long done = count.get();
    if (done == 0) {
      return "";
    }
    return text.doneOf(done) + bytes.map(count -> ", " + Human.bytes(count.getAsLong())).orElse("");
  }

  private synchronized void draw() {
    int columns = 0;
    try {
      for (int drawing = 0; !isClosed; drawing++) {
        if (drawing % DRAWINGS_PER_WIDTH == 0) {
          columns = TerminalWidth.columns();
        }
        long now = System.nanoTime();
        updateSpeed(now);
        // One column less: some terminals wrap after the last one.
        double elapsed = (now - startNanos) / NANOS;
        boolean isSettled = elapsed >= SETTLING_SECONDS;
        streams.draw(
            text.line(
                count.get(),
                isSettled ? perSecond : 0,
                isSettled ? bytesPerSecond : 0,
                elapsed,
                columns - 1));
        wait(INTERVAL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void updateSpeed(long now) {
    double seconds = (now - lastNanos) / NANOS;
    if (seconds <= 0) {
      return;
    }
    long done = count.get();
    double current = (done - lastCount) / seconds;
    double elapsed = (now - startNanos) / NANOS;
    double weight = elapsed < SPEED_SECONDS ? seconds / elapsed : seconds / SPEED_SECONDS;
    perSecond += Math.min(1, weight) * (current - perSecond);
    lastCount = done;
    if (bytes.isPresent()) {
      long doneBytes = bytes.get().getAsLong();
      double currentBytes = (doneBytes - lastBytes) / seconds;
      bytesPerSecond += Math.min(1, weight) * (currentBytes - bytesPerSecond);
      lastBytes = doneBytes;
    }
    lastNanos = now;
  }

  @Override
  public synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      if (streams.isErrTerminal()) {
        streams.draw("");
      }
      notifyAll();
    }
  }
}
