package io.penstock.bench.cold;

import io.penstock.bench.cold.report.Results;
import io.penstock.bench.data.RecordSize;
import io.penstock.cli.options.SizeConverter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code bench/run}: parses options, runs the harness, tells how that ended. */
@Command(
    name = "bench/run",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Reads shuffled records of files that are not in memory with Penstock, with its peers and"
          + " with fio, which tells the device's limit, and writes a report.",
      "",
      "Everything runs interleaved, each contender in a process of its own; each run's answer is"
          + " checked. Files are made in a scratch folder and deleted afterwards, one record size"
          + " at a time. Results of an earlier run under the same name are kept, and cells that are"
          + " measured again replaced, so a long run may be split.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  bench/run --quick                            two minutes, to see that all works",
      "  bench/run --name mine                        everything, a few hours",
      "  bench/run --name mine --sizes 784 --states cold --profiles hdd,sata",
      "  bench/run --name mine --sizes ~600,~6k,~100k --profiles as-is",
      "  bench/run --quick --contenders 'fio.*|penstock.*' --penstock"
          + " deep=backend=uring,queueDepth=256"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:measured; contenders that cannot run here are reported as absent, with the reason",
      "1:failed, or a contender delivered wrong bytes",
      "2:wrong usage"
    })
public final class Main implements Callable<Integer> {
  @Option(
      names = "--quick",
      description =
          "One record size, a small file, two rounds of half a second, cold and warm, and no trying"
              + " of parameters: about two minutes.")
  private boolean isQuick;

  @Option(
      names = "--forecasts",
      description =
          "Only compare what penstock plan foretells with what comes true, on limited devices, and"
              + " write FORECASTS.md: some eight minutes.")
  private boolean isForecasts;

  @Option(
      names = "--scaling",
      description =
          "Only measure how records/s grow with reading threads, beside the limits of the device"
              + " and of memory, and write SCALING.md: some eight minutes.")
  private boolean isScaling;

  @Option(names = "--name", description = "Of the folder with the results. Default: date and time.")
  private String name;

