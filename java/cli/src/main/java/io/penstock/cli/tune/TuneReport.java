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
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.tune.DeviceProbe;
import io.penstock.internal.tune.Forecast;
import io.penstock.internal.tune.Measurements;
import io.penstock.internal.tune.ProbePoint;
import io.penstock.internal.tune.Tuning;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The report of {@code tune}, for people and for programs. */
final class TuneReport {
  /** If rates differ more than this from round to round, the device is shared or busy. */
  private static final double MUCH_SPREAD = 0.3;

  /** File systems that have no device. */
  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");

  private static final long SMALL_FILE_BYTES = 256 << 20;

  private final Path path;
  private final String fileSystem;
  private final DeviceProbe probe;
  private final DeviceProbe.Records records;
  private final boolean areMeans;
  private final Measurements found;
  private final Tuning tuning;
  private final Map<Integer, Forecast> forecasts = new LinkedHashMap<>();
  private Path plot;

  TuneReport(TunedFile file, DeviceProbe probe, Measurements found, Tuning tuning)
      throws IOException {
    this.path = file.path();
    this.fileSystem = Files.getFileStore(path).type();
    this.probe = probe;
    this.records = file.records();
    this.areMeans = file.areMeans();
    this.found = found;
    this.tuning = tuning;
  }

  /** A forecast with memory for 1/part of the records. */
  void add(int part, Forecast forecast) {
    forecasts.put(part, forecast);
  }

  /** Sets the path of the plot; null: none. */
  void plot(Path file) {
    plot = file;
  }

  String toHuman() {
    StringBuilder text = new StringBuilder(head());
    text.append("\nRandom reads, requests/s, by size and number in flight. * the knee: with more,");
    text.append(" it gains < 5 %\n").append(randomTable(found::requestsPerSecond, true));
    text.append("\nRandom reads, MB/s\n").append(randomTable(this::megabytes, false));
    text.append("\nReading in the file's order, at most ")
        .append(rate(found.sequentialLimit() / 1e6));
    text.append(" MB/s\n").append(sequentialTable());
    text.append("\nUse ").append(tuning.readahead()).append("\n\n").append(reasons());
    text.append('\n').append(howToGive());
    if (!forecasts.isEmpty()) {
      text.append("\nAn exact shuffle of this file while it is not cached: at most, by forecast");
      text.append(" from the figures above\n");
      text.append(forecastTable());
    }
    notes().forEach(note -> text.append("\nNote: ").append(note).append('\n'));
    if (plot != null) {
      text.append("\nPlot: ").append(OneLine.of(plot.toString())).append('\n');
    }
    return text.toString();
  }

  private String head() {
    Table table = Table.ofPairs();
    String size = records == null ? "" : bytes(records.recordBytes());
    String mean = areMeans ? " in the mean" : "";
    String file = records == null ? "" : ", records of %s%s".formatted(size, mean);
    String place = Files.isDirectory(path) ? "one made in " : "";
    table.add("file", OneLine.of(place + path + ", " + Human.bytes(probe.fileBytes()) + file));
    table.add(
        "read",
        "%s, backend %s"
            .formatted(
                isDirect()
                    ? "directly"
                    : "through the page cache"
                        + " (its pages were dropped before each measurement)",
                backend()));
    probe.way().refusals().forEach(refusal -> table.add("", "not " + refusal));
    String rounds = Human.plural(found.rounds(), "round", "rounds");
    table.add(
        "measured",
        "%s of %d ms for each point%s"
            .formatted(
                rounds,
                found.plan().visitNanos() / 1_000_000,
                found.rounds() == 1
                    ? ""
                    : "; the middle half of them differ by " + Human.percent(found.spread())));
    return table.toString();
  }

