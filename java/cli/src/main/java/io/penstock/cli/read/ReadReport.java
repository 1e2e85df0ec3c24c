package io.penstock.cli.read;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.IoStatistics;
import io.penstock.LoaderStatistics;
import io.penstock.ReadMethod;
import io.penstock.cli.command.Json;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import io.penstock.error.BadRecord;
import io.penstock.statistics.Statistic;
import java.util.List;
import java.util.Map;

/** The report of {@code read}, for people and for programs. */
record ReadReport(
    LoaderStatistics statistics,
    int batchSize,
    long peakRssBytes,
    Map<String, String> digests,
    List<BadRecord> badRecords,
    List<String> warnings) {
  private static final int MAX_SHOWN = 10;

  private static final double NANOS = 1e9;

  private double seconds() {
    return statistics.time().elapsed().toNanos() / NANOS;
  }

  private double recordsPerSecond() {
    return rate(statistics.records());
  }

  private double bytesPerSecond() {
    return rate(statistics.bytes());
  }

  /** 0 if nothing was read: that took no time. */
  private double rate(long count) {
    return count == 0 ? 0 : count / seconds();
  }

  /** For programs: the names are stable. */
  JsonObject toJson() {
    ReadMethod method = statistics.method();
    JsonObject object = new JsonObject();
    object.addProperty("records", statistics.records());
    object.addProperty("batches", statistics.batches());
    object.addProperty("bytes", statistics.bytes());
    object.addProperty("seconds", seconds());
    object.addProperty("recordsPerSecond", recordsPerSecond());
    object.addProperty("bytesPerSecond", bytesPerSecond());
    object.addProperty("backend", method.backend().flag());
    object.addProperty("io", method.io().flag());
    object.addProperty("queueDepth", method.readahead().queueDepth());
    addCounts(object);
    object.addProperty("stallSeconds", stallSeconds());
    object.add("cpuSecondsNative", Json.number(cpuSeconds()));
    object.add("peakRssBytes", Json.count(peakRssBytes));
    object.add("timeSeconds", TimeReport.timesToJson(statistics));
    object.add("latencyMicros", TimeReport.latenciesToJson(statistics.io().latencies()));
    object.addProperty("reason", statistics.method().reason());
    JsonObject digest = new JsonObject();
    digests.forEach(digest::addProperty);
    object.add("digest", digest);
    object.add("badRecords", badRecordsToJson());
    if (!warnings.isEmpty()) {
      JsonArray texts = new JsonArray();
      warnings.forEach(texts::add);
      object.add("warnings", texts);
    }
    return object;
  }

  /**
   * All that is no time, and not told already; bad records are listed in an object of their own.
   */
  private void addCounts(JsonObject object) {
    for (Statistic statistic : Statistic.values()) {
      boolean isCount = statistic.unit() != Statistic.Unit.NANOSECONDS;
      if (isCount && statistic != Statistic.BAD_RECORDS && !object.has(statistic.jsonName())) {
        object.addProperty(statistic.jsonName(), statistics.value(statistic));
      }
    }
  }

  /** NaN where the kernel does not tell. */
  private double cpuSeconds() {
    return statistics.time().cpu().map(cpu -> cpu.toNanos() / NANOS).orElse(Double.NaN);
  }

  private double stallSeconds() {
    return statistics.time().stall().toNanos() / NANOS;
  }

  private JsonObject badRecordsToJson() {
    JsonArray listed = new JsonArray();
    for (BadRecord record : badRecords) {
      JsonObject entry = new JsonObject();
      entry.addProperty("index", record.index());
      entry.addProperty("column", record.column());
      entry.addProperty("epoch", record.epoch());
      entry.add("replacement", Json.count(record.replacement().orElse(-1)));
      entry.addProperty("problem", record.problem());
      listed.add(entry);
    }
    JsonObject object = new JsonObject();
    object.addProperty("count", statistics.badRecords());
    object.add("listed", listed);
    return object;
  }

  private void addBadRecords(Table table) {
    if (statistics.badRecords() == 0) {
      return;
    }
    table.add(
        "bad",
        "%s skipped or replaced"
            .formatted(Human.plural(statistics.badRecords(), "record", "records")));
    badRecords.stream()
        .limit(MAX_SHOWN)
        .forEach(record -> table.add("", OneLine.of(record.problem())));
    if (badRecords.size() > MAX_SHOWN) {
      table.add("", "and more, which --json lists");
    }
  }

  /** For people. */
  String toHuman() {
    ReadMethod method = statistics.method();
    Table table = Table.ofPairs();
    table.add(
        "records",
        "%s in %s of %s"
            .formatted(
                Human.count(statistics.records()),
                Human.plural(statistics.batches(), "batch", "batches"),
                Human.count(batchSize)));
    table.add("bytes", Human.bytes(statistics.bytes()));
    table.add("time", Human.seconds(seconds()));
    table.add(
        "speed",
        "%s, %s"
            .formatted(
                Human.recordsPerSecond(recordsPerSecond()),
                Human.bytesPerSecond(bytesPerSecond())));
    double stall = stallSeconds();
    table.add(
        "waited",
        "%s for data (%s)"
            .formatted(Human.seconds(stall), Human.percent(seconds() > 0 ? stall / seconds() : 0)));
    table.add(
        "backend",
        "%s, %s, queue depth %d"
            .formatted(
                method.backend().flag(), method.io().flag(), method.readahead().queueDepth()));
    String head = "because";
    for (String reason : statistics.method().reason().split("; ", -1)) {
      table.add(head, reason);
      head = "";
    }
    table.add("device", device());
    if (statistics.io().latencies().count() > 0) {
      table.add("latency", TimeReport.latenciesToHuman(statistics.io().latencies()));
    }
    table.add(
        "memory",
        "%s for reading; at most %s in all"
            .formatted(
                Human.bytes(statistics.memoryBytes()),
                peakRssBytes < 0 ? "?" : Human.bytes(peakRssBytes)));
    addBadRecords(table);
    warnings.forEach(warning -> table.add("warning", OneLine.of(warning)));
    digests.forEach((name, digest) -> table.add("sha256", digest + "  " + OneLine.of(name)));
    return table.toString();
  }

  private String device() {
    IoStatistics io = statistics.io();
    if (io.requests() == 0) {
      return "read by the kernel, which does not tell how much";
    }
    String cpu =
        Double.isNaN(cpuSeconds())
            ? ""
            : ", %s of processor time".formatted(Human.seconds(cpuSeconds()));
    return "%s for %s%s"
        .formatted(
            Human.plural(io.requests(), "request", "requests"), Human.bytes(io.bytesRead()), cpu);
  }
}
