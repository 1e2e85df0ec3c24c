package io.penstock.bench.ranks;

import io.penstock.cli.options.SizeConverter;
import io.penstock.internal.slot.RankShares;
import io.penstock.job.LoaderState;
import io.penstock.job.RankBy;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.write.ShardLayout;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Simulates a very large job by positions alone, and writes a report. */
@Command(
    name = "io.penstock.bench.ranks.Main",
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true,
    description = {
      "Simulates a job of very many ranks and records by positions alone, with the code that"
          + " loaders use: how many records each rank gets, whether each record goes to one rank"
          + " (whole steps, single records, and after a resume with other ranks), how large states"
          + " are, what computing it costs, and what a shuffle by Spark would send. It stops at the"
          + " first thing that is wrong. Memory stays below a gibibyte. Writes REPORT.md and"
          + " results.json."
    })
public final class Main implements Callable<Integer> {
  private static final double NANOS = 1e9;

  /** Two gibibytes of records are enough to see how they spread over blocks. */
  private static final long MOST_SAMPLED_BYTES = 2L << 30;

  @Option(
      names = "--records",
      paramLabel = "COUNT",
      defaultValue = "1000000000039",
      description = "Records of the data. Default: ${DEFAULT-VALUE}, a prime number.")
  private long records;

  @Option(
      names = "--ranks",
      paramLabel = "COUNT",
      defaultValue = "10000",
      description = "Ranks of the job. Default: ${DEFAULT-VALUE}.")
  private int ranks;

  @Option(
      names = "--batch",
      paramLabel = "COUNT",
      defaultValue = "256",
      description = "Records of a batch of a rank. Default: ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--rank-group",
      split = ",",
      paramLabel = "COUNT",
      defaultValue = "1,8,64",
      description =
          "Ranks of a group by place; 1 is by position. Default: ${DEFAULT-VALUE}, one after"
              + " another.")
  private List<Integer> groups = List.of();

  @Option(
      names = "--steps",
      paramLabel = "COUNT",
      defaultValue = "5",
      description =
          "Steps of which all ranks are asked: the first, the last ones, and random ones. Default:"
              + " ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--samples",
      paramLabel = "COUNT",
      defaultValue = "100",
      description =
          "Single records that are looked for, in as many steps. Default: ${DEFAULT-VALUE}.")
  private int samples;

  @Option(
      names = "--record-bytes",
      paramLabel = "SIZE",
      defaultValue = "784",
      converter = SizeConverter.class,
      description = "Of a record, for what a shuffle sends. Default: ${DEFAULT-VALUE}.")
  private long recordBytes;

  @Option(
      names = "--shards",
      paramLabel = "COUNT",
      defaultValue = "10000",
      description = "Of a shuffle by Spark. Default: ${DEFAULT-VALUE}.")
  private int shards;

  @Option(
      names = "--parts",
      paramLabel = "COUNT",
      defaultValue = "10000",
      description = "Tasks that read, of a shuffle by Spark. Default: ${DEFAULT-VALUE}.")
  private int parts;

