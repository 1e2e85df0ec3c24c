package io.penstock.cli.command;

import io.penstock.cli.text.ProgressText;
import io.penstock.cli.text.TerminalWidth;

/**
 * A bar on the last line of the terminal while something takes long, and what is known of it when a
 * signal comes. Nothing is drawn if stderr is not a terminal.
 *
 * <p>Not a library's: the one that we had drew a bar of one to three characters on 80 columns. What
 * it owns: the line where the cursor is; it is empty again when the bar is closed.
 */
public final class Progress implements AutoCloseable {
  private static final long INTERVAL_MILLIS = 100;

  /** A terminal may be made narrower; asking costs a process. */
  private static final int DRAWINGS_PER_WIDTH = 50;

  /** The speed is that of about the last 3 seconds. */
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

  /** Shows a bar from 0 on, as {@link #start(Streams, String, String, long, long)}. */
  public static Progress start(Streams streams, String task, String unit, long total) {
    return start(streams, task, unit, 0, total);
  }

  /**
   * Shows a bar until it is closed.
   *
   * @param task what takes long, in a word or two
   * @param unit what is counted, as "records"; "MB" are counted in bytes
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

  /** Moves it to a count. Cheap: drawing is the work of another thread. */
  public void to(long newCount) {
    count = newCount;
  }

  /** As "12,345 of 60,000 records"; empty if nothing was done. */
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
        // A column less than there are: in the last one some terminals go to the next line.
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
