package io.penstock.cli.demo;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.LoaderStatistics;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.SizeConverter;
import io.penstock.cli.text.Human;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.statistics.Statistic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code demo}: the main job from end to end, on data that it makes itself. */
@Command(
    name = "demo",
    header = "Trains on sample data, and shows the speed beside plain memory mapping.",
    description = {
      "Makes a data set of real images (Fashion-MNIST, repeated), trains a small classifier on"
          + " shuffled batches of it with a quarter of its size as memory, and then reads it in two"
          + " ways: through Penstock, and from a plain mapping of the file.",
      "",
      "Fails if the classifier does not learn, or if the two ways of reading do not deliver the"
          + " same bytes. With --json, one object on stdout: data, generated, images, labels,"
          + " records, bytes, memoryBytes, backend, io, reason, epochs (epoch, loss, testAccuracy,"
          + " seconds, recordsPerSecond, stallFraction) and reading (mapping, penstock and"
          + " mappingInMemory, each with records, seconds, recordsPerSecond, cachedFraction at its"
          + " start, cacheLimited; checkedRecords; crc32c)."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int BATCH_SIZE = 256;
  private static final float LEARNING_RATE = 0.2f;

  /** Data for one buffer of the device and a few batches even when the sample is tiny. */
  private static final long LEAST_MEMORY_BYTES = 16 << 20;

  private static final long LEAST_SIZE_BYTES = 1 << 20;

  /** One pass over the real images gets to 0.8; by chance it would be 0.1. */
  private static final double LEAST_ACCURACY = 0.7;

  /** Images that it takes to learn so much. */
  private static final long LEAST_TRAINED = 60_000;

  private final Streams streams;

  @Spec private CommandSpec spec;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "Size of the images file, in bytes or with k, m, g. Default: 512m; 48m with --quick.")
  private Long sizeBytes;

  @Option(
      names = "--epochs",
      paramLabel = "COUNT",
      description = "Passes over the data. Default: 3; 1 with --quick.")
  private Integer epochs;

  @Option(
      names = "--quick",
      description = "A short run for tests, which ends within 20 seconds. Default: about a minute.")
  private boolean isQuick;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Where the files are made, in a directory of their own, and found again by the next run."
              + " Default: penstock/demo in $XDG_CACHE_HOME or in ~/.cache.")
  private String directory;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a report for people.")
  private boolean isJson;

  private ImageSource images;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public DemoCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    checkOptions();
    ImageSource source = images != null ? images : ImageSource.find(streams::say);
    long size = sizeBytes != null ? sizeBytes : (isQuick ? 48L : 512L) << 20;
    SampleFiles files =
        SampleFiles.in(
            directory == null ? cacheDirectory() : Path.of(directory),
            source,
            size / ImageSet.PIXELS);
    DemoReport report = new DemoReport(streams, isJson, source, files);
    if (!files.areComplete()) {
      long bytes = files.count() * (ImageSet.PIXELS + 1);
      try (Progress progress = Progress.start(streams, "making files", "MB", bytes)) {
        files.make(source.training(), progress::to);
      }
    }
    long memoryBytes = Math.max(LEAST_MEMORY_BYTES, size / 4);
    train(files, memoryBytes, source.test(), report);
    compare(files, memoryBytes, report);
    report.end();
    return ExitCodes.DONE;
  }

  /** For tests, which neither install anything nor depend on what is installed. */
  void useImages(ImageSource source) {
    images = source;
  }

  private void train(SampleFiles files, long memoryBytes, ImageSet test, DemoReport report)
      throws IOException {
    SoftmaxRegression model = new SoftmaxRegression();
    double accuracy = 0;
    int count = epochs != null ? epochs : isQuick ? 1 : 3;
    try (Dataset dataset = Dataset.open(files.images(), files.labels());
        Loader loader = dataset.loader().batchSize(BATCH_SIZE).memoryBytes(memoryBytes).build()) {
      report.start(loader);
      for (Epoch epoch : loader.epochs(count)) {
        LoaderStatistics before = loader.statistics();
        long start = System.nanoTime();
        // Smaller steps as it goes on, so that the last weights are not those of the last batches.
        float rate = LEARNING_RATE / (1 + epoch.number());
        double loss = train(model, epoch, rate, files.count());
        double seconds = (System.nanoTime() - start) / 1e9;
        double stalled =
            (loader.statistics().value(Statistic.STALL) - before.value(Statistic.STALL)) / 1e9;
        accuracy = (double) model.countCorrect(test) / test.count();
        report.add(
            new DemoReport.EpochResult(
                epoch.number(),
                loss / files.count(),
                accuracy,
                seconds,
                files.count() / seconds,
                stalled / seconds));
      }
    }
    if (files.count() * count >= LEAST_TRAINED && accuracy < LEAST_ACCURACY) {
      throw new PenstockException(
          ErrorKind.OTHER,
          ("expected a test accuracy of at least %s after training, found %s: the images are not"
                  + " what they should be; delete %s and try again")
              .formatted(
                  Human.percent(LEAST_ACCURACY),
                  Human.percent(accuracy),
                  files.images().getParent()));
    }
  }

  private double train(SoftmaxRegression model, Epoch epoch, float rate, long total) {
    double loss = 0;
    long records = 0;
    try (Progress progress = Progress.start(streams, "epoch " + epoch.number(), "images", total)) {
      for (Batch batch : epoch) {
        loss += model.train(batch.column(0), batch.column(1), batch.size(), rate);
        records += batch.size();
        progress.to(records);
      }
    }
    return loss;
  }

  private void compare(SampleFiles files, long memoryBytes, DemoReport report) throws IOException {
    long limitNanos = (isQuick ? 2 : 5) * 1_000_000_000L;
    report.startReading(limitNanos / 1e9, memoryBytes);
    TimedReading mapping;
    TimedReading penstockReading;
    TimedReading inMemory;
    try (Comparison comparison =
        new Comparison(files.images(), BATCH_SIZE, memoryBytes, limitNanos)) {
      try (Progress progress = startReading("mapping", files)) {
        mapping = comparison.byMapping(progress::to);
      }
      report.add("mapping", mapping);
      try (Progress progress = startReading("Penstock", files)) {
        penstockReading = comparison.byPenstock(mapping.records(), progress::to);
      }
      report.add("penstock", penstockReading);
      try (Progress progress = startReading("mapping", files)) {
        inMemory = comparison.byMappingInMemory(mapping.records(), progress::to);
      }
      report.add("mappingInMemory", inMemory);
    }
    checkSameBytes(files, mapping, penstockReading);
    checkSameBytes(files, mapping, inMemory);
    report.endReading(mapping, penstockReading);
  }

  private static void checkSameBytes(SampleFiles files, TimedReading mapping, TimedReading other) {
    if (other.records() >= mapping.records() && other.checksum() != mapping.checksum()) {
      throw PenstockException.about(
          ErrorKind.OTHER,
          files.images(),
          "expected the same bytes each time they are read, found CRC-32C %08x and then %08x of the"
                  .formatted(mapping.checksum(), other.checksum())
              + " first %d images: run it again, and report it".formatted(mapping.records()));
    }
  }

  private Progress startReading(String name, SampleFiles files) {
    return Progress.start(streams, name, "images", files.count());
  }

  private static Path cacheDirectory() {
    String cache = System.getenv("XDG_CACHE_HOME");
    // The specification of this variable says that a relative path is to be ignored.
    if (cache != null && cache.startsWith("/")) {
      return Path.of(cache, "penstock", "demo");
    }
    // The property is what the list of users says, which is not where a container's user lives, and
    // "?" for one who is not in it.
    return Stream.of(System.getenv("HOME"), System.getProperty("user.home"))
        .filter(home -> home != null && home.startsWith("/"))
        .map(home -> Path.of(home, ".cache", "penstock", "demo"))
        .findFirst()
        .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "penstock-demo"));
  }

  private void checkOptions() {
    if (sizeBytes != null && sizeBytes < LEAST_SIZE_BYTES) {
      throw new ParameterException(
          spec.commandLine(), "--size must be at least 1m, was " + sizeBytes);
    }
    if (epochs != null && epochs < 1) {
      throw new ParameterException(
          spec.commandLine(), "--epochs must be at least 1, was " + epochs);
    }
  }
}
