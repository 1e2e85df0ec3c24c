package io.penstock;

import io.penstock.internal.slot.RankShares;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of the progress of a loader, if anybody is, and the thread on which that happens: the
 * sink is the user's code, and must not close the loader that calls it. Thread-safe.
 */
final class ProgressReports {
  private static final Duration LEAST_INTERVAL = Duration.ofMillis(1);

  private final Loader loader;
  private final RankShares shares;

  /** Null while nobody is told. */
  private volatile @Nullable ProgressLine line;

  /** The thread that the sink is running on; null while it is not running. */
  private volatile @Nullable Thread inSink;

  ProgressReports(Loader loader, RankShares shares) {
    this.loader = loader;
    this.shares = shares;
  }

  /** Tells a sink from now on, as {@link Loader#progress} says. */
  void begin(Duration interval, Consumer<String> sink) {
    if (interval.compareTo(LEAST_INTERVAL) < 0) {
      throw new IllegalArgumentException("interval must be at least 1 ms, was " + interval);
    }
    line = new ProgressLine(loader, shares, interval, Objects.requireNonNull(sink, "sink"));
  }

  void end() {
    line = null;
  }

  /** So many batches of an epoch were delivered, of a pass that goes on up to another epoch. */
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

  /** Throws if the sink is what calls. */
  void checkMayClose() {
    if (inSink == Thread.currentThread()) {
      throw new IllegalStateException(
          "a loader must not be closed by its own progress sink, which is called between two"
              + " batches: leave the loop, and close it there");
    }
  }
}