  @Option(
      names = "--report",
      description =
          "Measure nothing: write the report of --name again, from its results.json, and what lies"
              + " beside it: notes in NOTES.md, results of JMH in jmh*.json.")
  private boolean isReport;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Where that folder lies. Default: ${DEFAULT-VALUE}.",
      defaultValue = "${sys:penstock.bench.results:-results}")
  private Path results;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where files are made: on the disk to be measured. Default: the temp folder.")
  private Path scratch;

  @Option(names = "--keep", description = "Leave the files there for the next run.")
  private boolean isKeeping;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "SIZE",
      converter = RecordSizeConverter.class,
      description =
          "Record sizes. ~6k: lognormal sizes (sigma 1) with that median, and a mean of 1.65 times"
              + " it. Default: 784,4k,16k,150528,1m.")
  private List<RecordSize> sizes;

  @Option(
      names = "--states",
      split = ",",
      description = "Of the page cache: ${COMPLETION-CANDIDATES}. Default: all.")
  private List<State> states;

  @Option(
      names = "--profiles",
      split = ",",
      converter = Profile.ProfileConverter.class,
      description =
          "Of the device: as-is, hdd (150 reads/s, 150 MB/s), sata (20k, 500 MB/s), gp3 (3,000, 125"
              + " MiB/s), gp3-16k (16,000, 1,000 MiB/s). Default: all.")
  private List<Profile> profiles;

  @Option(
      names = "--file-size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Of each file, as 8g. Default: 4g.")
  private Long fileBytes;

  @Option(
      names = "--profile-file-size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Of files on limited devices, which are slow. Default: 1g.")
  private Long profileFileBytes;

  @Option(
      names = "--profile-sizes",
      split = ",",
      paramLabel = "SIZE",
      converter = RecordSizeConverter.class,
      description = "Record sizes on limited devices. Default: 784,4k,16k.")
  private List<RecordSize> profileSizes;

  @Option(
      names = "--large",
      description =
          "Make files larger than the machine's memory, instead of limiting memory by a cgroup, for"
              + " the state LARGER; other states are left out.")
  private boolean isLarge;

  @Option(names = "--rounds", description = "How often everything runs. Default: 7.")
  private Integer rounds;

  @Option(
      names = "--tries",
      description =
          "How often a contender with a choice of parameters tries each of them, for half of the"
              + " time. 0: not at all, it takes the first. Default: 2.")
  private Integer tries;

  @Option(names = "--seconds", description = "Of one timed run. Default: 3.")
  private Double seconds;

  @Option(
      names = "--whole-seconds",
      description = "After which a run over a whole epoch is cut off. Default: ${DEFAULT-VALUE}.",
      defaultValue = "600")
  private double wholeSeconds;

  @Option(names = "--warmup", description = "Seconds to warm up before each run. Default: 2.")
  private Double warmupSeconds;

  @Option(
      names = "--windows",
      split = ",",
      paramLabel = "R",
      description = "Window runs with memory for 1/R of the data. Default: 2,4,8.")
  private List<Integer> windows;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Reading threads of --scaling. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1,2,4")
  private List<Integer> threads;

  @Option(
      names = "--contenders",
      paramLabel = "REGEX",
      description = "Only those whose whole name matches. Default: all.",
      defaultValue = ".*")
  private Pattern contenders;

  @Option(
      names = "--penstock",
      paramLabel = "NAME=FLAGS",
      description = "A further contender: Penstock with these readahead flags. Repeatable.")
  private Map<String, String> extra = Map.of();

  @Option(
      names = "--python",
      paramLabel = "PATH",
      description = "A Python with NumPy. Default: ${DEFAULT-VALUE}.",
      defaultValue = "${sys:penstock.bench.python:-python3}")
  private String python;

  @Option(
      names = "--torch-python",
      paramLabel = "PATH",
      description = "A Python with torch and NumPy; without it PyTorch is absent.")
  private String torchPython;

  @Option(
      names = "--seed",
      description = "Of all orders, and of lognormal sizes. Default: 0.",
      defaultValue = "0")
  private long seed;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and exit.")
  private boolean unusedHelp;

  @Spec private CommandSpec spec;

  private Main() {}

  /**
   * Runs the harness and exits.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    System.exit(run(arguments));
  }

  /**
   * Runs the harness.
   *
   * @param arguments as typed
   * @return the exit code
   */
  static int run(String... arguments) {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, line, parsed) -> {
              line.getErr().println("penstock-bench: " + failure.getMessage());
              return 1;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (isReport) {
      check(name != null, "--report needs --name");
      Path folder = results.resolve(name);
      check(Files.isDirectory(folder), "no results are in " + folder);
      Results.load(folder).save(folder);
      return 0;
    }
    Settings settings = settings();
    if (isScaling) {
      return new ScalingHarness(settings, System.err).run();
    }
    return isForecasts
        ? new ForecastHarness(settings, System.err).run()
        : new Harness(settings, new PeerLineup(settings), System.err).run() ? 0 : 1;
  }

  private Settings settings() throws IOException {
    List<State> wanted = isLarge ? List.of(State.LARGER) : List.of(State.values());
    Settings settings = settings(wanted);
    check(settings.rounds() >= 1, "--rounds must be at least 1");
    check(settings.tries() >= 0, "--tries must be at least 0");
    check(settings.seconds() > 0, "--seconds must be more than 0");
    check(settings.windows().stream().allMatch(share -> share >= 2), "--windows must be 2 or more");
    check(settings.threads().stream().allMatch(count -> count >= 1), "--threads must be 1 or more");
    check(!isScaling || settings.recordSizes().size() == 1, "--scaling measures one of --sizes");
    check(!(isScaling && isForecasts), "either --scaling or --forecasts");
    return settings;
  }

  private void check(boolean isRight, String rule) {
    if (!isRight) {
      throw new ParameterException(spec.commandLine(), rule);
    }
  }

  private Settings settings(List<State> wanted) throws IOException {
    return new Settings(
        name != null
            ? name
            : LocalDateTime.now(ZoneId.systemDefault())
                .format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmm")),
        results,
        scratchOrDefault(),
        isKeeping,
        seeded(or(sizes, usualSizes(), isScaling ? equal(784) : equal(4096))),
        or(states, wanted, List.of(State.COLD, State.WARM)),
        or(profiles, isLarge ? List.of(Profile.AS_IS) : Profile.KNOWN, List.of(Profile.AS_IS)),
        or(fileBytes, isLarge ? Machine.memoryBytes() / 4 * 5 : 4L << 30, 256L << 20),
        or(profileFileBytes, isForecasts ? 0 : 1L << 30, 64L << 20),
        seeded(or(profileSizes, usualProfileSizes(), equal(784, 4096))),
        isLarge,
        or(tries, 2, 0),
        or(rounds, isForecasts ? 1 : isScaling ? 5 : 7, 2),
        or(seconds, isScaling ? 2.0 : 3.0, 0.5),
        wholeSeconds,
        or(warmupSeconds, isForecasts ? 0.5 : 2.0, 0.5),
        windows != null ? windows : isScaling ? List.of(2, 4) : List.of(2, 4, 8),
        threads,
        contenders,
        extra,
        python,
        torchPython,
        seed);
  }

  private List<RecordSize> usualSizes() {
    return isScaling ? equal(784) : equal(784, 4096, 16384, 150528, 1 << 20);
  }

  private List<RecordSize> usualProfileSizes() {
    return isForecasts ? equal(784, 4096, 16384, 150528) : equal(784, 4096, 16384);
  }

  private static List<RecordSize> equal(long... sizes) {
    return LongStream.of(sizes).<RecordSize>mapToObj(RecordSize.Equal::new).toList();
  }

  private List<RecordSize> seeded(List<RecordSize> all) {
    return all.stream().map(size -> RecordSize.parse(size.text(), seed)).toList();
  }

  /** Absolute, since children need not share the working directory, nor jasyncfio look at it. */
  private Path scratchOrDefault() {
    Path folder =
        scratch != null ? scratch : Path.of(System.getProperty("java.io.tmpdir"), "penstock-bench");
    return folder.toAbsolutePath().normalize();
  }

  private <T> T or(T given, T usual, T quick) {
    return given != null ? given : isQuick ? quick : usual;
  }

  /** Sizes with units, of all records or, behind a tilde, the median. */
  static final class RecordSizeConverter implements ITypeConverter<RecordSize> {
    @Override
    public RecordSize convert(String text) {
      String tilde = text.startsWith("~") ? "~" : "";
      long bytes = new SizeConverter().convert(text.substring(tilde.length()));
      try {
        return RecordSize.parse(tilde + bytes, 0);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
