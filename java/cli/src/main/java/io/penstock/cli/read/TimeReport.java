package io.penstock.cli.read;

import com.google.gson.JsonObject;
import io.penstock.Latencies;
import io.penstock.LoaderStatistics;
import io.penstock.cli.command.Json;
import io.penstock.statistics.Statistic;
import java.util.Locale;

/** The part of a report about time: where it went, and the latency of requests. */
final class TimeReport {
  private static final double NANOS = 1e9;
  private static final double NANOS_PER_MICRO = 1e3;

  private TimeReport() {}

  /** Seconds by what they were spent on; null where that is not known. */
  static JsonObject timesToJson(LoaderStatistics statistics) {
    JsonObject times = new JsonObject();
    for (Statistic statistic : Statistic.values()) {
      if (statistic.unit() == Statistic.Unit.NANOSECONDS) {
        long nanos = statistics.value(statistic);
        times.add(statistic.jsonName(), Json.number(nanos < 0 ? Double.NaN : nanos / NANOS));
      }
    }
    return times;
  }

  /** Percentiles; null if there was no request. */
  static JsonObject latenciesToJson(Latencies latencies) {
    JsonObject percentiles = new JsonObject();
    add(percentiles, "p50", latencies, 50);
    add(percentiles, "p90", latencies, 90);
    add(percentiles, "p99", latencies, 99);
    add(percentiles, "p999", latencies, 99.9);
    add(percentiles, "max", latencies, 100);
    return percentiles;
  }

  private static void add(JsonObject object, String name, Latencies latencies, double percent) {
    double micros = latencies.percentileNanos(percent) / NANOS_PER_MICRO;
    object.add(name, Json.number(latencies.count() == 0 ? Double.NaN : micros));
  }

  /** The same in a line for people. */
  static String latenciesToHuman(Latencies latencies) {
    return "%s for half of the requests, %s for 99%%, at most %s"
        .formatted(
            millis(latencies.percentileNanos(50)),
            millis(latencies.percentileNanos(99)),
            millis(latencies.maxNanos()));
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
  }
}
