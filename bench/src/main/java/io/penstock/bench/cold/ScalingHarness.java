package io.penstock.bench.cold;

import io.penstock.bench.cold.Contender.Program;
import io.penstock.bench.cold.report.Entry;
import io.penstock.bench.cold.report.ScalingPage;
import io.penstock.bench.cold.report.ScalingResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures how records per second grow with reading threads, where records wait in memory for a
 * part of the data; in the same rounds what the device reads in order, and how fast memory is
 * copied by as many threads.
 */
final class ScalingHarness {
  /** Far more than the caches of processors. */
  private static final long MOST_ARRAY_BYTES = 1L << 30;

  private final Settings settings;
  private final PrintStream talk;

  ScalingHarness(Settings settings, PrintStream talk) {
    this.settings = settings;
    this.talk = talk;
  }

  /** Does all that is asked for; returns the exit code. */
  int run() throws IOException, InterruptedException {
    ScalingResult result;
    Map<String, String> machine;
    try (Scratch scratch = new Scratch(settings, talk)) {
      CellFiles files =
          new CellFiles(
              settings.scratch(), settings.recordSizes().getFirst(), settings.fileBytes());
      scratch.use(files);
      result = measure(new Cell(files, State.COLD, Profile.AS_IS, scratch.device(), 0, 1), scratch);
      machine = Machine.facts(settings, scratch.device());
    }
    Path folder = settings.folder().resolve(settings.name());
    ScalingPage.write(result, machine, folder);
    talk.println("results: " + folder.resolve(ScalingPage.FILE_NAME));
    return result.isWrong() ? 1 : 0;
  }

  private ScalingResult measure(Cell cell, Scratch scratch)
      throws IOException, InterruptedException {
    long arrayBytes = Math.min(MOST_ARRAY_BYTES, cell.file().dataBytes());
    List<Contender> contenders = new ArrayList<>();
    contenders.add(Catalog.sequential());
    for (int threads : settings.threads()) {
      contenders.add(copying(threads, arrayBytes));
    }
    for (int part : settings.windows()) {
      for (int threads : settings.threads()) {
        contenders.add(reading(cell, part, threads));
      }
    }
    cell.files().make(contenders, talk);
    List<Entry> entries =
        new CellRunner(settings, scratch.folder(), talk).measure(cell, contenders);
    int next = 0;
    Entry sequential = entries.get(next++);
    List<ScalingResult.ScaledCopying> copies = new ArrayList<>();
    for (int threads : settings.threads()) {
      copies.add(new ScalingResult.ScaledCopying(threads, entries.get(next++)));
    }
    List<ScalingResult.ScaledReading> readings = new ArrayList<>();
    for (int part : settings.windows()) {
      for (int threads : settings.threads()) {
        readings.add(new ScalingResult.ScaledReading(part, threads, entries.get(next++)));
      }
    }
    return new ScalingResult(
        cell.file().recordBytes(),
        cell.file().recordCount(),
        arrayBytes,
        "at %s, commit %s"
            .formatted(
                LocalDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MINUTES),
                Machine.commit()),
        sequential,
        copies,
        readings);
  }

  private static Contender copying(int threads, long arrayBytes) {
    return Contender.timed(
        "memory-copy-" + threads,
        "memcpy by as many threads",
        Program.MEMORY,
        Map.of("threads", Integer.toString(threads), "arrayBytes", Long.toString(arrayBytes)));
  }

  private static Contender reading(Cell cell, int part, int threads) {
    long memoryBytes = cell.file().dataBytes() / part;
    return new Contender(
        "penstock-window-%d-threads-%d".formatted(part, threads),
        "Penstock with memory for 1/%d of the data, a whole epoch".formatted(part),
        Program.JAVA,
        Catalog.penstockParameters("backend=uring,io=direct,ioThreads=" + threads, memoryBytes, 0),
        List.of(""),
        true,
        memoryBytes);
  }
}
