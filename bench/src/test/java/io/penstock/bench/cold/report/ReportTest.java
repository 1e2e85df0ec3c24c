package io.penstock.bench.cold.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final long DATA_BYTES = 784L * 1_000_000;

  @TempDir private Path folder;

  @Test
  void absentContendersAreNamedWithTheReasonAndNeverAsZero() {
    String report = report(cell(limit(70_000), absent("pytorch", "no Python with torch")));

    assertThat(report).contains("- pytorch (about pytorch): no Python with torch");
    assertThat(report.lines().filter(line -> line.startsWith("| pytorch"))).isEmpty();
  }

  @Test
  void skippedCellSaysWhy() {
    String report =
        report(
            new CellResult(
                0, 784, 1, "cold", "hdd", 0, "today", "cgroups are not writable", List.of()));

    assertThat(report).contains("Skipped: cgroups are not writable.");
  }

  @Test
  void goalIsMetByTheMedianOfRatiosOfTheSameRound() {
    String report = report(cell(limit(70_000, 7_000, 70_000), uring(69_000, 6_900, 10_000)));

    assertThat(report)
        .contains("| penstock-uring / fio-random | >= 0.95 | 0.99 (0.14 to 0.99) | met |");
  }

  @Test
  void goalThatIsMissedSaysByHowMuch() {
    String report = report(cell(limit(70_000), uring(35_000)));

    assertThat(report)
        .contains("penstock-uring / fio-random | >= 0.95 | 0.50 (0.50 to 0.50) | **missed** |");
  }

  @Test
  void goalWithoutItsContenderIsNotMeasured() {
    String report = report(cell(limit(70_000), uring(70_000), absent("jasyncfio", "no")));

    assertThat(report).contains("penstock-uring / jasyncfio | >= 1 |  | not measured |");
  }

  @Test
  void windowIsHeldAgainstTheCheaperOfRandomAndSequentialReads() {
    // Memory for a quarter: 2M records/s sequentially make 500k, which beats 70k at random.
    CellResult cell =
        cell(
            limit(70_000),
            entry("fio-sequential", 0, 2_000_000),
            entry("penstock-window-4", DATA_BYTES / 4, 450_000));

    assertThat(cell.model(4)).contains(new Spread(500_000, 500_000, 500_000));
    assertThat(cell.model(100)).contains(new Spread(70_000, 70_000, 70_000));
    assertThat(report(cell))
        .contains("penstock-window-4 / model of its memory | >= 0.80 | 0.90 (0.90 to 0.90) | met |")
        .contains("penstock-window-4 / fio-random | >= 5 | 6.43 (6.43 to 6.43) | met |");
  }

  @Test
  void recordsOfDifferentSizesHaveGoalsOfTheirOwn() {
    long half = DATA_BYTES / 2;
    String report =
        report(
            variable(
                "cold",
                "as-is",
                limit(70_000),
                entry("fio-sequential", 0, 2_000_000),
                uring(69_000),
                entry("penstock-fixed", 64 << 20, 69_000),
                entry("penstock-window-2", half, 850_000),
                entry("penstock-window-4", half / 2, 490_000),
                entry("inexact-webdataset-2", half, 1_900_000)));

    assertThat(report)
        .contains("## lognormal (median 600 B, mean 784 B) records of 748 MiB, cold, as-is")
        .contains("penstock-uring / fio-random | >= 0.95 | 0.99 (0.99 to 0.99) | met |")
        .contains("CPU per record, penstock-uring / penstock-fixed | <= 1.30 | 1.00")
        .contains("penstock-window-2 / model of its memory | >= 0.80 | 0.85 (0.85 to 0.85) | met |")
        .contains("penstock-window-4 / model of its memory | >= 1 | 0.98 (0.98 to 0.98)")
        // Neither the goal of a peer, nor one of memory.
        .doesNotContain("/ inexact-webdataset-2")
        .doesNotContain("inexact-webdataset-2: MiB");
  }

  @Test
  void windowsOverRecordsOfDifferentSizesAreHeldAgainstMemmapOnSlowDisks() {
    Entry[] entries = {
      limit(150),
      entry("penstock-window-4", DATA_BYTES / 4, 6_000),
      entry("numpy-memmap", 0, 100),
      entry("numpy-memmap-random", 0, 50)
    };

    assertThat(report(variable("cold", "hdd", entries)))
        .contains("penstock-window-4 / numpy-memmap-random | >= 100 | 120.00")
        .doesNotContain("penstock-window-4 / numpy-memmap | >= 100");
    assertThat(report(variable("larger", "hdd", entries)))
        .contains("penstock-window-4 / numpy-memmap | >= 100 | 60.00");
  }

  @Test
  void memoryBeyondTheBudgetIsFound() {
    Measurement greedy =
        new Measurement(1, 10, 1, 1.0, 100L << 20, 300L << 20, 0, new JsonObject());
    Entry entry = new Entry("penstock-uring", "about", "", 64 << 20, null, List.of(greedy));

    assertThat(report(cell(entry)))
        .contains("MiB beyond its budget of 64 MiB (the worst) | <= 32 | 136.00 (136.00 to 136.00)")
        .contains("**missed**");
  }

  @Test
  void runsWithWrongBytesAreCounted() {
    Entry wrong =
        new Entry("penstock-mmap", "about", "", 0, Entry.wrong("expected digest 1"), List.of());

    assertThat(report(cell(limit(70_000), uring(70_000, 70_000), wrong)))
        .contains("wrong bytes or order, in 2 runs | <= 0 | 1.00 (1.00 to 1.00) | **missed** |");
    assertThat(report(cell(limit(70_000), uring(70_000))))
        .contains("wrong bytes or order, in 1 runs | <= 0 | 0.00 (0.00 to 0.00) | met |");
  }

  @Test
  void goalsOfContendersThatWereNotAskedForAreLeftOut() {
    assertThat(report(cell(limit(70_000), uring(70_000)))).doesNotContain("jasyncfio");
  }

  @Test
  void cacheHasToSaveWhatItHoldsAndNoMore() {
    assertThat(report(cell(cacheHalf(0.5))))
        .contains("| 0.49 to 0.51 | 0.50 (0.50 to 0.50) | met |");
    assertThat(report(cell(cacheHalf(0.6)))).contains("| 0.40 (0.40 to 0.40) | **missed** |");
  }

  @Test
  void notesAndJmhResultsBesideTheResultsBecomePartOfTheReport() throws IOException {
    Files.writeString(folder.resolve("NOTES.md"), "The disk was busy.\n");
    Files.writeString(
        folder.resolve("jmh-loader.json"),
        """
        [{"benchmark": "io.penstock.bench.LoaderBenchmark.penstock",
          "params": {"recordBytes": "784", "readahead": "backend=mmap"},
          "primaryMetric": {"score": 123.456, "scoreError": "NaN", "scoreUnit": "us/op"},
          "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 0.0123}}}]
        """);
    Results.empty().with(cell(limit(1)), Map.of(), Map.of()).save(folder);

    assertThat(folder.resolve("REPORT.md"))
        .content()
        .contains("## Notes on this run\n\nThe disk was busy.\n")
        .contains(
            "| LoaderBenchmark.penstock | recordBytes 784, readahead backend=mmap | 123 us/op"
                + " | +- not known | 0.012 |");
  }

  @Test
  void somethingElseThanJmhResultsIsRefused() throws IOException {
    Files.writeString(folder.resolve("jmh.json"), "{}");

    assertThatThrownBy(() -> Results.empty().save(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("jmh.json: expected results of JMH (-rf json)");
  }

  @Test
  void sameRecordsInAFileOfAnotherSizeAreAnotherCell() {
    CellResult large = new CellResult(0, 784, 9, "cold", "as-is", 0, "today", null, List.of());
    Results both =
        Results.empty().with(cell(limit(1)), Map.of(), Map.of()).with(large, Map.of(), Map.of());

    assertThat(both.cells()).hasSize(2);
    CellResult variable = variable("cold", "as-is");
    assertThat(both.with(variable, Map.of(), Map.of()).cells()).hasSize(3);
  }

  @Test
  void resultsAreSavedWithChartsAndReadBackAndCellsMeasuredAgainReplaced() throws IOException {
    CellResult first =
        cell(
            limit(70_000),
            entry("fio-sequential", 0, 2_000_000),
            entry("penstock-window-2", DATA_BYTES / 2, 700_000),
            entry("penstock-window-4", DATA_BYTES / 4, 450_000),
            absent("pytorch", "no Python with torch"));
    Results.load(folder).with(first, Map.of("cpu", "fast"), Map.of("rounds", "7")).save(folder);

    Results loaded = Results.load(folder);
    assertThat(loaded.cells()).containsExactly(first);
    assertThat(folder.resolve("REPORT.md")).content().contains("memory-784-748M-cold-as-is.png");
    for (String picture : List.of("memory-784-748M-cold-as-is.png", "speed-cold-as-is.png")) {
      assertThat(Files.readAllBytes(folder.resolve(picture)))
          .startsWith((byte) 0x89, (byte) 'P', (byte) 'N', (byte) 'G');
    }

    CellResult second = cell(limit(1));
    assertThat(loaded.with(second, Map.of(), Map.of()).cells()).containsExactly(second);
  }

  private static String report(CellResult cell) {
    Results results = Results.empty().with(cell, Map.of("cpu", "fast"), Map.of("rounds", "7"));
    return MarkdownReport.of(results, List.of(), "", List.of());
  }

  private static CellResult cell(Entry... entries) {
    return new CellResult(0, 784, 1_000_000, "cold", "as-is", 0, "today", null, List.of(entries));
  }

  private static CellResult variable(String state, String profile, Entry... entries) {
    return new CellResult(600, 784, 1_000_000, state, profile, 0, "today", null, List.of(entries));
  }

  private static Entry limit(long... speeds) {
    return entry("fio-random", 0, speeds);
  }

  private static Entry cacheHalf(double hitShare) {
    JsonObject facts = new JsonObject();
    facts.addProperty("cacheHits", 1000 * hitShare);
    Measurement round = new Measurement(1, 1000, 1, 0.5, 0L, 0L, 0.1, facts);
    return new Entry("penstock-cache-half", "about", "", 1 << 20, null, List.of(round));
  }

  private static Entry uring(long... speeds) {
    return entry("penstock-uring", 64 << 20, speeds);
  }

  private static Entry absent(String name, String reason) {
    return new Entry(name, "about " + name, "", 0, reason, List.of());
  }

  private static Entry entry(String name, long memoryBytes, long... speeds) {
    Measurement[] rounds = new Measurement[speeds.length];
    for (int i = 0; i < speeds.length; i++) {
      JsonObject facts = new JsonObject();
      facts.addProperty("firstBatchSeconds", 0.5);
      rounds[i] = new Measurement(i + 1, speeds[i], 1, 0.5, 0L, memoryBytes, 0.1, facts);
    }
    return new Entry(name, "about " + name, "", memoryBytes, null, List.of(rounds));
  }
}
