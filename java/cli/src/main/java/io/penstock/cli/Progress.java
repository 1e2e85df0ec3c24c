package io.penstock.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on stderr while something takes long; nothing at all where stderr is no terminal. */
final class Progress implements AutoCloseable {
  private final ProgressBar bar;

  private Progress(ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Shows a bar until it is closed.
   *
   * @param task what takes long, in a word or two
   * @param unit what is counted, as "records"
   * @param total count at the end
   */
  static Progress start(Streams streams, String task, String unit, long total) {
    if (!streams.isErrTerminal()) {
      return new Progress(null);
    }
    PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(" " + unit, 1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(100)
            .setConsumer(new ConsoleProgressBarConsumer(err, TerminalWidth.columns()))
            .showSpeed()
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
}
