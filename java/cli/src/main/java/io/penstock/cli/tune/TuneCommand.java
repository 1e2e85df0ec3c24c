package io.penstock.cli.tune;

import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.Picture;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.OffsetsOption;
import io.penstock.cli.options.SizeConverter;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.plan.RecordSizes;
import io.penstock.internal.tune.DeviceFigures;
import io.penstock.internal.tune.DeviceProbe;
import io.penstock.internal.tune.Forecaster;
import io.penstock.internal.tune.Measurements;
import io.penstock.internal.tune.Survey;
import io.penstock.internal.tune.SurveyPlan;
import io.penstock.internal.tune.Tuning;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tune}: measures a device and prints the readahead flags that suit it. */
@Command(
    name = "tune",
    header = "Measures a device, and prints the readahead flags that suit it.",
    description = {
      "Measures the device under a file: random reads by size and by number in flight, and reading"
          + " in the order of the file. Prints a table, the readahead flags that suit the device"
          + " with the reason for each, and, for a .npy file, how fast an exact shuffle would be by"
          + " memory. Nothing is written to PATH if it is a file; reads go past the page cache if"
          + " the file system allows it; otherwise the pages of the file are dropped from the"
          + " cache. Best on an idle device, and on a file larger than its own cache.",
      "",
      "With --json, one object on stdout: path, fileBytes, recordBytes (null if not a .npy;"
          + " the mean if sizes differ),"
          + " backend, io, reason (why a better backend is not used; null if there is none),"
          + " rounds, spread (quartile range of the rounds / their median, of the median point),"
          + " randomReads and sequentialReads (each a list of requestBytes, queueDepth,"
          + " requestsPerSecond, bytesPerSecond, leastPerSecond, mostPerSecond; requestsPerSecond"
          + " is the median of the rounds), knees (list of requestBytes, queueDepth,"
          + " requestsPerSecond), sequentialBytesPerSecond, readahead (the flags), queueDepth,"
          + " mergeGapBytes, maxReadBytes, reasons (list of flag, value, why), forecasts (list of"
          + " memoryBytes, windowRecords, byWindows, recordsPerSecond, firstEpochPerSecond; the"
          + " rates are null if the memory is too little), notes (list of sentences), plot (path;"
          + " null if none)."
    })
public final class TuneCommand implements Callable<Integer> {
  private static final String DEFAULT_PLOT = "penstock-tune.png";
  private static final long QUICK_SIZE_BYTES = 256 << 20;
  private static final long SIZE_BYTES = 1 << 30;
  private static final double MAX_SECONDS = 3600;
  private static final double MIN_SECONDS = 0.01;

  /** What a loader has when nothing is said. */
  private static final int BATCH_SIZE = 256;

  /** Forecasts are made for memory of 1/2, 1/4 and 1/8 of the data. */
  private static final int[] FORECAST_PARTS = {2, 4, 8};

