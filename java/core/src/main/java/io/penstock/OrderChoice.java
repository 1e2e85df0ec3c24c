package io.penstock;

import io.penstock.internal.ffi.NativeLimits;
import io.penstock.options.Shuffle;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The order that a {@link LoaderBuilder} is given, in one of two ways: a shuffle with its seed and
 * blocks, or a sampler, which brings all of that with it. Giving both is an error.
 */
final class OrderChoice {
  private final Dataset dataset;
  private Shuffle shuffle = Shuffle.FULL;
  private long seed;

  /** 0 unless it was set. */
  private long blockRecords;

  private int windowBlocks = BlockShuffle.DEFAULT_WINDOW_BLOCKS;
  private @Nullable Sampler sampler;

  /** The options of a shuffle that were set, by name: a sampler excludes them. */
  private final Set<String> shuffleOptions = new LinkedHashSet<>();

  OrderChoice(Dataset dataset) {
    this.dataset = dataset;
  }

  void shuffle(Shuffle wanted) {
    shuffle = wanted;
    shuffleOptions.add("shuffle");
  }

  void seed(long wanted) {
    seed = wanted;
    shuffleOptions.add("seed");
  }

  void blockRecords(long records) {
    if (records < 1 || records > NativeLimits.MAX_RECORDS) {
      throw new IllegalArgumentException("blockRecords must be 1 to 2^48, was " + records);
    }
    blockRecords = records;
    shuffleOptions.add("blockRecords");
  }

  void windowBlocks(int blocks) {
    if (blocks < 1) {
      throw new IllegalArgumentException("windowBlocks must be at least 1, was " + blocks);
    }
    windowBlocks = blocks;
    shuffleOptions.add("windowBlocks");
  }

  void sampler(Sampler wanted) {
    if (wanted.recordCount() != dataset.recordCount()) {
      throw new IllegalArgumentException(
          "sampler must be for the %d records of the dataset, was for %d: %s"
              .formatted(dataset.recordCount(), wanted.recordCount(), wanted));
    }
    sampler = wanted;
  }

  /** The sampler that was set, or the one that the shuffle options describe. */
  Sampler sampler() {
    if (sampler != null) {
      if (!shuffleOptions.isEmpty()) {
        throw new IllegalArgumentException(
            "sampler must be the only word on the order, was set beside %s: leave out either"
                .formatted(String.join(", ", shuffleOptions)));
      }
      return sampler;
    }
    long count = dataset.recordCount();
    return switch (shuffle) {
      case NONE -> new Sequential(count);
      case FULL -> new FullShuffle(count, seed);
      case BLOCK ->
          new BlockShuffle(
              count,
              blockRecords > 0
                  ? blockRecords
                  : BlockShuffle.defaultBlockRecords(dataset.recordBytes()),
              windowBlocks,
              seed);
    };
  }
}
