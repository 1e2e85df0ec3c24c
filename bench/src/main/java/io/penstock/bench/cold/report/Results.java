package io.penstock.bench.cold.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that was measured under one name: the contents of {@code results.json}.
 *
 * @param machine facts about it
 * @param settings that apply to all cells
 * @param cells in order of profile, state and record size
 */
public record Results(
    Map<String, String> machine, Map<String, String> settings, List<CellResult> cells) {
  /** Of the page. */
  static final String REPORT_NAME = "REPORT.md";

  private static final String FILE_NAME = "results.json";
  private static final String NOTES_NAME = "NOTES.md";
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

  private static final Comparator<CellResult> ORDER =
      Comparator.comparing(CellResult::profile)
          .thenComparing(CellResult::state)
          .thenComparingLong(CellResult::recordBytes)
          .thenComparingLong(CellResult::recordCount);

  /** Nothing measured yet. */
  public static Results empty() {
    return new Results(Map.of(), Map.of(), List.of());
  }

  /** What lies in a folder; nothing if there is nothing. */
  public static Results load(Path folder) throws IOException {
    Path file = folder.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      return empty();
    }
    try {
      return GSON.fromJson(Files.readString(file), Results.class);
    } catch (JsonParseException e) {
      throw new IOException(
          file + ": expected results of this harness, found something else: use another --name", e);
    }
  }

  /** These with a cell that was measured now, in place of an earlier one. */
  public Results with(
      CellResult cell, Map<String, String> newMachine, Map<String, String> newSettings) {
    List<CellResult> all = new ArrayList<>(cells);
    all.removeIf(cell::isSameCell);
    all.add(cell);
    all.sort(ORDER);
    return new Results(new LinkedHashMap<>(newMachine), new LinkedHashMap<>(newSettings), all);
  }

  /**
   * Writes the JSON, the report and the charts. What people wrote beside it in NOTES.md, and what
   * JMH left in files named jmh*.json, becomes part of the report.
   */
  public void save(Path folder) throws IOException {
    saveNumbers(folder);
    Files.writeString(
        folder.resolve(REPORT_NAME),
        MarkdownReport.of(this, Charts.draw(this, folder), notes(folder), JmhTable.read(folder)));
  }

  /** Writes the JSON alone. */
  void saveNumbers(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(FILE_NAME), json());
  }

  /** What people wrote beside it; empty if they did not. */
  static String notes(Path folder) throws IOException {
    Path notes = folder.resolve(NOTES_NAME);
    return Files.exists(notes) ? Files.readString(notes).strip() : "";
  }

  /** One contender a line: small enough to be committed, and still to be compared. */
  private String json() {
    JsonObject all = GSON.toJsonTree(this).getAsJsonObject();
    JsonArray cellsOnly = all.remove("cells").getAsJsonArray();
    StringBuilder text = new StringBuilder(GSON.toJson(all));
    text.setLength(text.length() - 1);
    text.append(",\"cells\":[");
    String separator = "\n";
    for (JsonElement each : cellsOnly) {
      JsonObject cell = each.getAsJsonObject();
      List<String> lines = new ArrayList<>();
      cell.remove("entries").getAsJsonArray().forEach(entry -> lines.add(GSON.toJson(entry)));
      text.append(separator).append(GSON.toJson(cell));
      text.setLength(text.length() - 1);
      text.append(",\"entries\":[\n").append(String.join(",\n", lines)).append("]}");
      separator = ",\n";
    }
    return text.append("]}\n").toString();
  }
}
