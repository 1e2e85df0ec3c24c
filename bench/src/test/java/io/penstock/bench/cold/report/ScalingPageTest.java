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

/** How records per second grow with threads, for runs that are made up. */
class ScalingPageTest {
  private static final long BYTES = 784;
  private static final long RECORDS = 1_000_000;

  @TempDir private Path folder;

  /** With a record each so many seconds, in each round; the device read all of it twice. */
  private static Entry entry(String name, double... recordsPerSecond) {
    List<Measurement> rounds = new ArrayList<>();
    for (double rate : recordsPerSecond) {
      JsonObject facts = new JsonObject();
      facts.addProperty("bytesRead", 2 * RECORDS * BYTES);
      rounds.add(
          new Measurement(rounds.size() + 1, RECORDS, RECORDS / rate, 1.0, null, null, 0, facts));
    }
    return new Entry(name, name, "", 0, rounds.isEmpty() ? "not here" : null, rounds);
  }

  private static ScalingResult.ScaledReading reading(
      int part, int threads, double... recordsPerSecond) {
    return new ScalingResult.ScaledReading(part, threads, entry("reading", recordsPerSecond));
  }

  private static ScalingResult result(
      Entry sequential, Entry copying, ScalingResult.ScaledReading... readings) {
    return new ScalingResult(
        BYTES,
        RECORDS,
        1 << 30,
        "today",
        sequential,
        List.of(
            new ScalingResult.ScaledCopying(1, entry("copy", 6e6, 6e6)),
            new ScalingResult.ScaledCopying(2, copying)),
        List.of(readings));
  }

  /** The second round was half as fast, for all. */
  private static ScalingResult usual() {
    return result(
        entry("fio-sequential", 4e6, 2e6),
        entry("copy", 9e6, 4.5e6),
        reading(4, 1, 1e6, 0.5e6),
        reading(4, 2, 1.5e6, 0.75e6));
  }

  private static String page(ScalingResult result) {
    return ScalingPage.text(result, Map.of("cpu", "made up"), true);
  }

  @Test
  void aRecordMovesWhatTheDeviceWritesAndTwoCopies() {
    ScalingResult result = usual();
    ScalingResult.ScaledReading two = result.readings().getLast();

    // Two passes by the device, and four accesses by copies.
    assertThat(result.movedBytes(two)).isEqualTo(new Spread(6 * BYTES, 6 * BYTES, 6 * BYTES));
    // Copying a record moves two times its bytes: a third of six.
    assertThat(result.memoryLimit(two)).isEqualTo(new Spread(2.25e6, 1.5e6, 3e6));
    assertThat(result.overMemoryLimit(two)).isEqualTo(new Spread(0.5, 0.5, 0.5));
  }

  @Test
  void ratiosAreOfTheSameRound() {
    ScalingResult result = usual();
    ScalingResult.ScaledReading two = result.readings().getLast();

    assertThat(result.deviceLimit(4)).isEqualTo(new Spread(0.75e6, 0.5e6, 1e6));
    assertThat(result.overDeviceLimit(two)).isEqualTo(new Spread(1.5, 1.5, 1.5));
    assertThat(result.overFewest(two)).isEqualTo(new Spread(1.5, 1.5, 1.5));
    assertThat(page(result))
        .contains(
            "| 1/4 | 2 | 1.13M (750.0k to 1.50M) | 1.50 (1.50 to 1.50) | 750.0k |"
                + " 1.50 (1.50 to 1.50) | 2.25M | 0.50 (0.50 to 0.50) | 2.00 |")
        .contains("| reading | 1.50M | 750.0k |")
        .contains("3 met, 0 missed, 0 not measured.", "| cpu | made up |");
  }

  @Test
  void moreThreadsMustNotBeSlower() {
    ScalingResult result =
        result(
            entry("fio-sequential", 1e6),
            entry("copy", 9e6),
            reading(2, 1, 1e6),
            reading(2, 2, 0.94e6));

    assertThat(page(result))
        .contains("2 met, 1 missed, 0 not measured.")
        .contains("| memory for 1/2, 2 threads | over 1 thread | >= 0.95 | 0.94 (0.94 to 0.94) |");
  }

  @Test
  void withoutItsLimitsAReadingStandsAlone() {
    ScalingResult result =
        result(entry("fio-sequential"), entry("copy"), reading(4, 1, 1e6), reading(4, 2));

    assertThat(page(result))
        .contains("- fio-sequential: not here", "- reading: not here")
        .contains("| 1/4 | 1 | 1.00M (1.00M to 1.00M) | 1.00 (1.00 to 1.00) |  |  | 2.00M |")
        .contains("0 met, 0 missed, 3 not measured.");
    assertThat(result.isWrong()).isFalse();
  }

  @Test
  void theFolderHasThePageItsPictureAndItsNumbers() throws IOException {
    ScalingPage.write(usual(), Map.of("cpu", "made up"), folder);

    assertThat(folder.resolve("scaling.png")).isNotEmptyFile();
    assertThat(Files.readString(folder.resolve("scaling.json"))).contains("\"threads\": 2");
    assertThat(Files.readString(folder.resolve(ScalingPage.FILE_NAME)))
        .contains("![Records per second by reading threads, beside the limits.](scaling.png)");
  }
}
