package io.penstock.bench.cold.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks beside one process, for runs that are made up. */
class RankPageTest {
  private static final long RECORDS = 1_000_000;

  @TempDir private Path folder;

  @Test
  void goalsAreOfTheRoundsRatios() throws IOException {
    String page =
        page(
            "sata",
            entry(RankPage.ONE, 10, 10, 5, 20),
            entry("2-by-place", 11, 10.5, 5.5, 21),
            entry("4-by-place", 20, 11.2, 10, 22.4));

    assertThat(page)
        .contains("2 met, 2 missed, 0 not measured.")
        .contains("| 2-by-place / one-process: records/s | >= 0.90 | 0.91 (0.91 to 0.91) | met |")
        .contains("| 2-by-place / one-process: bytes read | <= 1.10 | 1.05 (1.05 to 1.05) | met |")
        .contains(
            "4-by-place / one-process: records/s | >= 0.90 | 0.50 (0.50 to 0.50) | **missed**")
        .contains(
            "4-by-place / one-process: bytes read | <= 1.10 | 1.12 (1.12 to 1.12) | **missed**");
  }

  @Test
  void ranksByPositionAndOtherDevicesHaveNoGoals() throws IOException {
    assertThat(page("sata", entry(RankPage.ONE, 10, 10), entry("2-by-position", 20, 20)))
        .contains("No cell that was measured has any.")
        .contains("| 2-by-position | 50.0k (50.0k to 50.0k) | 0.50 (0.50 to 0.50) |");
    assertThat(page("gp3", entry(RankPage.ONE, 10, 10), entry("2-by-place", 20, 20)))
        .contains("No cell that was measured has any.");
  }

  @Test
  void withoutTheOneProcessNothingIsCompared() throws IOException {
    Entry absent = new Entry(RankPage.ONE, "about", "", 0, "no io_uring", List.of());

    assertThat(page("as-is", absent, entry("2-by-place", 10, 10)))
        .contains("0 met, 0 missed, 2 not measured.")
        .contains("- one-process (about): no io_uring")
        .contains("| 2-by-place | 100.0k (100.0k to 100.0k) | not known |");
  }

  @Test
  void theFolderHasThePageItsPictureItsNumbersAndNotes() throws IOException {
    Files.writeString(folder.resolve("NOTES.md"), "It was quiet.");
    String page = page("as-is", entry(RankPage.ONE, 10, 10), entry("2-by-place", 10, 10));

    assertThat(folder.resolve("ranks.png")).isNotEmptyFile();
    assertThat(page).contains("(ranks.png)", "It was quiet.", "| cpu | made up |");
    assertThat(Results.load(folder).cells())
        .singleElement()
        .satisfies(cell -> assertThat(cell.entries()).hasSize(2));
  }

  private String page(String profile, Entry... entries) throws IOException {
    CellResult cell =
        new CellResult(0, 784, RECORDS, "cold", profile, 0, "today", null, List.of(entries));
    RankPage.write(
        Results.empty().with(cell, Map.of("cpu", "made up"), Map.of("rounds", "2")), folder);
    return Files.readString(folder.resolve("REPORT.md"));
  }

  /** By turns the seconds and the gigabytes of a round. */
  private static Entry entry(String name, double... rounds) {
    List<Measurement> measured = new ArrayList<>();
    for (int i = 0; i < rounds.length; i += 2) {
      JsonObject facts = new JsonObject();
      facts.addProperty("bytesRead", rounds[i + 1] * 1e9);
      facts.addProperty("requests", 1000);
      measured.add(new Measurement(i / 2 + 1, RECORDS, rounds[i], 1.0, 0L, 1L << 20, 0, facts));
    }
    return new Entry(name, "about " + name, "", 0, null, measured);
  }
}