  private final Streams streams;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      description =
          "A file of at least 16 MiB, .npy or any other, or FILE.idx#sequences; or a directory, in"
              + " which a file is made, measured and deleted.")
  private Path path;

  @Mixin private OffsetsOption offsets;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "Size of the file that is made in a directory, in bytes or with k, m, g. Default: 1g;"
              + " 256m with --quick.")
  private Long sizeBytes;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      description =
          "Time for each of some 50 points, spread over several rounds. Default: 0.6, which ends"
              + " within a minute; 0.15 with --quick.")
  private Double seconds;

  @Option(
      names = "--quick",
      description =
          "A short run with fewer sizes, which ends within ten seconds. Default: within a minute.")
  private boolean isQuick;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "File for the plot, a .png; replaced if it exists. Default: "
              + DEFAULT_PLOT
              + " in the current"
              + " directory; none with --json.")
  private Path plot;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: tables for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public TuneCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    checkOptions();
    DeviceProbe.requireNative();
    if (Files.isDirectory(path)) {
      measureScratchFile();
    } else {
      measureFile();
    }
    return ExitCodes.DONE;
  }

  private void measureFile() throws IOException {
    Source source = Source.parse(path);
    List<Source> divided =
        offsets
            .byColumn(spec, Set.of(source.columnName()))
            .getOrDefault(source.columnName(), List.of());
    checkFile(source.file());
    TunedFile file = TunedFile.of(source, divided, streams::say);
    checkFile(file.path());
    SurveyPlan plan = plan(file.recordBytes());
    try (DeviceProbe probe = DeviceProbe.open(file.path(), file.records(), plan)) {
      report(probe, file, plan);
    }
  }

  private void measureScratchFile() throws IOException {
    long bytes = sizeBytes != null ? sizeBytes : isQuick ? QUICK_SIZE_BYTES : SIZE_BYTES;
    SurveyPlan plan = plan(0);
    try (ScratchFile scratch = write(bytes);
        DeviceProbe probe = DeviceProbe.open(scratch.path(), null, plan)) {
      // An open file stays readable; deleted now, it is gone however this process ends.
      scratch.delete();
      report(probe, new TunedFile(path, null, false), plan);
    }
  }

  private ScratchFile write(long bytes) throws IOException {
    try (Progress progress = Progress.start(streams, "making a file", "MB", bytes)) {
      return ScratchFile.write(path, bytes, progress::to);
    }
  }

  private SurveyPlan plan(int recordBytes) {
    return SurveyPlan.of(recordBytes, isQuick, seconds == null ? 0 : seconds);
  }

  private void report(DeviceProbe probe, TunedFile file, SurveyPlan plan) throws IOException {
    DeviceProbe.Records records = file.records();
    Measurements found = measure(probe, plan);
    Tuning tuning = Tuning.of(found, file.recordBytes());
    TuneReport report = new TuneReport(file, probe, found, tuning);
    if (records != null && found.hasSize(records.recordBytes())) {
      addForecasts(report, records, found, tuning);
    }
    Path picture = plot != null || isJson ? plot : Path.of(DEFAULT_PLOT);
    report.plot(picture);
    if (isJson) {
      Json.print(streams, report.toJson());
    } else {
      streams.print(report.toHuman());
    }
    if (picture != null) {
      String title = "Random reads: " + path.toAbsolutePath().getFileName();
      new Picture(picture, plot != null)
          .draw(streams, place -> LoadPlot.write(found, title, place));
    }
  }

  private void addForecasts(
      TuneReport report, DeviceProbe.Records records, Measurements found, Tuning tuning) {
    Forecaster.ForecastSubject shape =
        new Forecaster.ForecastSubject(
            RecordSizes.fixed(List.of((long) records.recordBytes())),
            records.count(),
            0,
            BATCH_SIZE,
            Readahead.parse(tuning.readahead()));
    DeviceFigures device = DeviceFigures.of(path.toString(), found);
    try (Forecaster forecaster = Forecaster.of(shape)) {
      for (int part : FORECAST_PARTS) {
        report.add(part, forecaster.with(shape.dataBytes() / part, device));
      }
    }
  }

  private Measurements measure(DeviceProbe probe, SurveyPlan plan) {
    try (Progress progress = Progress.start(streams, "measuring", "points", plan.visits())) {
      return new Survey(probe, plan, progress::to, System::nanoTime).run();
    }
  }

  private void checkFile(Path file) throws IOException {
    if (Files.notExists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw PenstockException.about(
          ErrorKind.NO_ACCESS,
          file,
          "expected a regular file or a directory, found something else: name one");
    }
    if (Files.size(file) < DeviceProbe.LEAST_FILE_BYTES) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          file,
          ("expected a file of at least %d bytes to measure its device with, found %d: name a"
                  + " larger one, or a directory to have one made there")
              .formatted(DeviceProbe.LEAST_FILE_BYTES, Files.size(file)));
    }
  }

  private void checkOptions() throws IOException {
    List<String> wrong = new ArrayList<>();
    if (sizeBytes != null && sizeBytes < DeviceProbe.LEAST_FILE_BYTES) {
      wrong.add("--size must be at least 16m, was " + sizeBytes);
    }
    if (sizeBytes != null && Files.isRegularFile(path)) {
      wrong.add("--size must go with a directory, %s is a file".formatted(path));
    }
    if (seconds != null && !(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) {
      wrong.add("--seconds must be 0.01 to 3600, was " + seconds);
    }
    if (plot != null && !plot.toString().endsWith(".png")) {
      wrong.add("--plot must be a name that ends in .png, was " + plot);
    }
    if (plot != null && Files.exists(plot) && Files.exists(path) && Files.isSameFile(plot, path)) {
      wrong.add("--plot must be another file than PATH, which it would replace");
    }
    if (!wrong.isEmpty()) {
      throw new ParameterException(spec.commandLine(), wrong.getFirst());
    }
    if (plot != null && !Files.isDirectory(plot.toAbsolutePath().getParent())) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          plot,
          "expected its directory to exist, found none: make it, or name another file");
    }
  }
}
