package io.penstock.bench.cold.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Results of JMH as lines of a Markdown table: what {@code -rf json -rff jmh-SOMETHING.json} left
 * in the folder of the results, so that one report has all figures.
 */
final class JmhTable {
  private static final String GARBAGE = "gc.alloc.rate.norm";

  private JmhTable() {}

  /** All results in a folder, by names of files; empty if there are none. */
  static List<String> read(Path folder) throws IOException {
    List<String> rows = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, "jmh*.json")) {
      List<Path> sorted = new ArrayList<>();
      files.forEach(sorted::add);
      sorted.sort(null);
      for (Path file : sorted) {
        for (JsonElement result : parse(file)) {
          rows.add(row(result.getAsJsonObject()));
        }
      }
    }
    if (!rows.isEmpty()) {
      rows.addAll(
          0,
          List.of(
              "| benchmark | parameters | per operation | 99.9 % interval | garbage, B |",
              "| --- | --- | --- | --- | --- |"));
    }
    return rows;
  }

  private static JsonArray parse(Path file) throws IOException {
    try {
      return JsonParser.parseString(Files.readString(file)).getAsJsonArray();
    } catch (JsonParseException | IllegalStateException e) {
      throw new IOException(
          file + ": expected results of JMH (-rf json), found something else: remove it", e);
    }
  }

  private static String row(JsonObject result) {
    String name = result.get("benchmark").getAsString();
    String[] parts = name.split("\\.", -1);
    JsonObject metric = result.getAsJsonObject("primaryMetric");
    JsonObject others = result.getAsJsonObject("secondaryMetrics");
    boolean hasGarbage = others != null && others.has(GARBAGE);
    return "| %s.%s | %s | %s %s | +- %s | %s |"
        .formatted(
            parts[parts.length - 2],
            parts[parts.length - 1],
            parameters(result),
            number(metric.get("score").getAsDouble()),
            metric.get("scoreUnit").getAsString(),
            number(metric.get("scoreError").getAsDouble()),
            hasGarbage ? number(others.getAsJsonObject(GARBAGE).get("score").getAsDouble()) : "");
  }

  private static String parameters(JsonObject result) {
    List<String> parameters = new ArrayList<>();
    if (result.has("params")) {
      result
          .getAsJsonObject("params")
          .entrySet()
          .forEach(each -> parameters.add(each.getKey() + " " + each.getValue().getAsString()));
    }
    return String.join(", ", parameters);
  }

  /** Three digits that count; JMH writes "NaN" where it cannot tell. */
  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "not known";
    }
    double size = Math.abs(value);
    int digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
