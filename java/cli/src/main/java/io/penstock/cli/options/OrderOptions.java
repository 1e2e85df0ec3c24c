package io.penstock.cli.options;

import io.penstock.Dataset;
import io.penstock.array.Shard;
import io.penstock.options.Shuffle;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.ClassBalanced;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.LimitedSampler;
import io.penstock.sampler.Mixture;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import io.penstock.sampler.Split;
import io.penstock.sampler.Subset;
import io.penstock.sampler.SubsetSampler;
import io.penstock.sampler.WeightedSampler;
import io.penstock.sampler.WeightedShuffle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Which records come, and in which order. Shared by commands that read batches or show orders. */
public final class OrderOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--shuffle",
      paramLabel = "full|block|none",
      defaultValue = "full",
      converter = ShuffleConverter.class,
      completionCandidates = ShuffleNames.class,
      description =
          "Order of an epoch: full is an exact shuffle, a new one in each epoch; block is whole"
              + " blocks of records in shuffled order, with the records of each window of blocks"
              + " shuffled; none is as in the file. Default: ${DEFAULT-VALUE}.")
  private Shuffle shuffle;

  @Option(
      names = "--block-records",
      paramLabel = "RECORDS",
      description = "Records in a block, with --shuffle block. Default: as many as 2 MiB hold.")
  private Long blockRecords;

  @Option(
      names = "--window-blocks",
      paramLabel = "BLOCKS",
      description =
          "Blocks that are shuffled together, with --shuffle block; --memory should hold them."
              + " Default: 64.")
  private Integer windowBlocks;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "0",
      converter = SeedConverter.class,
      description =
          "Seed of the shuffle: any 64-bit number, with a sign or, from 2^63 on, without one."
              + " Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--split",
      paramLabel = "training|validation",
      converter = PartConverter.class,
      completionCandidates = PartNames.class,
      description =
          "Use only this part of the records. The part of a record never changes. Default: all"
              + " records.")
  private String part;

  @Option(
      names = "--validation",
      paramLabel = "SHARE",
      description = "Share of the records for validation, with --split: 0 to 1. Default: 0.1.")
  private Double validation;

  @Option(
      names = "--split-seed",
      paramLabel = "NUMBER",
      converter = SeedConverter.class,
      description = "Seed of the split, with --split; --seed does not change it. Default: 0.")
  private Long splitSeed;

  @Option(
      names = "--subset",
      paramLabel = "FILE",
      description =
          "Use only the records whose indices are in FILE, a one-dimensional .npy of integers."
              + " Default: all records.")
  private Path subset;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "Draw records by weight, with a number for each record in FILE, a one-dimensional .npy."
              + " Draws are with replacement: a record may come any number of times. Default:"
              + " none.")
  private Path weights;

  @Option(
      names = "--without-replacement",
      description =
          "With --weights: no record comes twice; heavy ones come early. Default: with"
              + " replacement.")
  private boolean isWithoutReplacement;

  @Option(
      names = "--balance",
      paramLabel = "COLUMN",
      description =
          "Draw all classes equally often, by the labels in this column of integers. Default: every"
              + " record once.")
  private String balance;

  @Option(
      names = "--mix",
      paramLabel = "WEIGHT[,WEIGHT...]",
      split = ",",
      hideParamSyntax = true,
      description =
          "Mix the shards of the columns, with one weight for each shard. Each shard is read in its"
              + " own --shuffle, over and over. Default: shards lie end to end.")
  private List<Double> mix = new ArrayList<>();

  @Option(
      names = "--epoch-records",
      paramLabel = "RECORDS",
      description =
          "Records in an epoch. More than there are is possible only with --weights, --balance or"
              + " --mix, which draw them. Default: as many as there are; with"
              + " --without-replacement, as many as have a weight other than 0.")
  private Long epochRecords;

  static final class ShuffleNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("full", "block", "none").iterator();
    }
  }

  static final class ShuffleConverter implements ITypeConverter<Shuffle> {
    @Override
    public Shuffle convert(String name) {
      return switch (name) {
        case "full" -> Shuffle.FULL;
        case "block" -> Shuffle.BLOCK;
        case "none" -> Shuffle.NONE;
        default ->
            throw new TypeConversionException("must be full, block or none, was '" + name + "'");
      };
    }
  }

  static final class PartNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("training", "validation").iterator();
    }
  }

  static final class PartConverter implements ITypeConverter<String> {
    @Override
    public String convert(String name) {
      if (!List.of("training", "validation").contains(name)) {
        throw new TypeConversionException("must be training or validation, was '" + name + "'");
      }
      return name;
    }
  }

  /** The files that define the order. */
  public List<Path> files() {
    return Stream.of(subset, weights).filter(Objects::nonNull).toList();
  }

  /** Refuses combinations that make no sense, before any file is opened. */
  public void check() {
    long draws =
        Stream.of(weights != null, balance != null, !mix.isEmpty()).filter(isIt -> isIt).count();
    check(draws <= 1, "--weights, --balance and --mix exclude each other");
    check(part == null || subset == null, "--split and --subset exclude each other");
    check(
        mix.isEmpty() || (part == null && subset == null),
        "--mix must be of whole shards, without --split and --subset");
    check(
        shuffle == Shuffle.BLOCK || (blockRecords == null && windowBlocks == null),
        "--block-records and --window-blocks go with --shuffle block");
    check(validation == null || part != null, "--validation goes with --split");
    check(splitSeed == null || part != null, "--split-seed goes with --split");
    check(!isWithoutReplacement || weights != null, "--without-replacement goes with --weights");
    check(
        epochRecords == null || epochRecords >= 0,
        "--epoch-records must be at least 0, was " + epochRecords);
  }

  /** Makes the order; an IllegalArgumentException is about one of these options. */
  public Sampler sampler(Dataset dataset) {
    if (!mix.isEmpty()) {
      return mixture(dataset);
    }
    Subset records = subset(dataset.recordCount(), dataset);
    long count = records == null ? dataset.recordCount() : records.size();
    Sampler order = order(dataset, records, count);
    Sampler whole = records == null ? order : new SubsetSampler(records, order);
    if (epochRecords == null || epochRecords == whole.positionCount()) {
      return whole;
    }
    check(
        epochRecords < whole.positionCount(),
        ("--epoch-records must be at most %d, the records that there are, was %d: read several"
                + " --epochs, or draw more with --weights, --balance or --mix")
            .formatted(whole.positionCount(), epochRecords));
    return new LimitedSampler(whole, epochRecords);
  }

  private Sampler order(Dataset dataset, Subset records, long count) {
    LongUnaryOperator index = records == null ? LongUnaryOperator.identity() : records::index;
    long size = epochRecords == null ? count : epochRecords;
    if (weights != null) {
      return weighted(index, count, dataset.recordCount());
    }
    if (balance != null) {
      LongUnaryOperator label = ColumnValues.integers(dataset, balance);
      return new ClassBalanced(count, i -> label.applyAsLong(index.applyAsLong(i)), size, seed);
    }
    return shuffled(dataset, count, seed);
  }

  private Sampler shuffled(Dataset dataset, long count, long shuffleSeed) {
    return switch (shuffle) {
      case NONE -> new Sequential(count);
      case FULL -> new FullShuffle(count, shuffleSeed);
      case BLOCK ->
          new BlockShuffle(
              count,
              blockRecords == null
                  ? BlockShuffle.defaultBlockRecords(dataset.recordBytes())
                  : blockRecords,
              windowBlocks == null ? BlockShuffle.DEFAULT_WINDOW_BLOCKS : windowBlocks,
              shuffleSeed);
    };
  }

  private Sampler weighted(LongUnaryOperator index, long count, long recordCount) {
    return OneColumn.of(weights)
        .numbers(
            (found, all) -> {
              if (found != recordCount) {
                throw new IllegalArgumentException(
                    "%s: weights must be one for each of the %d records, were %d"
                        .formatted(weights, recordCount, found));
              }
              LongToDoubleFunction chosen = i -> all.applyAsDouble(index.applyAsLong(i));
              return about(weights, () -> weighted(count, chosen));
            });
  }

  private Sampler weighted(long count, LongToDoubleFunction chosen) {
    if (!isWithoutReplacement) {
      return new WeightedSampler(count, chosen, epochRecords == null ? count : epochRecords, seed);
    }
    long size =
        epochRecords != null
            ? epochRecords
            : LongStream.range(0, count).filter(i -> chosen.applyAsDouble(i) > 0).count();
    return new WeightedShuffle(count, chosen, size, seed);
  }

  /** One source per shard: seeds differ, so that equal shards get different orders. */
  private Sampler mixture(Dataset dataset) {
    List<Shard> shards = dataset.columns().getFirst().shards();
    if (shards.size() != mix.size()) {
      throw new IllegalArgumentException(
          "--mix must have a weight for each of the %d shards, had %d"
              .formatted(shards.size(), mix.size()));
    }
    List<Sampler> sources = new ArrayList<>();
    for (Shard shard : shards) {
      sources.add(shuffled(dataset, shard.recordCount(), seed + sources.size()));
    }
    long size = epochRecords == null ? dataset.recordCount() : epochRecords;
    double[] wanted = mix.stream().mapToDouble(Double::doubleValue).toArray();
    return new Mixture(sources, wanted, size, seed);
  }

  private Subset subset(long recordCount, Dataset dataset) {
    if (part != null) {
      double share = validation == null ? 0.1 : validation;
      Split split =
          Split.byFraction(dataset.recordCount(), share, splitSeed == null ? 0 : splitSeed);
      return part.equals("training") ? split.training() : split.validation();
    }
    return subset == null
        ? null
        : about(subset, () -> Subset.list(recordCount, OneColumn.of(subset).integers()));
  }

  /** Names the file in a failure that is about its contents. */
  private static <T> T about(Path file, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private void check(boolean isRight, String rule) {
    if (!isRight) {
      throw new ParameterException(spec.commandLine(), rule);
    }
  }
}
