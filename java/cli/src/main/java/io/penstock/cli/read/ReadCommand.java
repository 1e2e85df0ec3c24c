package io.penstock.cli.read;

import io.penstock.Dataset;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.array.FileInfo;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.MemorySampler;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.ColumnOptions;
import io.penstock.cli.options.OrderOptions;
import io.penstock.job.LoaderState;
import io.penstock.sampler.Sampler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code read}: reads epochs as a trainer would, and shows the speed. */
@Command(
    name = "read",
    header = "Reads epochs of batches as a trainer would, and shows how fast that was.",
    description = {
      "Writes or digests what was delivered if asked to; otherwise the data are not looked at, and"
          + " the speed is that of reading.",
      "",
      "With --json, one object on stdout: records, batches, bytes (delivered), seconds (from the"
          + " first order to the last delivery), recordsPerSecond, bytesPerSecond, backend, io,"
          + " queueDepth, requests and bytesRead (by the device; 0 with mmap), bytesWanted (of"
          + " records among them), mergedRecords (that shared a request), cacheHits (not read but"
          + " kept from an earlier epoch), stallSeconds (waited for data), cpuSecondsNative (user"
          + " and system time of the reading threads), peakRssBytes (anonymous memory of the"
          + " process, sampled), timeSeconds (where the time went), latencyMicros (of requests:"
          + " p50, p90, p99, p999, max), reason (of the backend), digest (by column; {} without"
          + " --digest), badRecords (skipped or replaced: count, as often as they came, and the"
          + " first 1000 as listed: index, column, epoch, replacement or null, problem), warnings"
          + " (texts; only where there are any). What the system does not tell is null.",
      "",
      "timeSeconds: stall and consumer are the caller's time, waiting for batches and using them."
          + " device (waiting for it), order, plan, copy, check (of what was read) and idle"
          + " (waiting for the caller) are the reading threads', at the same time. queue adds up"
          + " how long finished batches lay ready: divided by seconds, how many did on average."
    })
public final class ReadCommand implements Callable<Integer> {
  private final Streams streams;

  @Spec private CommandSpec spec;

  @Mixin private ColumnOptions columns;
  @Mixin private OrderOptions order;
  @Mixin private LoadingOptions loading;
  @Mixin private StateOptions states;

  @Option(
      names = "--epochs",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "Passes over the data. Default: ${DEFAULT-VALUE}.")
  private long epochs;

  @Option(
      names = "--first-epoch",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description =
          "Number of the first epoch, which determines its order. Default: ${DEFAULT-VALUE}.")
  private long firstEpoch;

  @Option(
      names = "--limit",
      paramLabel = "BATCHES",
      description = "Stop after this many batches, counted over all epochs. Default: no limit.")
  private Long limit;

