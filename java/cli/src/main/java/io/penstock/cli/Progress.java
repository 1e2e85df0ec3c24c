package io.penstock.cli;

import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on stderr while something takes long; nothing at all where stderr is no terminal. */
final class Progress implements AutoCloseable {
  private static final int INTERVAL_MILLIS = 100;

  private final ProgressBar bar;

  private Progress(ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Shows a bar until it is closed.
   *
   * @param task what takes long, in a word or two
   * @param unit what is counted, as "records"; "MB" are counted in bytes
   * @param total count at the end
   */
  static Progress start(Streams streams, String task, String unit, long total) {
    if (!streams.isErrTerminal()) {
      return new Progress(null);
    }
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(" " + unit, unit.equals("MB") ? 1_000_000 : 1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .setConsumer(new Line(streams.err(), TerminalWidth.columns()))
            .showSpeed(new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
            .clearDisplayOnFinish()
            .build());
  }

  /** Moves it to a count. Cheap: drawing is the work of another thread. */
  void to(long count) {
    if (bar != null) {
      bar.stepTo(count);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  /**
   * Draws on the line where the cursor is, and leaves nothing behind; the library's own consumer
   * leaves an empty line.
   */
  private record Line(PrintWriter err, int width) implements ProgressBarConsumer {
    private static final String ERASE = "\r\u001b[K";

    /** A character less than the terminal is wide: in the last column some go to the next line. */
    @Override
    public int getMaxRenderedLength() {
      return width - 1;
    }

    @Override
    public void accept(String bar) {
      err.print(ERASE + bar);
      err.flush();
    }

    @Override
    public void clear() {
      err.print(ERASE);
      err.flush();
    }

    @Override
    public void close() {}
  }
}
