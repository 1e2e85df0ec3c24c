package io.penstock.bench.cold.report;

import java.util.List;
import java.util.Map;

/**
 * What the pages of all harnesses have in common: facts, goals, notes, pictures, who was absent.
 */
final class MarkdownPage {
  private final StringBuilder text = new StringBuilder();

  MarkdownPage(String title, String introduction) {
    line("# " + title);
    line("");
    line(introduction);
  }

  void line(String line) {
    text.append(line).append('\n');
  }

  void heading(String title) {
    line("");
    line("## " + title);
    line("");
  }

  void facts(String title, Map<String, String> facts) {
    heading(title);
    MarkdownTables.facts(facts).forEach(this::line);
  }

  void goals(List<Goal> goals) {
    heading("Goals");
    if (goals.isEmpty()) {
      line("No cell that was measured has any.");
      return;
    }
    MarkdownTables.goals(goals).forEach(this::line);
  }

  /** What people wrote beside the results, if they did. */
  void notes(String notes) {
    if (!notes.isEmpty()) {
      heading("Notes on this run");
      line(notes);
    }
  }

  void charts(List<Chart> charts) {
    for (Chart chart : charts) {
      line("");
      line("![%s](%s)".formatted(chart.caption(), chart.fileName()));
      line("");
      line(chart.caption());
    }
  }

  /** Whoever could not run in a cell, with the reason. */
  void absent(CellResult cell) {
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

  String text() {
    return text.toString();
  }
}
