package io.penstock;

import io.penstock.internal.report.Warnings;
import io.penstock.internal.slot.RankShares;
import io.penstock.statistics.Statistic;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Makes a line about the progress of a loop now and then, on the thread that iterates.
 *
 * <p>Rates and shares are those since the line before. Nothing is computed or allocated between
 * lines but the time. One thread at a time, as the iteration itself.
 */
final class ProgressLine {
  /** A forecast beyond this is not worth showing. */
  private static final double FORECAST_LIMIT_SECONDS = 365.0 * 24 * 3600;

  private static final int MINUTE_SECONDS = 60;
  private static final int HOUR_SECONDS = 3600;
  private static final double NANOS = 1e9;

  private final Loader loader;
  private final RankShares shares;
  private final long intervalNanos;
  private final Consumer<String> sink;
  private long lastNanos;
  private long lastRecords;
  private long lastBytes;
  private long lastStallNanos;
  private boolean hasFailed;

  ProgressLine(Loader loader, RankShares shares, Duration interval, Consumer<String> sink) {
    this.loader = loader;
    this.shares = shares;
    this.intervalNanos = interval.toNanos();
    this.sink = sink;
    start(loader.statistics(), System.nanoTime());
  }

  private void start(LoaderStatistics statistics, long now) {
    lastNanos = now;
    lastRecords = statistics.records();
    lastBytes = statistics.bytes();
    lastStallNanos = statistics.value(Statistic.STALL);
  }

  /**
   * Notes how many batches of an epoch were delivered, in a pass that ends before {@code endEpoch}.
   */
  void delivered(long epoch, long endEpoch, long batches) {
    long now = System.nanoTime();
    if (now - lastNanos < intervalNanos) {
      return;
    }
    try {
      LoaderStatistics statistics = loader.statistics();
      String line = line(statistics, now - lastNanos, epoch, endEpoch, batches);
      start(statistics, now);
      sink.accept(line);
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /** The batch was delivered, and a failing observer must not change that. */
  private void failed(Throwable cause) {
    lastNanos = System.nanoTime();
    if (!hasFailed) {
      hasFailed = true;
      Warnings.warn(
          "a line of progress could not be delivered: the sink threw; the loop goes on, the sink"
              + " is called again, and what else it throws is not reported",
          cause);
    }
  }

  private String line(
      LoaderStatistics statistics, long nanos, long epoch, long endEpoch, long batches) {
    double seconds = Math.max(1, nanos) / NANOS;
    long ofEpoch = shares.of(epoch).batchCount();
    double stallShare = (statistics.value(Statistic.STALL) - lastStallNanos) / NANOS / seconds;
    // Not of batches: those of records that differ in size may come in pieces.
    double recordsPerSecond = (statistics.records() - lastRecords) / seconds;
    double batchesPerSecond = recordsPerSecond / shares.mostRecords();
    String line =
        String.format(
            Locale.ROOT,
            "epoch %d: %.1f%%, %,.0f records/s, %,.1f MB/s, waited %.1f%%",
            epoch,
            100.0 * batches / Math.max(1, ofEpoch),
            recordsPerSecond,
            (statistics.bytes() - lastBytes) / seconds / 1e6,
            100 * Math.clamp(stallShare, 0, 1));
    double left = (ofEpoch - batches) / batchesPerSecond;
    long later = endEpoch - epoch - 1;
    double all = left + (double) later * shares.of(epoch + 1).batchCount() / batchesPerSecond;
    if (left < FORECAST_LIMIT_SECONDS) {
      line += ", " + clock(left) + " left of the epoch";
    }
    if (later > 0 && all < FORECAST_LIMIT_SECONDS) {
      line += ", " + clock(all) + " of all";
    }
    String warming = loader.warmingProgress();
    if (warming.startsWith("warming")) {
      line += ", " + warming;
    }
    return line;
  }

  /** As 0:07, 12:40 or 3:05:00. */
  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    long hours = whole / HOUR_SECONDS;
    long minutes = whole % HOUR_SECONDS / MINUTE_SECONDS;
    return hours > 0
        ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, whole % MINUTE_SECONDS)
        : String.format(Locale.ROOT, "%d:%02d", minutes, whole % MINUTE_SECONDS);
  }
}
