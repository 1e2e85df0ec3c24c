package io.penstock.bench.cold.report;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the report for people: machine, goals, notes, a table a cell, who was absent and why. */
final class MarkdownReport {
  private final StringBuilder text = new StringBuilder();

  private MarkdownReport() {}

  static String of(Results results, List<Chart> charts, String notes, List<String> jmhTable) {
    MarkdownReport report = new MarkdownReport();
    report.line("# Shuffled reads: Penstock, its peers, and the device");
    report.line("");
    report.line(
        "Made by `bench/run`; how to read it: `bench/README.md`. Every figure is the median over"
            + " rounds, with the least and the most in brackets; ratios are of the same round.");
    report.facts("Machine", results.machine());
    report.facts("Settings of the latest run", results.settings());
    report.goals(Goals.of(results));
    if (!notes.isEmpty()) {
      report.line("");
      report.line("## Notes on this run");
      report.line("");
      report.line(notes);
    }
    for (Chart chart : charts) {
      report.line("");
      report.line("![%s](%s)".formatted(chart.caption(), chart.fileName()));
      report.line("");
      report.line(chart.caption());
    }
    results.cells().forEach(report::cell);
    report.jmh(jmhTable);
    return report.text.toString();
  }

  private void facts(String title, Map<String, String> facts) {
    line("");
    line("## %s".formatted(title));
    line("");
    MarkdownTables.facts(facts).forEach(this::line);
  }

  private void goals(List<Goal> goals) {
    line("");
    line("## Goals");
    line("");
    if (goals.isEmpty()) {
      line("No cell that was measured has any.");
      return;
    }
    MarkdownTables.goals(goals).forEach(this::line);
  }

  private void jmh(List<String> table) {
    if (table.isEmpty()) {
      return;
    }
    line("");
    line("## Single steps, in memory (JMH)");
    line("");
    table.forEach(this::line);
  }

  private void cell(CellResult cell) {
    line("");
    line("## %s".formatted(cell.title()));
    line("");
    if (cell.skipped() != null) {
      line("Skipped: %s.".formatted(cell.skipped()));
      return;
    }
    line(
        "%d records, a file of %s%s. %d rounds, %s."
            .formatted(
                cell.recordCount(),
                Units.bytes(cell.dataBytes()),
                cell.limitBytes() > 0
                    ? ", memory held to " + Units.bytes((double) cell.limitBytes())
                    : "",
                cell.roundCount(),
                cell.measured()));
    table(cell);
    absent(cell);
  }

  private void table(CellResult cell) {
    Optional<Entry> limit = cell.entry("fio-random");
    line("");
    line("| contender | records/s | bytes/s | x fio-random | CPU us/record | memory | what |");
    line("| --- | --- | --- | --- | --- | --- | --- |");
    cell.entries().stream()
        .filter(entry -> entry.absent() == null)
        .sorted(Comparator.comparingDouble(entry -> -entry.recordsPerSecond().median()))
        .forEach(entry -> row(cell, entry, limit));
  }

  private void row(CellResult cell, Entry entry, Optional<Entry> limit) {
    Spread speed = entry.recordsPerSecond();
    Spread cpu = Spread.of(entry.rounds(), Measurement::cpuMicrosPerRecord);
    Spread memory = Spread.of(entry.rounds(), Measurement::grownBytes);
    Spread share = limit.map(entry::speedOver).orElse(null);
    line(
        "| %s | %s | %s | %s | %s | %s | %s |"
            .formatted(
                entry.contender(),
                Units.rate(speed),
                Units.bytes(speed.median() * cell.recordBytes()),
                share == null ? "" : share.text(2),
                cpu == null ? "not known" : cpu.text(cpu.median() < 100 ? 2 : 0),
                memory == null ? "" : Units.bytes(memory.most()),
                about(entry)));
  }

  /** With the variant, and how Penstock says it read. */
  private static String about(Entry entry) {
    StringBuilder about = new StringBuilder(entry.about());
    if (!entry.variant().isEmpty()) {
      about.append("; best with ").append(entry.variant());
    }
    Measurement last = entry.rounds().getLast();
    if (last.facts().has("backend")) {
      about.append("; was ").append(last.facts().get("backend").getAsString());
      about.append(", ").append(last.facts().get("io").getAsString());
    }
    return MarkdownTables.escape(about.toString());
  }

  private void absent(CellResult cell) {
    List<Entry> absent = cell.entries().stream().filter(entry -> entry.absent() != null).toList();
    if (absent.isEmpty()) {
      return;
    }
    line("");
    line("Absent:");
    line("");
    for (Entry entry : absent) {
      line("- %s (%s): %s".formatted(entry.contender(), entry.about(), entry.absent()));
    }
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
