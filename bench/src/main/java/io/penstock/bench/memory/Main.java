package io.penstock.bench.memory;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.bench.cold.ProcessMeter;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Holds the memory of this process against the budget of a loader with very many records. */
@Command(
    name = "io.penstock.bench.memory.Main",
    usageHelpWidth = 100,
    description = {
      "Shuffles very many records of different sizes (a sparse file) with a budget, and compares it"
          + " with the most anonymous memory that this process had resident, less what it had"
          + " before the dataset was opened. Ends with 1 if that is more than 32 MiB beyond.",
    })
public final class Main implements Callable<Integer> {
  private static final long MOST_BEYOND_BYTES = 32 << 20;
  private static final int WARM_UP_RECORDS = 100_000;
  private static final double MEBIBYTE = 1 << 20;

  @Option(names = "--dir", description = "Where files are made, and deleted.", required = true)
  private Path directory;

  @Option(names = "--records", defaultValue = "100000000", description = "In the dataset.")
  private long records;

  @Option(names = "--bytes", defaultValue = "600", description = "Mean size of a record.")
  private long meanBytes;

  @Option(names = "--memory", defaultValue = "512", description = "The budget, in MiB.")
  private long memoryMebibytes;

  @Option(names = "--read", defaultValue = "3000000", description = "How many records are read.")
  private long read;

  @Option(names = "--readahead", defaultValue = "", description = "Flags of the loader.")
  private String readahead = "";

  private Main() {}

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    // What the compilers take for the code that is measured is there before.
    run(WARM_UP_RECORDS, WARM_UP_RECORDS);
    Outcome outcome = run(records, read);
    print(outcome, System.out);
    return outcome.beyondBytes() <= MOST_BEYOND_BYTES ? 0 : 1;
  }

  private record Outcome(long budgetBytes, long plannedBytes, long grownBytes, String method) {
    long beyondBytes() {
      return grownBytes - budgetBytes;
    }
  }

  private Outcome run(long recordCount, long mostRead) throws IOException {
    SparseRecords files = SparseRecords.make(directory, recordCount, meanBytes);
    long budget = memoryMebibytes << 20;
    System.gc();
    try (ProcessMeter meter = new ProcessMeter(List.of(ProcessHandle.current().pid()), false)) {
      long before = meter.resetPeak();
      try (Dataset dataset =
              Dataset.builder().variable("x", files.values(), files.offsets()).open();
          Loader loader =
              dataset
                  .loader()
                  .seed(1)
                  .memoryBytes(budget)
                  .readahead(Readahead.parse(readahead))
                  .build()) {
        readAndCheck(loader, mostRead);
        return new Outcome(
            budget,
            loader.statistics().memoryBytes(),
            meter.peakBytes() - before,
            loader.statistics().method().reason());
      }
    } finally {
      files.delete();
    }
  }

  /** Reads, and expects that values are as long as their offsets say, and holes. */
  private static void readAndCheck(Loader loader, long most) {
    long read = 0;
    for (Batch batch : loader.epoch(0)) {
      MemorySegment values = batch.column("x");
      long end = batch.offsets("x").getAtIndex(ValueLayout.JAVA_LONG, batch.size());
      if (end != values.byteSize() || values.get(ValueLayout.JAVA_BYTE, end - 1) != 0) {
        throw new IllegalStateException(
            "expected %d bytes of zeros, found %d".formatted(end, values.byteSize()));
      }
      read += batch.size();
      if (read >= most) {
        return;
      }
    }
  }

  private void print(Outcome outcome, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%d records of %d bytes in the mean; %s%n"
            + "budget %.1f MiB, planned %.1f MiB, grown by %.1f MiB: %.1f MiB beyond the budget"
            + " (goal: 32 at most)%n",
        records,
        meanBytes,
        outcome.method,
        outcome.budgetBytes / MEBIBYTE,
        outcome.plannedBytes / MEBIBYTE,
        outcome.grownBytes / MEBIBYTE,
        outcome.beyondBytes() / MEBIBYTE);
  }
}
