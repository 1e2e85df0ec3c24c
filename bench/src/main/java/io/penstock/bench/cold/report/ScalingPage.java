package io.penstock.bench.cold.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The page that says how records per second grow with reading threads, with JSON and picture. */
public final class ScalingPage {
  /** Of the page. */
  public static final String FILE_NAME = "SCALING.md";

  private static final String JSON_NAME = "scaling.json";
  private static final String PICTURE_NAME = "scaling.png";
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().setPrettyPrinting().create();

  private final StringBuilder text = new StringBuilder();

  private ScalingPage() {}

  /** Writes all three into a folder. */
  public static void write(ScalingResult result, Map<String, String> machine, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(JSON_NAME), GSON.toJson(result) + "\n");
    boolean isDrawn = ScalingChart.draw(result, folder.resolve(PICTURE_NAME));
    Files.writeString(folder.resolve(FILE_NAME), text(result, machine, isDrawn));
  }

  static String text(ScalingResult result, Map<String, String> machine, boolean isDrawn) {
    ScalingPage page = new ScalingPage();
    page.line("# Records per second by reading threads");
    page.line("");
    page.line(
        """
        Made by `bench/run --scaling`: an exact shuffle of %d records of %s (%s), cold, a whole epoch
        a run. %d rounds, %s. Every figure is the median over rounds, with the least and the most in
        brackets; ratios are of the same round.\
        """
            .formatted(
                result.recordCount(),
                Units.bytes((double) result.recordBytes()),
                Units.bytes(result.dataBytes()),
                result.roundCount(),
                result.measured()));
    if (isDrawn) {
      page.line("");
      page.line(
          "![Records per second by reading threads, beside the limits.](%s)"
              .formatted(PICTURE_NAME));
    }
    page.readings(result);
    page.limits(result);
    page.line("");
    page.line("## Goals");
    page.line("");
    MarkdownTables.goals(result.goals()).forEach(page::line);
    page.rounds(result);
    page.absent(result);
    page.line("");
    page.line("## Machine");
    page.line("");
    MarkdownTables.facts(machine).forEach(page::line);
    return page.text.toString();
  }

  private void readings(ScalingResult result) {
    line("");
    line(
        "| memory | threads | records/s | over the fewest threads | device's limit | of it |"
            + " memory's limit | of it | passes | CPU us/record |");
    line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (ScalingResult.ScaledReading reading : result.readings()) {
      Entry entry = reading.entry();
      if (entry.absent() == null) {
        line(
            "| 1/%d | %d | %s | %s | %s | %s | %s | %s | %s | %s |"
                .formatted(
                    reading.part(),
                    reading.threads(),
                    Units.rate(entry.recordsPerSecond()),
                    ratio(result.overFewest(reading)),
                    median(result.deviceLimit(reading.part())),
                    ratio(result.overDeviceLimit(reading)),
                    median(result.memoryLimit(reading)),
                    ratio(result.overMemoryLimit(reading)),
                    passes(result, reading),
                    ratio(Spread.of(entry.rounds(), Measurement::cpuMicrosPerRecord))));
      }
    }
    line("");
    line(
        "Passes are the bytes that the device read, over those of the file. Threads are"
            + " `ioThreads`: one sweeps and copies, the others copy for it. The consumer has one"
            + " more.");
  }

  private void limits(ScalingResult result) {
    line("");
    line("## Limits");
    line("");
    line(
        """
        **The device's limit** is what fio reads in order, over R x the bytes of a record, for memory
        for 1/R: of all that passes, memory holds that part. Records that were read are replaced by
        others while a sweep goes on, so a sweep serves up to twice as many, and the limit may be
        exceeded.

        **The memory's limit** is its bandwidth over the bytes that are read or written for a record.
        These are what the device writes (measured: the bytes that it read, over the records that
        were delivered) and %d times the bytes of the record: it is read and written once from where
        the device put it to its cell, and once from there to its batch. What the processor's cache
        keeps on the way is counted all the same, so this is more than memory really moves. Bandwidth
        is twice what `memcpy` copied, since it reads and writes, from an array of %s to another, by
        as many threads as read.\
        """
            .formatted(ScalingResult.COPIED_ACCESSES, Units.bytes((double) result.arrayBytes())));
    line("");
    line("| threads | memory read and written a second | of it copied |");
    line("| --- | --- | --- |");
    for (ScalingResult.ScaledCopying copying : result.copies()) {
      Spread bandwidth = result.bandwidth(copying);
      line(
          "| %d | %s | %s |"
              .formatted(copying.threads(), bytes(bandwidth, 1), bytes(bandwidth, 0.5)));
    }
    line("");
    line("| memory | threads | the device writes for a record | all that is moved for it |");
    line("| --- | --- | --- | --- |");
    for (ScalingResult.ScaledReading reading : result.readings()) {
      line(
          "| 1/%d | %d | %s | %s |"
              .formatted(
                  reading.part(),
                  reading.threads(),
                  exact(result.deviceBytes(reading)),
                  exact(result.movedBytes(reading))));
    }
  }

  private void rounds(ScalingResult result) {
    line("");
    line("## Rounds");
    line("");
    line("Records/s; of memory and the device, what was copied or read in order, in records.");
    line("");
    StringBuilder head = new StringBuilder("| contender |");
    StringBuilder rule = new StringBuilder("| --- |");
    for (int round = 1; round <= result.roundCount(); round++) {
      head.append(" %d |".formatted(round));
      rule.append(" --- |");
    }
    line(head.toString());
    line(rule.toString());
    result.entries().filter(entry -> entry.absent() == null).forEach(this::rounds);
  }

  private void rounds(Entry entry) {
    StringBuilder row = new StringBuilder("| %s |".formatted(entry.contender()));
    for (Measurement round : entry.rounds()) {
      row.append(" %s |".formatted(Units.rate(round.recordsPerSecond())));
    }
    line(row.toString());
  }

  private void absent(ScalingResult result) {
    List<Entry> absent = result.entries().filter(entry -> entry.absent() != null).toList();
    if (absent.isEmpty()) {
      return;
    }
    line("");
    line("Absent:");
    line("");
    absent.forEach(entry -> line("- %s: %s".formatted(entry.contender(), entry.absent())));
  }

  private static String passes(ScalingResult result, ScalingResult.ScaledReading reading) {
    Spread bytes = result.deviceBytes(reading);
    return bytes == null
        ? ""
        : String.format(Locale.ROOT, "%.2f", bytes.median() / result.recordBytes());
  }

  private static String median(Spread spread) {
    return spread == null ? "" : Units.rate(spread.median());
  }

  private static String ratio(Spread spread) {
    return spread == null ? "" : spread.text(2);
  }

  private static String bytes(Spread spread, double share) {
    return spread == null ? "" : Units.bytes(share * spread.median());
  }

  private static String exact(Spread bytes) {
    return bytes == null ? "" : String.format(Locale.ROOT, "%.0f B", bytes.median());
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
