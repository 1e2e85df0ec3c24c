package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Several datasets, each in an order of its own, mixed by weight.
 *
 * <p>Its dataset is that of the sources laid end to end, as the shards of a column are: first the
 * records of the first source, then those of the second. Each source is read in its own order, one
 * of its epochs after the other, without leaving anything out. Sources need not be equally long,
 * and their epochs do not end with those of the mixture: an epoch of the mixture continues each
 * source where the epoch before left it. So a source with few records for its weight is repeated
 * more often than one with many.
 *
 * <p>The turns of the sources are spread evenly, not drawn: among any number of positions in a row,
 * each source has its share to within a few records (at most 1 for two sources, and one more
 * whenever their number doubles). So every batch has the same composition, to within these
 * differences.
 *
 * <p>Sources with weight 0 are never read. Thread-safe; memory does not grow with the number of
 * records, except for 8 kB per source for each thread that fills.
 */
public final class Mixture implements Sampler {
  /** Version of the order, which saved states carry. */
  public static final int ORDER_VERSION = 1;

  private final Sampler[] sources;
  private final double[] weights;

  /** Index of the first record of each source, and the end of the last one. */
  private final long[] offsets;

  private final long size;
  private final long seed;
  private final SourceTurns turns;
  private final SourceTurns.Taker draw = this::draw;

  /** Null if there are so many sources that filling by source would not pay. */
  private final @Nullable ThreadLocal<MixtureFiller> fillers;

  /**
   * Mixes datasets.
   *
   * @param sources the order of each; at least one
   * @param weights one for each source: finite, not negative, not all 0; any sum
   * @param size positions of an epoch, from 0 to 2^62
   * @param seed any number; decides which source comes first
   * @throws IllegalArgumentException if weights are wrong, a source that has a weight has no
   *     records, there are more than 2^48 records in all, or size is out of range
   */
  public Mixture(List<Sampler> sources, double[] weights, long size, long seed) {
    Arguments.checkSize(size);
    this.sources = sources.toArray(Sampler[]::new);
    this.weights = Weights.checked(weights, this.sources.length, "sources");
    this.offsets = new long[this.sources.length + 1];
    for (int i = 0; i < this.sources.length; i++) {
      if (weights[i] > 0 && this.sources[i].positionCount() == 0) {
        throw new IllegalArgumentException(
            "a source with a weight must have records, source %d has none".formatted(i));
      }
      offsets[i + 1] = offsets[i] + this.sources[i].recordCount();
      Arguments.checkRecordCount(offsets[i + 1]);
    }
    this.size = size;
    this.seed = seed;
    this.turns = new SourceTurns(this.weights, seed);
    this.fillers =
        this.sources.length > MixtureFiller.MOST_SOURCES
            ? null
            : ThreadLocal.withInitial(() -> new MixtureFiller(turns, this.sources, offsets));
  }

  @Override
  public long recordCount() {
    return offsets[sources.length];
  }

  @Override
  public long positionCount() {
    return size;
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public String description() {
    StringJoiner text = new StringJoiner(",", "(", ")");
    for (int i = 0; i < sources.length; i++) {
      text.add(
          "%s*%s*%s;seed=%s"
              .formatted(
                  weights[i],
                  sources[i].recordCount(),
                  sources[i].description(),
                  sources[i].seed()));
    }
    return "mixture/%s;size=%s%s".formatted(ORDER_VERSION, size, text);
  }

  /** Enough to hold a window of each source that has windows. */
  @Override
  public long windowRecords() {
    double total = Arrays.stream(weights).sum();
    double most = 1;
    for (int i = 0; i < sources.length; i++) {
      if (weights[i] > 0 && sources[i].windowRecords() > 1) {
        most = Math.max(most, Math.ceil(sources[i].windowRecords() * (total / weights[i])));
      }
    }
    return (long) Math.max(1, Math.min(most, (double) size));
  }

  /**
   * Which source the record at a position is from.
   *
   * @param epoch number of the pass, at least 0
   * @param position place in the order, from 0 up to but not including {@link #positionCount}
   * @return number of the source, from 0
   * @throws IllegalArgumentException if the epoch is negative, or beyond 2^62 positions
   * @throws IndexOutOfBoundsException if the position is out of range
   */
  public int source(long epoch, long position) {
    long at = first(epoch) + Objects.checkIndex(position, size);
    return (int) turns.at(at, (source, turn) -> source);
  }

  @Override
  public long index(long epoch, long position) {
    return turns.at(first(epoch) + Objects.checkIndex(position, size), draw);
  }

  /** Never: a source may be repeated any number of times in an epoch. */
  @Override
  public long position(long epoch, long index) {
    throw new UnsupportedOperationException(
        "in a mixture a record comes any number of times, not at one position");
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, size);
    long first = first(epoch) + position;
    int done = 0;
    while (fillers != null && count - done >= MixtureFiller.LEAST_RUN) {
      int run = Math.min(count - done, MixtureFiller.MOST_RUN);
      fillers.get().fill(first + done, indices, done, run);
      done += run;
    }
    for (int i = done; i < count; i++) {
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, turns.at(first + i, draw));
    }
  }

  private long draw(int source, long turn) {
    Sampler order = sources[source];
    return offsets[source]
        + order.index(turn / order.positionCount(), turn % order.positionCount());
  }

  /** Positions of the epochs before. */
  private long first(long epoch) {
    return Arguments.firstPosition(epoch, size);
  }

  @Override
  public String toString() {
    return "Mixture[sources=%s, weights=%s, size=%d, seed=%d]"
        .formatted(Arrays.toString(sources), Arrays.toString(weights), size, seed);
  }
}