  @Option(
      names = "--bucket",
      split = ",",
      paramLabel = "SIZE",
      defaultValue = "64m,1g",
      converter = SizeConverter.class,
      description = "Memory of a task of Spark that writes. Default: ${DEFAULT-VALUE}.")
  private List<Long> buckets = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "COUNT",
      defaultValue = "2",
      description = "Processor time for each figure of cost. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "7",
      description = "Of the order, and of what is sampled. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      defaultValue = "bench/results/ranks",
      description = "Where the report goes. Default: ${DEFAULT-VALUE}.")
  private Path report;

  private final PrintStream err;
  private RankReport tables = new RankReport(Map.of());

  private Main(PrintStream err) {
    this.err = err;
  }

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(run(System.err, arguments));
  }

  static int run(PrintStream err, String... arguments) {
    return new CommandLine(new Main(err)).execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    tables = new RankReport(facts());
    Sampler order = new FullShuffle(records, seed);
    List<RankedJob> jobs = new ArrayList<>();
    for (int group : groups) {
      jobs.add(new RankedJob(order, ranks, batchSize, RankBy.placeInGroups(group)));
    }
    addBalance(jobs);
    addExactness(jobs);
    addStates(jobs);
    addCosts(jobs);
    addTraffic(order);
    tables.write(report);
    err.println("report in " + report);
    return 0;
  }

  private Map<String, String> facts() throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("records", "%,d".formatted(records));
    facts.put("ranks", "%,d".formatted(ranks));
    facts.put("records of a batch", "%,d".formatted(batchSize));
    facts.put("seed", Long.toString(seed));
    facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("JDK", Runtime.version().toString());
    Path load = Path.of("/proc/loadavg");
    facts.put(
        "load average at the start",
        Files.exists(load) ? Files.readString(load, StandardCharsets.US_ASCII).strip() : "unknown");
    return facts;
  }

  private void addBalance(List<RankedJob> jobs) {
    List<List<Object>> rows = new ArrayList<>();
    for (RankedJob job : jobs) {
      err.println("balance " + job.way());
      long least = Long.MAX_VALUE;
      long most = 0;
      long sum = 0;
      for (int rank = 0; rank < ranks; rank++) {
        RankShares shares = job.shares(rank, null);
        least = Math.min(least, shares.epochRecords());
        most = Math.max(most, shares.epochRecords());
        sum += shares.epochRecords();
      }
      if (sum != records) {
        throw new IllegalStateException(
            "expected %d records in the epochs of all ranks, found %d".formatted(records, sum));
      }
      boolean isByPlace = job.rankBy().groupRanks() > 1;
      rows.add(
          List.of(
              job.way(),
              least,
              most,
              isByPlace ? RankStretch.mean(job, 4 * steps, seed) : "all of the data"));
    }
    tables.add(
        "balance",
        "Balance",
        """
        Records of an epoch for the rank with the fewest and the one with the most; together they are
        all. The stretch is how much of the data a rank of the first group reads, in %d random steps, as
        a multiple of an equal part for each rank of its group.
        """
            .formatted(4 * steps),
        List.of("way", "least", "most", "stretch"),
        rows);
  }

  /** The first step, the last two, of which the very last may be small, and random ones. */
  private Set<Long> sampledSteps(RankedJob job) {
    Set<Long> chosen = new TreeSet<>(List.of(0L, job.steps() - 1));
    chosen.add(Math.max(0, job.steps() - 2));
    SplittableRandom random = new SplittableRandom(seed);
    while (chosen.size() < Math.min(steps, job.steps())) {
      chosen.add(random.nextLong(job.steps()));
    }
    return chosen;
  }

  private void addExactness(List<RankedJob> jobs) {
    List<List<Object>> rows = new ArrayList<>();
    for (RankedJob job : jobs) {
      long checked = 0;
      int done = 0;
      Set<Long> chosen = sampledSteps(job);
      for (long step : chosen) {
        err.println("step %d %s (%d of %d)".formatted(step, job.way(), ++done, chosen.size()));
        checked += RankChecks.step(job, step);
      }
      err.println("single records " + job.way());
      long asked = RankChecks.owners(job, samples, seed);
      rows.add(List.of(job.way(), chosen.size(), checked, samples, asked));
    }
    tables.add(
        "exactness",
        "Exactness",
        """
        Of each step that was looked at, all ranks were asked for their batches: together these have
        each position of the step once, by the inverse of the order, and sizes differ by one at most.
        Of single records, taken at random, all ranks of the group were asked in whose step they are:
        one has it, once. Nothing was wrong: the program stops if anything is.
        """,
        List.of("way", "steps", "records in them", "single records", "ranks asked"),
        rows);
  }

  private void addStates(List<RankedJob> jobs) {
    List<List<Object>> rows = new ArrayList<>();
    RankedJob job = jobs.getLast();
    err.println("states");
    addChain(rows, "full shuffle", job);
    long block = BlockShuffle.defaultBlockRecords(recordBytes);
    Sampler blocks = new BlockShuffle(records, block, BlockShuffle.DEFAULT_WINDOW_BLOCKS, seed);
    addChain(
        rows,
        "block shuffle, which ranks read in stretches",
        new RankedJob(blocks, ranks, batchSize, RankBy.POSITION));
    tables.add(
        "states",
        "States and resuming",
        """
        A job is interrupted after %,d steps and goes on with fewer ranks, by position, and is interrupted
        once more after as many. The line of the state is what each rank saves. All ranks were asked for
        their first batches after each resume: no record comes again, and none comes twice.
        """
            .formatted(stepsBefore(job)),
        List.of("order", "ranks", "then", "ranges", "bytes of the line", "records checked"),
        rows);
  }

  /** How many steps a job does before it is interrupted. */
  private static long stepsBefore(RankedJob job) {
    return Math.max(1, Math.min(1000, job.steps() / 4));
  }

  private void addChain(List<List<Object>> rows, String name, RankedJob job) {
    long most = stepsBefore(job);
    LoaderState state = job.after(null, most);
    RankedJob last = job;
    for (int world : List.of(Math.max(1, ranks - 27), Math.max(1, ranks / 3))) {
      RankedJob next = new RankedJob(job.order(), world, batchSize, RankBy.POSITION);
      rows.add(
          List.of(
              name,
              last.worldSize(),
              world,
              state.delivered().length / 2,
              state.toString().length(),
              RankChecks.rest(next, state)));
      state = next.after(state, most);
      last = next;
    }
  }

  private void addCosts(List<RankedJob> jobs) {
    RankCost cost = new RankCost(seconds);
    List<List<Object>> rows = new ArrayList<>();
    for (RankedJob job : jobs) {
      err.println("cost " + job.way());
      rows.add(List.of("a loader, " + job.way(), cost.delivered(job)));
    }
    rows.add(
        List.of(
            "a task of Spark that reads: position and shard of a record",
            cost.scattered(jobs.getFirst().order(), layout())));
    tables.add(
        "cost",
        "Cost",
        """
        Nanoseconds for each record that a rank is delivered, or a task reads. By place a rank computes
        the order of its whole group.
        """,
        List.of("who", "ns/record"),
        rows);
    err.println("cost measured (%d)".formatted(cost.sink() & 1));
  }

  private ShardLayout layout() {
    return ShuffleTraffic.layout(records, recordBytes, shards);
  }

  private void addTraffic(Sampler order) {
    List<List<Object>> rows = new ArrayList<>();
    for (long bucket : buckets) {
      err.println("traffic with buckets of " + bucket + " bytes");
      long part = Math.ceilDiv(records, parts);
      long sampled = Math.min(part, Math.max(1, MOST_SAMPLED_BYTES / recordBytes));
      long first = records / 2 / part * part;
      ShuffleTraffic traffic =
          ShuffleTraffic.of(
              order, layout(), recordBytes, bucket, first, Math.min(records, first + sampled));
      rows.add(
          List.of(
              bucket >> 20,
              traffic.sampledRecords(),
              (double) traffic.sampledRecords() / traffic.blocks(),
              traffic.recordBytes(),
              traffic.entryBytes(),
              traffic.sentBytes(),
              traffic.sentBytes() * records / 1e12,
              traffic.sentBytes() * records / parts / 1e9,
              traffic.shards()));
    }
    tables.add(
        "traffic",
        "What a shuffle by Spark sends",
        """
        One column of %,d bytes, %,d shards, %,d tasks that read. Of one task that reads, the first
        records of its part were followed: each goes to a shard, and to a bucket of it. All records cross
        the network but those whose shard is written where they were read: one of as many as there are
        machines. A task that reads keeps 8 bytes for each bucket of all shards, and the driver of Spark the
        size of what goes from each such task to each shard, for %,d pairs here.
        """
            .formatted(recordBytes, shards, parts, (long) shards * parts),
        List.of(
            "bucket, MiB",
            "records followed",
            "records in a block",
            "bytes of a record",
            "with its place",
            "and its part of a block",
            "sent in all, TB",
            "by each task, GB",
            "shards met"),
        rows);
    double spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / NANOS;
    err.println("%.0f s of processor time".formatted(spent));
  }
}
