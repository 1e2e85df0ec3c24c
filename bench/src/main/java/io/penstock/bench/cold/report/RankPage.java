package io.penstock.bench.cold.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The page that holds ranks on one disk against one process with the memory of them all. This and
 * {@code RankLineup} know the names of those who take part.
 */
public final class RankPage {
  /** The one process. */
  public static final String ONE = "one-process";

  private static final String BY_PLACE = "by-place";
  private static final double LEAST_SPEED = 0.9;
  private static final double MOST_BYTES = 1.1;

  /** Devices that the goals are for. */
  private static final Set<String> GOAL_PROFILES = Set.of("as-is", "sata");

  private static final String PICTURE_NAME = "ranks.png";

  private RankPage() {}

  /**
   * What ranks are called.
   *
   * @param ranks how many
   * @param way place or position
   */
  public static String name(int ranks, String way) {
    return ranks + "-by-" + way;
  }

  /** Writes the numbers, the page and its picture into a folder. */
  public static void write(Results results, Path folder) throws IOException {
    results.saveNumbers(folder);
    Files.writeString(
        folder.resolve(Results.REPORT_NAME),
        text(results, draw(results, folder), Results.notes(folder)));
  }

  static String text(Results results, List<Chart> charts, String notes) {
    MarkdownPage page =
        new MarkdownPage(
            "Ranks on one disk, beside one process",
            "Made by `io.penstock.bench.together.Main`; `bench/README.md` says how to read it. The"
                + " ranks of a row have together the memory of the one process, and the same"
                + " records in each step. Every figure is the median over rounds, with the least"
                + " and the most in brackets; ratios are to the one process of the same round.");
    page.facts("Machine", results.machine());
    page.facts("Settings of the latest run", results.settings());
    page.goals(results.cells().stream().flatMap(cell -> goals(cell).stream()).toList());
    page.notes(notes);
    page.charts(charts);
    results.cells().forEach(cell -> addCell(page, cell));
    return page.text();
  }

  private static List<Goal> goals(CellResult cell) {
    List<Goal> goals = new ArrayList<>();
    if (!GOAL_PROFILES.contains(cell.profile())) {
      return goals;
    }
    for (Entry entry : cell.entries()) {
      if (entry.contender().endsWith(BY_PLACE)) {
        String ratio = entry.contender() + " / " + ONE + ": ";
        goals.add(
            Goal.atLeast(
                cell.title(),
                ratio + "records/s",
                LEAST_SPEED,
                overOne(cell, entry, Measurement::recordsPerSecond)));
        goals.add(
            Goal.atMost(
                cell.title(),
                ratio + "bytes read",
                MOST_BYTES,
                overOne(cell, entry, RankPage::bytesRead)));
      }
    }
    return goals;
  }

  /** Null if one of both was not measured. */
  private static Spread overOne(
      CellResult cell, Entry entry, ToDoubleFunction<Measurement> quantity) {
    return cell.entry(ONE)
        .map(one -> Spread.ofRatios(entry.rounds(), quantity, one.rounds(), quantity))
        .orElse(null);
  }

  private static double bytesRead(Measurement measurement) {
    return measurement.fact("bytesRead");
  }

  private static void addCell(MarkdownPage page, CellResult cell) {
    page.heading(cell.title());
    if (cell.skipped() != null) {
      page.line("Skipped: %s.".formatted(cell.skipped()));
      return;
    }
    page.line(
        "%d records, a file of %s. %d rounds, %s."
            .formatted(
                cell.recordCount(),
                Units.bytes(cell.dataBytes()),
                cell.roundCount(),
                cell.measured()));
    page.line("");
    page.line(
        "| processes | records/s | x one | GB read | x one | requests | CPU us/record | x one |"
            + " memory | what |");
    page.line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Entry entry : cell.entries()) {
      if (entry.absent() == null) {
        page.line(row(cell, entry));
      }
    }
    page.absent(cell);
  }

  private static String row(CellResult cell, Entry entry) {
    Spread memory = Spread.of(entry.rounds(), Measurement::grownBytes);
    return "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |"
        .formatted(
            entry.contender(),
            Units.rate(entry.recordsPerSecond()),
            text(overOne(cell, entry, Measurement::recordsPerSecond)),
            text(Spread.of(entry.rounds(), round -> bytesRead(round) / 1e9)),
            text(overOne(cell, entry, RankPage::bytesRead)),
            rate(Spread.of(entry.rounds(), round -> round.fact("requests"))),
            text(Spread.of(entry.rounds(), Measurement::cpuMicrosPerRecord)),
            text(overOne(cell, entry, Measurement::cpuMicrosPerRecord)),
            memory == null ? "" : Units.bytes(memory.most()),
            MarkdownTables.escape(entry.about()));
  }

  private static String text(Spread spread) {
    return spread == null ? "not known" : spread.text(2);
  }

  private static String rate(Spread spread) {
    return spread == null ? "not known" : Units.rate(spread);
  }

  /** Nothing if nothing was measured. */
  private static List<Chart> draw(Results results, Path folder) throws IOException {
    List<CellResult> cells =
        results.cells().stream().filter(cell -> cell.entry(ONE).isPresent()).toList();
    if (cells.isEmpty()) {
      return List.of();
    }
    Charts.drawBars(
        cells,
        new Charts.Bars("records/s", (_, entry) -> entry.recordsPerSecond()),
        new Charts.Bars(
            "bytes read for each byte of the file",
            (cell, entry) ->
                Spread.of(entry.rounds(), round -> bytesRead(round) / cell.dataBytes())),
        folder.resolve(PICTURE_NAME));
    return List.of(
        new Chart(PICTURE_NAME, "Records per second, and how often the file's bytes were read."));
  }
}
