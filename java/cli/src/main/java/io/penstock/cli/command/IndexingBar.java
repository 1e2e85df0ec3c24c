package io.penstock.cli.command;

import io.penstock.internal.index.ScanProgress;
import io.penstock.internal.index.ScanProgress.Snapshot;

/**
 * Shows how far containers are scanned for their records while a command opens them: a bar for all
 * files together, as long as any is being scanned. Draws nothing if stderr is not a terminal.
 */
public final class IndexingBar implements AutoCloseable {
  private static final long INTERVAL_MILLIS = 100;

  private final Streams streams;
  private final Snapshot start = ScanProgress.now();
  private boolean isClosed;

  private IndexingBar(Streams streams) {
    this.streams = streams;
  }

  /** Watches until it is closed. */
  public static IndexingBar watch(Streams streams) {
    IndexingBar bar = new IndexingBar(streams);
    if (streams.isErrTerminal()) {
      Thread.ofPlatform().daemon().name("penstock-indexing-bar").start(bar::run);
    }
    return bar;
  }

  private synchronized void run() {
    Progress shown = null;
    long shownTotal = 0;
    try {
      while (!isClosed) {
        wait(INTERVAL_MILLIS);
        Snapshot now = ScanProgress.now();
        long total = now.totalBytes() - start.totalBytes();
        boolean isRunning = now.running() > 0 || (shown != null && now.expected() > 0);
        if (shown != null && (!isRunning || total != shownTotal)) {
          shown.close();
          shown = null;
        }
        long done = now.doneBytes() - start.doneBytes();
        if (isRunning && shown == null) {
          shown = Progress.start(streams, "indexing", "MB", done, total);
          shownTotal = total;
        } else if (shown != null) {
          shown.to(done);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (shown != null) {
        shown.close();
      }
    }
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    notifyAll();
  }
}
