package io.penstock.bench.cold.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tables that several pages have, line by line. */
final class MarkdownTables {
  private MarkdownTables() {}

  /** Names and what is known of each. */
  static List<String> facts(Map<String, String> facts) {
    List<String> lines = new ArrayList<>(List.of("| | |", "| --- | --- |"));
    facts.forEach((name, value) -> lines.add("| %s | %s |".formatted(name, escape(value))));
    return lines;
  }

  /** How many were met, and each of them. */
  static List<String> goals(List<Goal> goals) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d met, %d missed, %d not measured."
            .formatted(
                count(goals, Goal.Verdict.MET),
                count(goals, Goal.Verdict.MISSED),
                count(goals, Goal.Verdict.UNKNOWN)));
    lines.add("");
    lines.add("| cell | what | goal | found | |");
    lines.add("| --- | --- | --- | --- | --- |");
    for (Goal goal : goals) {
      lines.add(
          "| %s | %s | %s | %s | %s |"
              .formatted(
                  goal.cell(), goal.what(), goal.target(), goal.found(), goal.verdict().text()));
    }
    return lines;
  }

  private static long count(List<Goal> goals, Goal.Verdict verdict) {
    return goals.stream().filter(goal -> goal.verdict() == verdict).count();
  }

  /** A value that does not break its row. */
  static String escape(String cell) {
    return cell.replace("|", "\\|").replace("\n", " ");
  }
}
