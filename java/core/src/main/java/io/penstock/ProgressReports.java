package io.penstock;

import io.penstock.internal.slot.RankShares;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the progress of a loader is reported, if anywhere, and the thread on which that happens:
 * the sink is the user's code, and must not close the loader that calls it. Thread-safe.
 */
final class ProgressReports {
  private static final Duration LEAST_INTERVAL = Duration.ofMillis(1);

  private final Loader loader;
  private final RankShares shares;

  /** Null while there is nothing to report to. */
  private volatile @Nullable ProgressLine line;

  /** The thread that the sink is running on; null while it is not running. */
  private volatile @Nullable Thread inSink;

  ProgressReports(Loader loader, RankShares shares) {
    this.loader = loader;
    this.shares = shares;
  }

  /** Starts reporting to a sink, as {@link Loader#progress} says. */
  void begin(Duration interval, Consumer<String> sink) {
    if (interval.compareTo(LEAST_INTERVAL) < 0) {
      throw new IllegalArgumentException("interval must be at least 1 ms, was " + interval);
    }
    line = new ProgressLine(loader, shares, interval, Objects.requireNonNull(sink, "sink"));
  }

  void end() {
    line = null;
  }

  /**
   * Notes how many batches of an epoch were delivered, in a pass that ends before {@code endEpoch}.
   */
  void delivered(long epoch, long endEpoch, long batches) {
    ProgressLine current = line;
    if (current != null) {
      inSink = Thread.currentThread();
      try {
        current.delivered(epoch, endEpoch, batches);
      } finally {
        inSink = null;
      }
    }
  }

  /** Throws if the caller is the sink. */
  void checkMayClose() {
    if (inSink == Thread.currentThread()) {
      throw new IllegalStateException(
          "a loader must not be closed by its own progress sink, which is called between two"
              + " batches: leave the loop, and close it there");
    }
  }
}
