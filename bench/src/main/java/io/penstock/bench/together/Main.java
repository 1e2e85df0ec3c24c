package io.penstock.bench.together;

import io.penstock.bench.cold.Profile;
import io.penstock.bench.cold.RankHarness;
import io.penstock.bench.cold.RankOptions;
import io.penstock.bench.data.RecordSize;
import io.penstock.cli.options.SizeConverter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares ranks that read a file together with one process that has the memory of them all. */
@Command(
    name = "io.penstock.bench.together.Main",
    usageHelpWidth = 100,
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Makes a file and reads an epoch of it, cold and shuffled: with one process, and with several"
          + " processes that are the ranks of a job and have together as much memory. All processes"
          + " of a job are warm and have their files open before they begin together; the job is"
          + " done when the last one is. In each round everything runs once, in a random order. It"
          + " checks that each record was delivered once, and writes REPORT.md, a picture and"
          + " results.json."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:measured; what could not run is in the report, with the reason",
      "1:failed, or records were wrong, missing or delivered twice",
      "2:wrong usage"
    })
public final class Main implements Callable<Integer> {
  @Option(
      names = "--dir",
      required = true,
      paramLabel = "DIR",
      description = "Where the file is made: on the disk to be measured.")
  private Path directory;

  @Option(names = "--keep", description = "Leave the file there for the next run.")
  private boolean isKeeping;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      defaultValue = "bench/results/together",
      description =
          "Where the report goes. Other profiles and files that were measured there stay in it."
              + " Default: ${DEFAULT-VALUE}.")
  private Path report;

  @Option(
      names = "--profile",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "as-is",
      converter = Profile.ProfileConverter.class,
      description =
          "Of the device, one or more: as-is, hdd, sata, gp3, gp3-16k. Default: ${DEFAULT-VALUE}.")
  private List<Profile> profiles = List.of();

  @Option(
      names = "--ranks",
      split = ",",
      paramLabel = "COUNT",
      defaultValue = "2,4",
      description = "Numbers of ranks, one after another. Default: ${DEFAULT-VALUE}.")
  private List<Integer> ranks = List.of();

  @Option(names = "--by-position", description = "Measure ranks by position, too.")
  private boolean isByPosition;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "512m",
      converter = SizeConverter.class,
      description = "Budget of all ranks together, and of one process. Default: ${DEFAULT-VALUE}.")
  private long memoryBytes;

  @Option(
      names = "--batch",
      paramLabel = "COUNT",
      defaultValue = "4096",
      description =
          "Records of a step of all ranks together; each gets an equal part. Default:"
              + " ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--file-size",
      paramLabel = "SIZE",
      defaultValue = "8g",
      converter = SizeConverter.class,
      description = "Of the file. Default: ${DEFAULT-VALUE}.")
  private long fileBytes;

  @Option(
      names = "--record-bytes",
      paramLabel = "SIZE",
      defaultValue = "784",
      converter = SizeConverter.class,
      description = "Of a record, a multiple of 8. Default: ${DEFAULT-VALUE}.")
  private long recordBytes;

  @Option(
      names = "--readahead",
      paramLabel = "FLAGS",
      defaultValue = "backend=uring,io=direct",
      description = "Of all loaders. Default: ${DEFAULT-VALUE}.")
  private String readahead;

  @Option(
      names = "--io-threads",
      paramLabel = "COUNT",
      description = "Reading threads of each process. Default: the loader's.")
  private Integer ioThreads;

  @Option(
      names = "--rounds",
      paramLabel = "COUNT",
      defaultValue = "5",
      description = "How often everything runs. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description =
          "For all processes of a job to warm up, on a small file. Default: ${DEFAULT-VALUE}.")
  private double warmupSeconds;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description = "Of the orders. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Spec private CommandSpec spec;

  private final PrintStream talk;

  private Main(PrintStream talk) {
    this.talk = talk;
  }

  /** Runs it. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    System.exit(run(System.err, arguments));
  }

  static int run(PrintStream talk, String... arguments) {
    return new CommandLine(new Main(talk)).execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    return RankHarness.run(options(), talk) ? 0 : 1;
  }

  private String flags() {
    if (ioThreads == null) {
      return readahead;
    }
    return (readahead.isEmpty() ? "" : readahead + ",") + "ioThreads=" + ioThreads;
  }

  private RankOptions options() {
    try {
      return new RankOptions(
          directory,
          isKeeping,
          report,
          profiles,
          new RecordSize.Equal(recordBytes),
          fileBytes,
          ranks,
          isByPosition,
          batchSize,
          memoryBytes,
          flags(),
          rounds,
          warmupSeconds,
          seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