  private Table randomTable(ToDoubleFunction<ProbePoint> value, boolean hasKnees) {
    List<Integer> depths = found.plan().depths();
    List<String> heads = new ArrayList<>(List.of(">size"));
    depths.forEach(depth -> heads.add(">" + depth + (hasKnees ? " " : "")));
    Table table = Table.withHeads(heads.toArray(String[]::new));
    for (int size : found.plan().sizes()) {
      List<String> row = new ArrayList<>(List.of(Tuning.size(size)));
      for (int depth : depths) {
        String mark = hasKnees ? found.knee(size) == depth ? "*" : " " : "";
        row.add(rate(value.applyAsDouble(ProbePoint.random(size, depth))) + mark);
      }
      table.add(row.toArray(String[]::new));
    }
    return table;
  }

  private Table sequentialTable() {
    Table table = Table.withHeads(">size", ">in flight", ">MB/s");
    for (ProbePoint point : sequentialPoints()) {
      table.add(
          Tuning.size(point.requestBytes()),
          Integer.toString(point.queueDepth()),
          rate(megabytes(point)));
    }
    return table;
  }

  private List<ProbePoint> sequentialPoints() {
    return found.plan().points().stream().filter(ProbePoint::isSequential).toList();
  }

  private Table reasons() {
    Table table = Table.ofPairs();
    tuning
        .reasons()
        .forEach(reason -> table.add(reason.flag() + "=" + reason.value(), reason.why()));
    return table;
  }

  private String howToGive() {
    String flags = tuning.readahead();
    Table table = Table.ofPairs();
    table.add("option", "penstock read ... --readahead " + flags);
    table.add("code", "loader().readahead(Readahead.parse(\"" + flags + "\"))");
    table.add("environment", Readahead.ENVIRONMENT + "=" + flags);
    table.add("property", "-D" + Readahead.PROPERTY + "=" + flags);
    return table
        + "Each wins over those below it. Without queueDepth and mergeGap these two are found while"
        + " reading,\nwhich takes a moment and follows a device that changes; given, they stay as"
        + " they are.\n";
  }

  private Table forecastTable() {
    Table table =
        Table.withHeads(
            ">--memory", ">of data", ">known ahead", ">records/s", ">first epoch", ">MB/s", "by");
    forecasts.forEach(
        (part, forecast) ->
            table.add(
                Human.bytes(forecast.memoryBytes()),
                "1/" + part,
                Human.count(forecast.windowRecords()),
                rate(forecast.recordsPerSecond()),
                rate(forecast.firstEpochPerSecond()),
                rate(forecast.recordsPerSecond() * records.recordBytes() / 1e6),
                forecast.windowRecords() == 0
                    ? "too little"
                    : forecast.isByWindows() ? "windows" : "single requests"));
    double random = found.randomLimit(records.recordBytes());
    String megabytes = rate(random * records.recordBytes() / 1e6);
    table.add("any", "", "", rate(random), rate(random), megabytes, "single requests");
    return table;
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (found.spread() > MUCH_SPREAD) {
      notes.add("the device changed much while it was measured: run it again when it is idle");
    }
    if (found.rounds() < found.plan().rounds()) {
      notes.add(
          "the device was too slow for all %d rounds: --seconds gives them more time"
              .formatted(found.plan().rounds()));
    }
    if (MEMORY.contains(fileSystem)) {
      notes.add("%s is memory: these are no device's figures".formatted(fileSystem));
    } else if (!isDirect() && probe.cachedFraction() > 0.5) {
      notes.add("the file's pages stay in the page cache, so some reads were of memory");
    }
    if (probe.fileBytes() < SMALL_FILE_BYTES) {
      notes.add("the file is so small that the device's own cache may hold it");
    }
    if (areMeans && records != null) {
      notes.add("records have different sizes, and forecasts are for records of the mean size");
    }
    return notes;
  }

