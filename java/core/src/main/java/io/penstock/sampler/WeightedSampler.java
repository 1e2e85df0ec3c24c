package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;

/**
 * Records drawn with given weights, with replacement: at each position, each record has a
 * probability in proportion to its weight, whatever came before.
 *
 * <p>The draw at a position is a function of (seed, epoch, position) and the weights, so any
 * position can be computed directly, and epochs can be shared by ranks, as with any other sampler.
 * Takes 8 bytes per record of the heap, and no more while it is made; probabilities are accurate to
 * 2^-31 of the mean, for any number of records. Thread-safe.
 */
public final class WeightedSampler implements Sampler {
  /** Version of the order, which saved states carry. */
  public static final int ORDER_VERSION = 1;

  private static final long LABEL = KeyChain.label("weight1d");

  private final AliasTable table;
  private final long size;
  private final long seed;
  private final String digest;

  /**
   * Draws records.
   *
   * @param recordCount number of records of the dataset, from 1 to 2^31 - 9
   * @param weights one for each record: finite, not negative, not all 0; any sum
   * @param size positions of an epoch, from 0 to 2^62
   * @param seed any number; neighbouring seeds give unrelated draws
   * @throws IllegalArgumentException if there are more or fewer weights than records, or one is
   *     negative, infinite or not a number, or all are 0, or size is out of range
   */
  public WeightedSampler(long recordCount, double[] weights, long size, long seed) {
    this(recordCount, Weights.one(weights, recordCount, "records"), size, seed);
  }

  /**
   * Draws records, with weights that need not be in memory: {@code dataset.numbers("weight")}.
   *
   * @param recordCount number of records of the dataset, from 1 to 2^31 - 9
   * @param weights of each record by its index, called once for each: finite, not negative, not all
   *     0; any sum
   * @param size positions of an epoch, from 0 to 2^62
   * @param seed any number; neighbouring seeds give unrelated draws
   * @throws IllegalArgumentException if a weight is negative, infinite or not a number, or all are
   *     0, or recordCount or size is out of range
   * @throws io.penstock.error.PenstockException if the heap has no room for 8 bytes per record
   */
  public WeightedSampler(long recordCount, LongToDoubleFunction weights, long size, long seed) {
    Arguments.checkSize(size);
    long[] bits = Weights.bits(weights, recordCount, "records");
    this.digest = Digests.of(bits);
    this.table = new AliasTable(bits);
    this.size = size;
    this.seed = seed;
  }

  @Override
  public long recordCount() {
    return table.size();
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
    return "weighted/%s;size=%s;weights=%s".formatted(ORDER_VERSION, size, digest);
  }

  @Override
  public long index(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(position, size);
    return draw(key(epoch), position);
  }

  /** Never, as a record may come any number of times. */
  @Override
  public long position(long epoch, long index) {
    throw new UnsupportedOperationException(
        "with replacement a record comes any number of times, not at one position");
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, size);
    long key = key(epoch);
    for (int i = 0; i < count; i++) {
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, draw(key, position + i));
    }
  }

  private long draw(long key, long position) {
    return table.draw(FeistelNetwork.mix(key + position * FeistelNetwork.GAMMA));
  }

  private long key(long epoch) {
    return KeyChain.keyOf(LABEL, recordCount(), seed, epoch);
  }

  @Override
  public String toString() {
    return "WeightedSampler[recordCount=%d, size=%d, seed=%d]".formatted(recordCount(), size, seed);
  }
}
