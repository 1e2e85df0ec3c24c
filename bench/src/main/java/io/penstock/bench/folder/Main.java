package io.penstock.bench.folder;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.LoaderStatistics;
import io.penstock.bench.cold.report.Spread;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.statistics.Statistic;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares reading a folder of small files with plain loops, cold and warm. */
@Command(
    name = "io.penstock.bench.folder.Main",
    usageHelpWidth = 100,
    description = {
      "Reads a folder of small files with Penstock and with plain loops of several numbers of"
          + " threads, in turn, each round in another order, and prints files per second, the ratio"
          + " to the best loop of the same round, and the processor time of the process. Cold needs"
          + " root: it drops all caches.",
    })
public final class Main implements Callable<Integer> {
  private static final ValueLayout.OfLong NUMBER =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Option(names = "--dir", description = "Where the folder is made, and kept.", required = true)
  private Path directory;

  @Option(names = "--files", defaultValue = "200000", description = "Default: ${DEFAULT-VALUE}.")
  private int files;

  @Option(names = "--bytes", defaultValue = "2048", description = "Median size of a file.")
  private int medianBytes;

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(names = "--threads", split = ",", defaultValue = "2,8,16,32", description = "Of loops.")
  private List<Integer> threads = List.of();

  @Option(names = "--ways", split = ",", defaultValue = "plain,order,shuffled,ranks")
  private List<String> ways = List.of();

  @Option(names = "--states", split = ",", defaultValue = "warm,cold", description = "Or one.")
  private List<String> states = List.of();

  @Option(names = "--batch", defaultValue = "256", description = "Files in a batch.")
  private int batchSize;

  @Option(names = "--memory", defaultValue = "0", description = "Of loaders, in bytes; 0: theirs.")
  private long memoryBytes;

  @Option(names = "--readahead", defaultValue = "", description = "Flags of loaders.")
  private String readahead = "";

  /** One way to read the folder: returns the sum of what was read. */
  @FunctionalInterface
  private interface FolderContender {
    long read(int round) throws IOException, InterruptedException;
  }

  private record FolderResult(double filesPerSecond, double cpuMicros, String note) {}

