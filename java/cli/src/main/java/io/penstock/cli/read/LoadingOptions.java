package io.penstock.cli.read;

import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.Column;
import io.penstock.cli.check.Manifests;
import io.penstock.cli.command.MemoryWarning;
import io.penstock.cli.command.Streams;
import io.penstock.cli.options.RankByOptions;
import io.penstock.cli.options.ReadaheadConverter;
import io.penstock.cli.options.SizeConverter;
import io.penstock.internal.manifest.Manifest;
import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShare;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Readahead;
import io.penstock.sampler.Sampler;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of the loader: how records are put into batches and read. */
final class LoadingOptions {
  @Option(
      names = "--batch-size",
      paramLabel = "RECORDS",
      defaultValue = "256",
      description = "Records in a batch. Default: ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--rank",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description =
          "Number of this process, from 0, among those that share each epoch. Default:"
              + " ${DEFAULT-VALUE}.")
  private int rank;

  @Option(
      names = "--world-size",
      paramLabel = "PROCESSES",
      defaultValue = "1",
      description =
          "Number of processes that share each epoch; no record is delivered to two of them."
              + " Default: ${DEFAULT-VALUE}.")
  private int worldSize;

  @Mixin private RankByOptions rankBy;

  @Option(
      names = "--remainder",
      paramLabel = "keep|drop|pad",
      defaultValue = "keep",
      converter = RemainderConverter.class,
      completionCandidates = RemainderNames.class,
      description =
          "What to do with the last records of an epoch if they do not fill all batches: keep them"
              + " (the last batches are short, and some processes may have one batch less than"
              + " others), drop them, or pad the batches with records that were delivered before,"
              + " which --indices marks. Default: ${DEFAULT-VALUE}.")
  private Remainder remainder;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "Memory for reading, in bytes or with k, m, g: batches, buffers, records that are read"
              + " ahead. More memory makes shuffled reading cheaper. Default: a quarter of what the"
              + " machine and the control group have left, at most 1g.")
  private Long memoryBytes;

  @Option(
      names = "--batch-bytes",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "If records have different sizes: most bytes of values in a batch. A larger batch comes"
              + " in several pieces, which are counted as batches. Default: what four batches of"
              + " mean records need, at most a sixteenth of the memory.")
  private Long batchBytes;

  @Option(
      names = "--readahead",
      paramLabel = "FLAGS",
      converter = ReadaheadConverter.class,
      description = {
        "How to read, as FLAG=VALUE[,FLAG=VALUE...]; never changes what is delivered. Sizes are in"
            + " bytes or with k, m, g; those not named come from PENSTOCK_READAHEAD. Flags and"
            + " their defaults:",
        "  backend=auto|uring|pread|mmap|java",
        "  io=auto|direct|buffered",
        "  queueDepth=64           requests in flight",
        "  prefetchBatches=8       batches made ahead",
        "  mergeGap=16k            read through gaps up to this",
        "  maxRead=512k            size of a request at most",
        "  advice=auto|normal|random|sequential|willneed",
        "  dropBehind=false        drop cached pages after use",
        "  hugePages=true          for own memory",
        "  fixedBuffers=true       registered with the kernel",
        "  ioThreads=1             reading threads",
        "  cache=0                 records kept over epochs"
      })
  private Readahead readahead = Readahead.DEFAULT;

  @Option(
      names = "--replay",
      description =
          "Read one batch and hand it out again and again, as if all data were in memory. This"
              + " measures the speed of the consumer. Default: every record is read.")
  private boolean isReplay;

  @Option(
      names = "--native-order",
      description =
          "Deliver numbers in the byte order of this machine, even if they are stored in the other,"
              + " fields of structured records included. Default: all bytes as they are stored.")
  private boolean isNativeOrder;

  @Option(
      names = "--verify",
      description =
          "Compare each record that is read with its checksum, as penstock checksum has written it."
              + " Default: no comparison.")
  private boolean isVerified;

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description =
          "With --verify: the manifest of these data. Default: NAME.penstock.json beside the first"
              + " file.")
  private Path manifest;

  @Option(
      names = "--bad-records",
      paramLabel = "fail|skip|replace",
      defaultValue = "fail",
      converter = BadRecordsConverter.class,
      completionCandidates = BadRecordsNames.class,
      description =
          "What to do with records that cannot be read, or are damaged: fail ends the run, skip"
              + " leaves them out, and replace takes the next good record of the data in place of"
              + " each. The report counts them. Default: ${DEFAULT-VALUE}.")
  private BadRecordPolicy badRecords;

  static final class BadRecordsNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("fail", "skip", "replace").iterator();
    }
  }

  static final class BadRecordsConverter implements ITypeConverter<BadRecordPolicy> {
    @Override
    public BadRecordPolicy convert(String name) {
      return switch (name) {
        case "fail" -> BadRecordPolicy.FAIL;
        case "skip" -> BadRecordPolicy.SKIP;
        case "replace" -> BadRecordPolicy.REPLACE;
        default ->
            throw new TypeConversionException("must be fail, skip or replace, was '" + name + "'");
      };
    }
  }

  static final class RemainderNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("keep", "drop", "pad").iterator();
    }
  }

  static final class RemainderConverter implements ITypeConverter<Remainder> {
    @Override
    public Remainder convert(String name) {
      return switch (name) {
        case "keep" -> Remainder.KEEP;
        case "drop" -> Remainder.DROP;
        case "pad" -> Remainder.PAD;
        default ->
            throw new TypeConversionException("must be keep, drop or pad, was '" + name + "'");
      };
    }
  }

  /** Whether one batch is delivered again and again. */
  boolean isReplay() {
    return isReplay;
  }

  /** Whether --manifest was given without --verify. */
  boolean isManifestIdle() {
    return manifest != null && !isVerified;
  }

  /** Refuses options that do not go together. */
  void check() {
    rankBy.check();
  }

  /** The manifests of the dataset: the default one, and the one that was named. */
  List<Path> manifests(Path firstFile) {
    return manifest == null
        ? List.of(Manifest.defaultPath(firstFile))
        : List.of(Manifest.defaultPath(firstFile), manifest);
  }

  /** The record checksums to verify with; null without --verify. */
  private Path checksums(Dataset dataset, Path firstFile) {
    if (!isVerified) {
      return null;
    }
    Path path = manifest == null ? Manifest.defaultPath(firstFile) : manifest;
    Manifest read = Manifests.read(path);
    Manifests.check(read, path, dataset);
    return Manifests.records(read, path);
  }

  /** Warns if --memory is more than the memory that is left. */
  void warn(Streams streams, Loader loader) {
    MemoryWarning.sayIfTooMuch(streams, memoryBytes, loader.statistics().memoryBytes());
  }

  /** Warnings for jobs whose ranks step together. */
  List<String> warnings(Sampler sampler) {
    RankShare last = new Partition(worldSize - 1, worldSize, batchSize, remainder).share(sampler);
    if (last.stepCount() == 0 && sampler.positionCount() > 0) {
      return List.of(
          ("no records come: the %d of an epoch are fewer than a batch of %d for each of %d"
               + " processes, and --remainder drop leaves them out: use keep or pad, or a smaller"
               + " --batch-size")
              .formatted(sampler.positionCount(), batchSize, worldSize));
    }
    if (last.batchCount() < last.stepCount()) {
      return List.of(
          ("ranks differ by one batch: the first ones have %d in an epoch, the last ones %d: ranks"
                  + " that step together, as to exchange gradients, need --remainder drop or pad")
              .formatted(last.stepCount(), last.batchCount()));
    }
    return List.of();
  }

  /** Records in a batch. */
  int batchSize() {
    return batchSize;
  }

  /**
   * Makes the loader; an IllegalArgumentException is about one of these options.
   *
   * @param sampler the order
   * @param state where to resume; null: start at the beginning
   * @param firstFile of the dataset, beside which the default manifest is
   */
  Loader open(Dataset dataset, Sampler sampler, LoaderState state, Path firstFile) {
    LoaderBuilder builder = dataset.loader();
    if (batchBytes != null) {
      if (dataset.columns().stream().noneMatch(Column::isVariable)) {
        throw new IllegalArgumentException(
            "--batch-bytes goes with records of different sizes, all columns have records of one"
                + " size: leave it out, or see --offsets");
      }
      builder.batchBytes(batchBytes);
    }
    if (memoryBytes != null) {
      builder.memoryBytes(memoryBytes);
    }
    if (state != null) {
      builder.state(state);
    }
    Path checksums = checksums(dataset, firstFile);
    if (checksums != null) {
      builder.verify(checksums);
    }
    return builder
        .batchSize(batchSize)
        .sampler(sampler)
        .rank(rank, worldSize)
        .rankBy(rankBy.rankBy())
        .remainder(remainder)
        .readahead(readahead)
        .replay(isReplay)
        .nativeOrder(isNativeOrder)
        .badRecordPolicy(badRecords)
        .build();
  }
}
