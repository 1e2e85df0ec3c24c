package io.penstock.cli.command;

import io.penstock.cli.text.ProgressText;
import io.penstock.cli.text.TerminalWidth;

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

  private static final double NANOS = 1e9;

  private final Streams streams;
  private final ProgressText text;
  private final long startNanos = System.nanoTime();
  private volatile long count;
  private long lastCount;
  private long lastNanos = startNanos;
  private double perSecond;
  private boolean isClosed;

  private Progress(Streams streams, ProgressText text, long start) {
    this.streams = streams;
    this.text = text;
    this.count = start;
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
    Progress progress = new Progress(streams, new ProgressText(task, unit, total), start);
    streams.interruption().watch(progress);
    if (streams.isErrTerminal()) {
      Thread.ofPlatform().daemon().name("penstock-progress").start(progress::draw);
    }
    return progress;
  }

  /** Sets the count. Cheap: another thread draws. */
  public void to(long newCount) {
    count = newCount;
  }

  /** Such as "12,345 of 60,000 records"; empty if nothing was done. */
  String done() {
    return count == 0 ? "" : text.doneOf(count);
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
        streams.draw(text.line(count, perSecond, (now - startNanos) / NANOS, columns - 1));
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
    double current = (count - lastCount) / seconds;
    double elapsed = (now - startNanos) / NANOS;
    double weight = elapsed < SPEED_SECONDS ? seconds / elapsed : seconds / SPEED_SECONDS;
    perSecond += Math.min(1, weight) * (current - perSecond);
    lastCount = count;
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