  private Main() {}

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    SmallFolder folder = new SmallFolder(directory.resolve("files"), files, medianBytes);
    folder.make();
    String[] paths = folder.paths();
    long sum = folder.sum();
    try (Dataset dataset = Dataset.open(folder.folder())) {
      Map<String, FolderContender> contenders = contenders(paths, dataset);
      for (String state : states) {
        Map<String, List<FolderResult>> results = new LinkedHashMap<>();
        contenders.keySet().forEach(name -> results.put(name, new ArrayList<>()));
        // The first round is for the compilers, and to have warm files warm.
        for (int round = 0; round <= rounds; round++) {
          List<String> names = new ArrayList<>(contenders.keySet());
          Collections.shuffle(names, new Random(round));
          for (String name : names) {
            FolderResult result = run(contenders.get(name), round, state.equals("cold"), sum);
            if (round > 0) {
              results.get(name).add(result);
            }
          }
        }
        print(state, results, System.out);
      }
    }
    return 0;
  }

  private Map<String, FolderContender> contenders(String[] paths, Dataset dataset) {
    Map<String, FolderContender> contenders = new LinkedHashMap<>();
    for (String way : ways) {
      if (way.equals("plain")) {
        for (int count : threads) {
          contenders.put(
              "plain in order, " + count, _ -> new PlainLoop(paths, order(0)).run(count));
          contenders.put(
              "plain shuffled, " + count,
              round -> new PlainLoop(paths, order(round + 1)).run(count));
        }
      } else {
        contenders.put("penstock " + way, loading(dataset, way));
      }
    }
    return contenders;
  }

  private int[] order(int seed) {
    int[] order = new int[files];
    for (int i = 0; i < files; i++) {
      order[i] = i;
    }
    Random random = new Random(seed);
    for (int i = files - 1; i > 0 && seed > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    return order;
  }

  private String facts = "";

  /** One loader for each rank, which is used for all rounds, as a training does. */
  private FolderContender loading(Dataset dataset, String way) {
    List<Loader> ranks = new ArrayList<>();
    int count = way.equals("ranks") ? 2 : 1;
    for (int rank = 0; rank < count; rank++) {
      ranks.add(loader(dataset, way, rank, count));
    }
    return round -> load(dataset, ranks, round);
  }

  private Loader loader(Dataset dataset, String way, int rank, int count) {
    LoaderBuilder builder =
        dataset
            .loader()
            .batchSize(batchSize)
            .readahead(Readahead.parse(readahead))
            .rank(rank, count)
            .shuffle(way.equals("order") ? Shuffle.NONE : Shuffle.FULL);
    return (memoryBytes > 0 ? builder.memoryBytes(memoryBytes / count) : builder).build();
  }

  private long load(Dataset dataset, List<Loader> ranks, int round) throws InterruptedException {
    long[] sums = new long[ranks.size()];
    List<Thread> threadOfRanks = new ArrayList<>();
    for (int rank = 0; rank < ranks.size(); rank++) {
      int number = rank;
      threadOfRanks.add(
          Thread.ofPlatform()
              .start(() -> sums[number] = loadRank(dataset, ranks.get(number), round)));
    }
    long sum = 0;
    for (int rank = 0; rank < ranks.size(); rank++) {
      threadOfRanks.get(rank).join();
      sum += sums[rank];
    }
    return sum;
  }

  private long loadRank(Dataset dataset, Loader loader, int round) {
    String column = dataset.columns().getFirst().name();
    LoaderStatistics before = loader.statistics();
    long sum = 0;
    for (Batch batch : loader.epoch(round)) {
      MemorySegment values = batch.column(0);
      MemorySegment offsets = batch.offsets(column);
      for (int i = 0; i < batch.size(); i++) {
        long from = offsets.getAtIndex(ValueLayout.JAVA_LONG, i);
        long to = offsets.getAtIndex(ValueLayout.JAVA_LONG, i + 1);
        sum += values.get(NUMBER, from) ^ values.get(NUMBER, to - Long.BYTES);
      }
    }
    LoaderStatistics after = loader.statistics();
    long records = Math.max(1, since(after, before, Statistic.RECORDS_READ));
    facts =
        "native cpu %.2f us/file, copy %.2f, wait %.2f, plan %.2f; %d files opened, %d merged; %s"
            .formatted(
                since(after, before, Statistic.CPU) / 1e3 / records,
                since(after, before, Statistic.COPY) / 1e3 / records,
                since(after, before, Statistic.DEVICE) / 1e3 / records,
                since(after, before, Statistic.PLAN) / 1e3 / records,
                since(after, before, Statistic.REQUESTS),
                since(after, before, Statistic.MERGED_RECORDS),
                after.method().reason());
    return sum;
  }

  private static long since(LoaderStatistics now, LoaderStatistics before, Statistic statistic) {
    return now.value(statistic) - before.value(statistic);
  }

  private FolderResult run(FolderContender contender, int round, boolean isCold, long sum)
      throws IOException, InterruptedException {
    if (isCold) {
      Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3");
    }
    facts = "";
    double cpu = cpuSeconds();
    long start = System.nanoTime();
    long found = contender.read(round);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (found != sum) {
      throw new IllegalStateException("expected the sum %d, found %d".formatted(sum, found));
    }
    return new FolderResult(files / seconds, 1e6 * (cpuSeconds() - cpu) / files, facts);
  }

  /**
   * Of all threads of this process, in the kernel, too: other work on the machine changes little.
   */
  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  private static void print(
      String state, Map<String, List<FolderResult>> results, PrintStream out) {
    int rounds = results.values().iterator().next().size();
    double[] best = new double[rounds];
    results.forEach(
        (name, runs) -> {
          for (int i = 0; i < rounds && name.startsWith("plain"); i++) {
            best[i] = Math.max(best[i], runs.get(i).filesPerSecond());
          }
        });
    out.printf(
        Locale.ROOT,
        "%s: thousands of files per second; ratio to the best loop; CPU us a file%n",
        state);
    results.forEach(
        (name, runs) -> {
          double[] speeds = new double[rounds];
          double[] ratios = new double[rounds];
          double[] cpu = new double[rounds];
          for (int i = 0; i < rounds; i++) {
            speeds[i] = runs.get(i).filesPerSecond() / 1000;
            ratios[i] = runs.get(i).filesPerSecond() / best[i];
            cpu[i] = runs.get(i).cpuMicros();
          }
          out.printf(
              Locale.ROOT,
              "  %-24s %-28s %-24s %-24s %s%n",
              name,
              Spread.of(speeds).text(1),
              best[0] > 0 ? Spread.of(ratios).text(2) : "",
              Spread.of(cpu).text(1),
              runs.getLast().note());
        });
  }
}
