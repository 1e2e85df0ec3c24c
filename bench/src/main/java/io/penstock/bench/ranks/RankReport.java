package io.penstock.bench.ranks;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was found, in tables, as a page and as JSON. */
final class RankReport {
  private static final String PAGE_NAME = "REPORT.md";
  private static final String JSON_NAME = "results.json";
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  private final List<RankTable> tables = new ArrayList<>();
  private final Map<String, String> facts;

  /**
   * One table.
   *
   * @param key its name in JSON
   * @param title its heading on the page
   * @param text what stands above it
   * @param columns names of columns, in JSON and on the page
   * @param rows a number or a text for each column
   */
  private record RankTable(
      String key, String title, String text, List<String> columns, List<List<Object>> rows) {}

  /** Of a run with these settings, on this machine. */
  RankReport(Map<String, String> facts) {
    this.facts = facts;
  }

  /** Adds a table. */
  void add(String key, String title, String text, List<String> columns, List<List<Object>> rows) {
    tables.add(new RankTable(key, title, text, columns, rows));
  }

  /** Writes both files into a folder. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(PAGE_NAME), page());
    Files.writeString(folder.resolve(JSON_NAME), GSON.toJson(json()) + "\n");
  }

  private JsonObject json() {
    JsonObject all = new JsonObject();
    JsonObject run = new JsonObject();
    facts.forEach(run::addProperty);
    all.add("run", run);
    for (RankTable table : tables) {
      JsonArray rows = new JsonArray();
      for (List<Object> row : table.rows) {
        JsonObject object = new JsonObject();
        for (int c = 0; c < row.size(); c++) {
          if (row.get(c) instanceof Number number) {
            object.addProperty(table.columns.get(c), number);
          } else {
            object.addProperty(table.columns.get(c), String.valueOf(row.get(c)));
          }
        }
        rows.add(object);
      }
      all.add(table.key, rows);
    }
    return all;
  }

  /** The page. */
  String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Very large jobs, by positions alone

            Made by `io.penstock.bench.ranks.Main`. No record was read: this is what loaders compute
            to know which records they get, and what tasks of a shuffle compute to know where records
            go. Times are processor time of one thread.

            | run | |
            | --- | --- |
            """);
    facts.forEach((name, value) -> page.append("| %s | %s |%n".formatted(name, value)));
    for (RankTable table : tables) {
      page.append("%n## %s%n%n%s%n%n".formatted(table.title, table.text.strip()));
      page.append("| ").append(String.join(" | ", table.columns)).append(" |\n");
      page.append("|").append(" --- |".repeat(table.columns.size())).append('\n');
      for (List<Object> row : table.rows) {
        page.append('|');
        row.forEach(value -> page.append(' ').append(shown(value)).append(" |"));
        page.append('\n');
      }
    }
    return page.toString();
  }

  private static String shown(Object value) {
    if (value instanceof Long || value instanceof Integer) {
      return String.format(Locale.ROOT, "%,d", ((Number) value).longValue());
    }
    return value instanceof Double number
        ? String.format(Locale.ROOT, number < 100 ? "%.3g" : "%,.1f", number)
        : String.valueOf(value);
  }
}