  @Option(
      names = "--indices",
      paramLabel = "FILE",
      description =
          "Write the index of each record to FILE, one per line, in the order of delivery; - is"
              + " stdout. A file that exists is replaced, unless --state continues it. Default:"
              + " none.")
  private String indices;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Write the bytes of the first column to FILE, in the order of delivery; - is stdout. A"
              + " file that exists is replaced, unless --state continues it. Default: none.")
  private String out;

  @Option(
      names = "--digest",
      description = "Digest the delivered bytes of each column with SHA-256. Default: no digest.")
  private boolean isDigested;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a summary for people.")
  private boolean isJson;

  private final List<String> warnings = new ArrayList<>();

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public ReadCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    checkOptions();
    StateOptions.Saved saved = states.readOrNull();
    states.checkEpochs(saved, firstEpoch);
    states.checkWritable();
    ReadReport report;
    try (MemorySampler memory = MemorySampler.start();
        Dataset dataset = columns.open();
        Loader loader = open(dataset, saved)) {
      loading.warn(streams, loader);
      checkOutputs(dataset);
      try (ReadOutputs outputs =
          new ReadOutputs(
              streams,
              out,
              indices,
              isDigested ? dataset : null,
              states.isAsked(),
              saved == null ? null : saved.note())) {
        deliver(loader, outputs);
        report =
            new ReadReport(
                loader.statistics(),
                loader.batchSize(),
                memory.peakBytes(),
                outputs.digests(),
                loader.badRecords(),
                warnings);
      }
    }
    if (isJson) {
      Json.print(streams, report.toJson());
    } else if (isStdoutTaken()) {
      streams.err().print(report.toHuman());
      streams.err().flush();
    } else {
      streams.print(report.toHuman());
    }
    return ExitCodes.DONE;
  }

  private Loader open(Dataset dataset, StateOptions.Saved saved) {
    Sampler sampler = order.sampler(dataset);
    states.checkFits(saved, dataset, sampler);
    Loader loader =
        loading.open(dataset, sampler, saved == null ? null : saved.state(), columns.firstPath());
    warnings.addAll(loading.warnings(sampler));
    return loader;
  }

  private void deliver(Loader loader, ReadOutputs outputs) throws IOException {
    long first = Math.max(firstEpoch, loader.state().epoch());
    long count = Math.max(0, firstEpoch + epochs - first);
    long most = limit == null ? Long.MAX_VALUE : limit;
    if (states.isAsked() && isAtEnd(loader, first, count)) {
      warnings.add(
          ("nothing is left to read: the state in %s is at the end of epoch %d: ask for more"
                  + " --epochs, or name another file for a new run")
              .formatted(states.file(), firstEpoch + epochs - 1));
    }
    warnings.forEach(streams::say);
    try (Progress progress =
            Progress.ofRecords(
                streams,
                "read",
                total(loader, first, count, most),
                () -> loader.statistics().bytes());
        ReadLoop loop = new ReadLoop(loader, outputs, states, streams)) {
      loop.run(loader.epochsFrom(first).limit(count), most, progress);
    }
  }

  /** Whether an earlier run has delivered all of it. */
  private static boolean isAtEnd(Loader loader, long first, long count) {
    LoaderState state = loader.state();
    boolean isUnderWay = state.epoch() > 0 || state.position() > 0;
    return isUnderWay && (count == 0 || (count == 1 && loader.epoch(first).batchCount() == 0));
  }

  /** Records to deliver: in the first epoch, which may be a rest, and in the later ones. */
  private static long total(Loader loader, long first, long count, long most) {
    if (count == 0) {
      return 0;
    }
    Epoch begun = loader.epoch(first);
    if (most <= begun.batchCount()) {
      return records(loader, begun, most);
    }
    Epoch later = loader.epoch(first + 1);
    long rest = most - begun.batchCount();
    long whole = later.batchCount() == 0 ? 0 : Math.min(count - 1, rest / later.batchCount());
    long last = whole == count - 1 ? 0 : rest - whole * later.batchCount();
    return begun.recordCount() + whole * later.recordCount() + records(loader, later, last);
  }

  private static long records(Loader loader, Epoch epoch, long batches) {
    return batches >= epoch.batchCount()
        ? epoch.recordCount()
        : Math.min(epoch.recordCount(), batches * loader.batchSize());
  }

  private boolean isStdoutTaken() {
    return ReadOutputs.STDOUT.equals(out) || ReadOutputs.STDOUT.equals(indices);
  }

  private void checkOptions() {
    order.check();
    states.check();
    check(
        !(loading.isReplay() && states.isAsked()),
        "--replay delivers one batch only: leave it out, or --state");
    check(!loading.isManifestIdle(), "--manifest must come with --verify");
    loading.check();
    check(epochs >= 1, "--epochs must be at least 1, was " + epochs);
    check(firstEpoch >= 0, "--first-epoch must be at least 0, was " + firstEpoch);
    check(
        firstEpoch < Long.MAX_VALUE - epochs,
        "--first-epoch plus --epochs must be below 2^63 - 1, was "
            + firstEpoch
            + " plus "
            + epochs);
    check(limit == null || limit >= 1, "--limit must be at least 1, was " + limit);
    long takers =
        Stream.of(ReadOutputs.STDOUT.equals(out), ReadOutputs.STDOUT.equals(indices), isJson)
            .filter(isTaken -> isTaken)
            .count();
    check(takers <= 1, "only one of --out -, --indices - and --json can have stdout");
  }

  private void checkOutputs(Dataset dataset) throws IOException {
    String state = states.isAsked() ? states.file().toString() : null;
    OutputPaths paths = new OutputPaths(spec, OutputPaths.of(out, indices, state));
    paths.checkDifferent();
    paths.checkAreNone(
        dataset.files().stream().map(FileInfo::path).toList(), "a file of the dataset");
    paths.checkAreNone(columns.files(), "a file of the dataset");
    paths.checkAreOutside(columns.folders());
    paths.checkAreNone(loading.manifests(columns.firstPath()), "the manifest of the dataset");
    paths.checkAreNone(order.files(), "a file that tells the order");
  }

  private void check(boolean isRight, String rule) {
    if (!isRight) {
      throw new ParameterException(spec.commandLine(), rule);
    }
  }
}