  /** For programs: the names are documented in the command's help, and stable. */
  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("path", path.toString());
    object.addProperty("fileBytes", probe.fileBytes());
    object.add("recordBytes", Json.count(records == null ? -1 : records.recordBytes()));
    object.addProperty("backend", backend());
    object.addProperty("io", isDirect() ? "direct" : "buffered");
    String reason = String.join("; ", probe.way().refusals());
    object.add("reason", reason.isEmpty() ? JsonNull.INSTANCE : new JsonPrimitive(reason));
    object.addProperty("rounds", found.rounds());
    object.addProperty("spread", found.spread());
    object.add("randomReads", toJson(false));
    object.add("sequentialReads", toJson(true));
    object.add("knees", kneesToJson());
    object.addProperty("sequentialBytesPerSecond", found.sequentialLimit());
    object.addProperty("readahead", tuning.readahead());
    object.addProperty("queueDepth", tuning.queueDepth());
    object.addProperty("mergeGapBytes", tuning.mergeGapBytes());
    object.addProperty("maxReadBytes", tuning.maxReadBytes());
    object.add("reasons", reasonsToJson());
    object.add("forecasts", forecastsToJson());
    JsonArray notes = new JsonArray();
    notes().forEach(notes::add);
    object.add("notes", notes);
    object.add("plot", plot == null ? JsonNull.INSTANCE : new JsonPrimitive(plot.toString()));
    return object;
  }

  private JsonElement toJson(boolean isSequential) {
    JsonArray array = new JsonArray();
    for (ProbePoint point : found.plan().points()) {
      if (point.isSequential() == isSequential && found.requestsPerSecond(point) > 0) {
        JsonObject object = new JsonObject();
        object.addProperty("requestBytes", point.requestBytes());
        object.addProperty("queueDepth", point.queueDepth());
        object.addProperty("requestsPerSecond", found.requestsPerSecond(point));
        object.addProperty("bytesPerSecond", found.bytesPerSecond(point));
        object.addProperty("leastPerSecond", found.least(point));
        object.addProperty("mostPerSecond", found.most(point));
        array.add(object);
      }
    }
    return array;
  }

  private JsonElement kneesToJson() {
    JsonArray array = new JsonArray();
    for (int size : found.plan().sizes()) {
      int depth = found.knee(size);
      if (depth > 0) {
        JsonObject object = new JsonObject();
        object.addProperty("requestBytes", size);
        object.addProperty("queueDepth", depth);
        object.addProperty(
            "requestsPerSecond", found.requestsPerSecond(ProbePoint.random(size, depth)));
        array.add(object);
      }
    }
    return array;
  }

  private JsonElement reasonsToJson() {
    JsonArray array = new JsonArray();
    for (Tuning.Reason reason : tuning.reasons()) {
      JsonObject object = new JsonObject();
      object.addProperty("flag", reason.flag());
      object.addProperty("value", reason.value());
      object.addProperty("why", reason.why());
      array.add(object);
    }
    return array;
  }

  private JsonElement forecastsToJson() {
    JsonArray array = new JsonArray();
    for (Forecast forecast : forecasts.values()) {
      JsonObject object = new JsonObject();
      object.addProperty("memoryBytes", forecast.memoryBytes());
      object.addProperty("windowRecords", forecast.windowRecords());
      object.addProperty("byWindows", forecast.isByWindows());
      object.add("recordsPerSecond", Json.number(forecast.recordsPerSecond()));
      object.add("firstEpochPerSecond", Json.number(forecast.firstEpochPerSecond()));
      array.add(object);
    }
    return array;
  }

  private boolean isDirect() {
    return probe.way().isDirect();
  }

  private String backend() {
    return probe.way().backend() == ReaderOptions.NativeBackend.URING ? "uring" : "pread";
  }

  private double megabytes(ProbePoint point) {
    return found.bytesPerSecond(point) / 1e6;
  }

  private static String bytes(long bytes) {
    return Human.plural(bytes, "byte", "bytes");
  }

  /** One decimal for numbers below ten; "-" if nothing was measured. */
  private static String rate(double value) {
    return Double.isNaN(value)
        ? "-"
        : String.format(Locale.ROOT, value < 9.95 ? "%.1f" : "%,.0f", value);
  }
}
