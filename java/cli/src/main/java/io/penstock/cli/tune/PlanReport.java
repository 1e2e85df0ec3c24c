package io.penstock.cli.tune;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.penstock.cli.command.Json;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import io.penstock.internal.tune.DeviceFigures;
import io.penstock.internal.tune.Forecast;
import io.penstock.internal.tune.ForecastWay;
import io.penstock.internal.tune.Forecaster;
import io.penstock.internal.tune.Upgrades;
import java.util.List;
import java.util.Locale;

/** The report of {@code plan}, for people and for programs. */
final class PlanReport {
  private static final double MINUTE = 60;
  private static final double HOUR = 3600;

  private final Forecaster.ForecastSubject shape;
  private final DeviceFigures device;
  private final List<Forecast> plans;
  private final Upgrades upgrades;
  private final FlagsAdvice flags;

  /** With plans by ascending memory, that of the page cache last. */
  PlanReport(
      Forecaster.ForecastSubject shape,
      DeviceFigures device,
      List<Forecast> plans,
      Upgrades upgrades,
      FlagsAdvice flags) {
    this.shape = shape;
    this.device = device;
    this.plans = plans;
    this.upgrades = upgrades;
    this.flags = flags;
  }

  String toHuman() {
    Table head = Table.ofPairs();
    head.add(
        "data",
        "%s of %s, %s"
            .formatted(
                Human.plural(shape.recordCount(), "record", "records"),
                Human.bytes(shape.recordBytes()),
                Human.bytes(shape.dataBytes())));
    head.add(
        "device",
        "%s: %s requests/s, %s"
            .formatted(
                OneLine.of(device.name()),
                Human.count(Math.round(device.requestsPerSecond())),
                Human.bytesPerSecond(device.bytesPerSecond())));
    head.add("order", "exact shuffle, in batches of " + shape.batchSize());
    return head + "\n" + table() + "\n" + explained() + "\n" + advice() + "\n" + more();
  }

  private Table table() {
    Table table =
        Table.withHeads(
            ">memory",
            ">of data",
            ">records/s",
            ">first batch",
            ">first epoch",
            ">later epochs",
            "limit",
            "by");
    for (Forecast plan : plans) {
      boolean isNone = plan.way() == ForecastWay.TOO_LITTLE;
      table.add(
          Human.bytes(plan.memoryBytes()) + (isBudget(plan) ? " *" : "  "),
          share(plan),
          isNone ? "-" : Human.count(Math.round(plan.recordsPerSecond())),
          time(plan.firstBatchSeconds()),
          time(plan.firstEpochSeconds()),
          time(plan.epochSeconds()),
          isNone ? "" : limit(plan),
          way(plan));
    }
    return table;
  }

  private long memoryBytes() {
    return upgrades.now().memoryBytes();
  }

  private boolean isBudget(Forecast plan) {
    return plan.way() != ForecastWay.PAGE_CACHE && plan.memoryBytes() == memoryBytes();
  }

  private String share(Forecast plan) {
    double times = (double) shape.dataBytes() / plan.memoryBytes();
    if (plan.way() == ForecastWay.PAGE_CACHE) {
      return "free";
    }
    return Math.abs(times - Math.rint(times)) < 0.01 && times >= 1
        ? "1/" + Math.round(times)
        : Human.percent(1 / times);
  }

  private static String explained() {
    return "* the memory that the loader has. The last row is a machine with so much memory free:"
        + " its page\n  cache takes the files, whatever the loader has.\n";
  }

  /** One sentence, with numbers. */
  private String advice() {
    Forecast now = upgrades.now();
    if (now.way() == ForecastWay.TOO_LITTLE) {
      return "Memory is worth more: %s are too little for a loader of such batches."
          .formatted(Human.bytes(memoryBytes()));
    }
    String memory =
        "%s of memory instead of %s make a later epoch %s times as fast (%s instead of %s)"
            .formatted(
                Human.bytes(2 * memoryBytes()),
                Human.bytes(memoryBytes()),
                times(upgrades.memory()),
                time(upgrades.memory().epochSeconds()),
                time(now.epochSeconds()));
    String disk =
        "a disk with twice the requests and bytes a second makes it %s times as fast (%s; twice the"
                .formatted(times(upgrades.disk()), time(upgrades.disk().epochSeconds()))
            + " requests alone %s, twice the bytes alone %s)"
                .formatted(times(upgrades.requests()), times(upgrades.bytes()));
    return switch (upgrades.verdict()) {
      case MEMORY -> "Memory is worth more: %s; %s.".formatted(memory, disk);
      case DISK -> "A faster disk is worth more: %s; %s.".formatted(disk, memory);
      case EITHER -> "Memory and a faster disk are worth the same: %s; %s.".formatted(memory, disk);
      case NEITHER ->
          "Neither is worth it, as the processor is the limit: %s; %s.".formatted(memory, disk);
    };
  }

