package io.penstock.cli;

import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.Readahead;
import io.penstock.Shuffle;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How records are ordered and read. Shared by all that read batches. */
final class LoaderOptions {
  @Option(
      names = "--batch-size",
      paramLabel = "RECORDS",
      defaultValue = "256",
      description = "Records in a batch. Default: ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--shuffle",
      paramLabel = "full|none",
      defaultValue = "full",
      converter = ShuffleConverter.class,
      description =
          "Order of an epoch: full, an exact shuffle that is another one in each epoch; or none,"
              + " as in the file. Default: ${DEFAULT-VALUE}.")
  private Shuffle shuffle;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description = "Seed of the shuffle, any 64-bit number. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "1g",
      converter = SizeConverter.class,
      description =
          "Memory for reading, in bytes or with k, m, g: batches, buffers, records read ahead. More"
              + " makes shuffled reading cheaper. Default: ${DEFAULT-VALUE}.")
  private long memoryBytes;

  @Option(
      names = "--readahead",
      paramLabel = "FLAGS",
      converter = ReadaheadConverter.class,
      description = {
        "How to read, as FLAG=VALUE[,FLAG=VALUE...]; never changes what is delivered. Sizes are in"
            + " bytes or with k, m, g; those not named come from PENSTOCK_READAHEAD. Flags and"
            + " their defaults:",
        "  backend=auto|uring|pread|mmap",
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

  static final class ShuffleConverter implements ITypeConverter<Shuffle> {
    @Override
    public Shuffle convert(String name) {
      return switch (name) {
        case "full" -> Shuffle.FULL;
        case "none" -> Shuffle.NONE;
        default -> throw new TypeConversionException("must be full or none, was '" + name + "'");
      };
    }
  }

  static final class ReadaheadConverter implements ITypeConverter<Readahead> {
    @Override
    public Readahead convert(String flags) {
      try {
        return Readahead.parse(flags);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Records in a batch. */
  int batchSize() {
    return batchSize;
  }

  /** Makes the loader; its IllegalArgumentExceptions are about these options. */
  Loader open(Dataset dataset) {
    return dataset
        .loader()
        .batchSize(batchSize)
        .shuffle(shuffle)
        .seed(seed)
        .memoryBytes(memoryBytes)
        .readahead(readahead)
        .build();
  }
}
