package io.penstock.cli.tune;

import io.penstock.Dataset;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.ColumnOptions;
import io.penstock.cli.options.ReadaheadConverter;
import io.penstock.cli.options.SizeConverter;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.internal.tune.DeviceFigures;
import io.penstock.internal.tune.Forecast;
import io.penstock.internal.tune.Forecaster;
import io.penstock.internal.tune.Upgrades;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code plan}: how long epochs would take, by memory and device. Reads no record. */
@Command(
    name = "plan",
    header = "Foretells epochs on a device, by memory, without reading the data.",
    description = {
      "Says how fast an exact shuffle of the data would be on a device, for several sizes of the"
          + " loader's memory, and what is worth more: memory, or a faster disk. Divides the memory"
          + " as a loader does, and computes the rest; only headers, indexes and sizes of records"
          + " are read. Give the data as PATH, or, if you do not have them yet, as --records and"
          + " --record-bytes. The consumer is taken to be faster than reading.",
      "",
      "With --json, one object on stdout: records, recordBytes (the mean if sizes differ),"
          + " dataBytes, batchSize, device, requestsPerSecond, bytesPerSecond, memoryBytes, plans"
          + " (list of memoryBytes, dataShare, way, windowRecords (known ahead), recordsPerSecond,"
          + " firstBatchSeconds, firstEpochSeconds, epochSeconds (of each later one), limit), the"
          + " last of which is for the page cache, with memoryBytes that the machine has free;"
          + " upgrades (list of twice (memory, requests, bytes, disk), epochSeconds, timesAsFast),"
          + " worthMore (memory, disk, either, neither), advice (a sentence), readahead (flags with"
          + " which a loader would be faster, as it does not know the device when it divides"
          + " memory; null if there are none), readaheadTimesAsFast (null as well). way is windows,"
          + " single requests, page cache, or too little, and then all rates and times are null;"
          + " limit is requests, bytes or processor."
    })
public final class PlanCommand implements Callable<Integer> {
  /** Forecasts are made for memory of these parts of the data. */
  private static final int[] PARTS = {16, 8, 4, 2, 1};

  private final Streams streams;

  @Spec private CommandSpec spec;

  @Mixin private ColumnOptions columns;
  @Mixin private DeviceOptions device;

  @Option(
      names = "--records",
      paramLabel = "RECORDS",
      description =
          "Number of records, with --record-bytes, for data that are not there yet. Default: what"
              + " PATH has.")
  private Long records;

  @Option(
      names = "--record-bytes",
      paramLabel = "SIZE[,SIZE...]",
      split = ",",
      hideParamSyntax = true,
      converter = SizeConverter.class,
      description =
          "Size of a record, in bytes or with k, m, g; of several columns, a size for each."
              + " Default: what PATH has.")
  private List<Long> recordBytes = List.of();

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "Memory of the loader, in bytes or with k, m, g: a row of the table, and what is compared"
              + " with twice as much. Default: what a loader would take now, on this machine.")
  private Long memoryBytes;

  @Option(
      names = "--batch-size",
      paramLabel = "RECORDS",
      defaultValue = "256",
      description = "Records in a batch. Default: ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--readahead",
      paramLabel = "FLAGS",
      converter = ReadaheadConverter.class,
      description =
          "Flags that the loader has, as for penstock read. Default: those of PENSTOCK_READAHEAD.")
  private Readahead readahead = Readahead.DEFAULT;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a table for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public PlanCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    checkOptions();
    DeviceFigures figures = device.figures();
    PlannedData data = data();
    Forecaster.ForecastSubject shape =
        new Forecaster.ForecastSubject(
            data.sizes(),
            data.recordCount(),
            data.longestBytes(),
            batchSize,
            Readahead.effective(readahead));
    long budget = memoryBytes == null ? MemoryBudget.byDefault().bytes() : memoryBytes;
    try (Forecaster forecaster = Forecaster.of(shape)) {
      List<Forecast> plans = new ArrayList<>();
      for (long bytes : memories(shape.dataBytes(), budget)) {
        plans.add(forecaster.with(bytes, figures));
      }
      plans.add(forecaster.inPageCache(figures));
      PlanReport report =
          new PlanReport(
              shape,
              figures,
              plans,
              Upgrades.of(forecaster, budget, figures),
              FlagsAdvice.of(shape, budget, figures));
      if (isJson) {
        Json.print(streams, report.toJson());
      } else {
        streams.print(report.toHuman());
      }
    }
    return ExitCodes.DONE;
  }

  private PlannedData data() {
    if (records != null) {
      return PlannedData.of(records, recordBytes);
    }
    try (Dataset dataset = columns.open()) {
      return PlannedData.of(dataset);
    }
  }

  private static Set<Long> memories(long dataBytes, long budget) {
    Set<Long> memories = new TreeSet<>(List.of(budget));
    for (int part : PARTS) {
      memories.add(Math.max(1, dataBytes / part));
    }
    return memories;
  }

  private void checkOptions() {
    check(
        (records == null) == recordBytes.isEmpty(),
        "--records and --record-bytes must come together");
    check(
        records == null || columns.areEmpty(),
        "--records must come without PATH, which says how many there are");
    check(
        records != null || !columns.areEmpty(),
        "expected at least one PATH, or --records and --record-bytes, found neither");
    check(records == null || records >= 1, "--records must be at least 1, was " + records);
    check(
        recordBytes.stream().allMatch(bytes -> bytes >= 1),
        "--record-bytes must be at least 1, was " + recordBytes);
    check(memoryBytes == null || memoryBytes >= 1, "--memory must be at least 1, was 0");
    check(batchSize >= 1, "--batch-size must be at least 1, was " + batchSize);
  }

  private void check(boolean isRight, String rule) {
    if (!isRight) {
      throw new ParameterException(spec.commandLine(), rule);
    }
  }
}