  private String more() {
    return flags.flags() == null
        ? ""
        : String.format(
            Locale.ROOT,
            "%nWith --readahead %s a later epoch would be %.1f times as fast: a loader does not"
                + " know the%ndevice when it divides its memory, unless this flag tells it.%n",
            flags.flags(),
            flags.timesAsFast());
  }

  private String times(Forecast upgraded) {
    return String.format(Locale.ROOT, "%.1f", upgrades.timesAsFast(upgraded));
  }

  /** Three digits at most; "-" if there is no time to tell. */
  private static String time(double seconds) {
    if (Double.isNaN(seconds)) {
      return "-";
    }
    if (seconds < 2 * MINUTE) {
      return String.format(Locale.ROOT, seconds < 10 ? "%.2g s" : "%.0f s", seconds);
    }
    return seconds < 2 * HOUR
        ? String.format(Locale.ROOT, "%.1f min", seconds / MINUTE)
        : String.format(Locale.ROOT, "%,.1f h", seconds / HOUR);
  }

  private static String way(Forecast plan) {
    return plan.way().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String limit(Forecast plan) {
    return plan.limit().name().toLowerCase(Locale.ROOT);
  }

  /** For programs: the names are documented in the command's help, and stable. */
  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("records", shape.recordCount());
    object.addProperty("recordBytes", shape.recordBytes());
    object.addProperty("dataBytes", shape.dataBytes());
    object.addProperty("batchSize", shape.batchSize());
    object.addProperty("device", device.name());
    object.addProperty("requestsPerSecond", device.requestsPerSecond());
    object.addProperty("bytesPerSecond", device.bytesPerSecond());
    object.addProperty("memoryBytes", memoryBytes());
    JsonArray all = new JsonArray();
    plans.forEach(plan -> all.add(toJson(plan)));
    object.add("plans", all);
    JsonArray more = new JsonArray();
    more.add(toJson("memory", upgrades.memory()));
    more.add(toJson("requests", upgrades.requests()));
    more.add(toJson("bytes", upgrades.bytes()));
    more.add(toJson("disk", upgrades.disk()));
    object.add("upgrades", more);
    object.addProperty("worthMore", upgrades.verdict().name().toLowerCase(Locale.ROOT));
    object.addProperty("advice", advice());
    object.add(
        "readahead", flags.flags() == null ? JsonNull.INSTANCE : new JsonPrimitive(flags.flags()));
    object.add("readaheadTimesAsFast", Json.number(flags.timesAsFast()));
    return object;
  }

  private JsonElement toJson(Forecast plan) {
    JsonObject object = new JsonObject();
    object.addProperty("memoryBytes", plan.memoryBytes());
    object.addProperty("dataShare", (double) plan.memoryBytes() / shape.dataBytes());
    object.addProperty("way", way(plan));
    object.addProperty("windowRecords", plan.windowRecords());
    object.add("recordsPerSecond", Json.number(plan.recordsPerSecond()));
    object.add("firstBatchSeconds", Json.number(plan.firstBatchSeconds()));
    object.add("firstEpochSeconds", Json.number(plan.firstEpochSeconds()));
    object.add("epochSeconds", Json.number(plan.epochSeconds()));
    object.addProperty("limit", limit(plan));
    return object;
  }

  private JsonElement toJson(String what, Forecast upgraded) {
    JsonObject object = new JsonObject();
    object.addProperty("twice", what);
    object.add("epochSeconds", Json.number(upgraded.epochSeconds()));
    object.add("timesAsFast", Json.number(upgrades.timesAsFast(upgraded)));
    return object;
  }
}
