package io.penstock.bench.cold.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Writes the report for people: machine, goals, notes, a table a cell, who was absent and why. */
final class MarkdownReport {
  private final MarkdownPage page =
      new MarkdownPage(
          "Shuffled reads: Penstock, its peers, and the device",
          "Made by `bench/run`; how to read it: `bench/README.md`. Every figure is the median over"
              + " rounds, with the least and the most in brackets; ratios are of the same round.");

  private MarkdownReport() {}

  static String of(Results results, List<Chart> charts, String notes, List<String> jmhTable) {
    MarkdownReport report = new MarkdownReport();
    report.page.facts("Machine", results.machine());
    report.page.facts("Settings of the latest run", results.settings());
    report.page.goals(Goals.of(results));
    report.page.notes(notes);
    report.page.charts(charts);
    results.cells().forEach(report::cell);
    report.jmh(jmhTable);
    return report.page.text();
  }

  private void jmh(List<String> table) {
    if (table.isEmpty()) {
      return;
    }
    page.heading("Single steps, in memory (JMH)");
    table.forEach(page::line);
  }

  private void cell(CellResult cell) {
    page.heading(cell.title());
    if (cell.skipped() != null) {
      page.line("Skipped: %s.".formatted(cell.skipped()));
      return;
    }
    page.line(
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
    page.absent(cell);
  }

  private void table(CellResult cell) {
    Optional<Entry> limit = cell.entry("fio-random");
    page.line("");
    page.line("| contender | records/s | bytes/s | x fio-random | CPU us/record | memory | what |");
    page.line("| --- | --- | --- | --- | --- | --- | --- |");
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
    page.line(
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
}
