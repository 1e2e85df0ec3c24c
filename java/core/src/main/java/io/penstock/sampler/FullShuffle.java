package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The exact shuffle: every record once per epoch, in an order that looks random.
 *
 * <p>Each epoch is a permutation of all records, computed and not stored: a Feistel network whose
 * keys are hashed from (record count, seed, epoch). The same three numbers give the same order on
 * every machine and in every version of this library that has {@link #ORDER_VERSION}; ORDER.md
 * beside this source specifies the algorithm, with test vectors. Beyond 20 records there are more
 * orders than seeds, so not all orders can come up, but no statistic of the test battery tells
 * these from uniform ones. It is not a cipher: an observer who sees enough of an order may predict
 * the rest.
 *
 * <p>Thread-safe. The keys of two epochs are kept, the latest even and the latest odd one, so that
 * reading ahead across the end of an epoch computes none of them twice.
 */
public final class FullShuffle implements Sampler {
  /**
   * Version of the order, which saved states carry. A change of the order would be a new version.
   */
  public static final int ORDER_VERSION = 1;

  private static final long LABEL = KeyChain.label("shuffle1");

  private final long recordCount;
  private final long seed;
  private final FeistelNetwork network;
  private final EpochCache<long[]> keys;

  /**
   * Makes the shuffled orders of a dataset for a seed.
   *
   * @param recordCount number of its records, from 0 to 2^48
   * @param seed any number; neighbouring seeds give unrelated orders
   */
  public FullShuffle(long recordCount, long seed) {
    this(recordCount, seed, rounds(recordCount));
  }

  /** With another, even number of rounds: for tests that show the effect of too few. */
  FullShuffle(long recordCount, long seed, int rounds) {
    Arguments.checkRecordCount(recordCount);
    this.recordCount = recordCount;
    this.seed = seed;
    this.network = new FeistelNetwork(recordCount);
    this.keys = new EpochCache<>(epoch -> roundKeys(recordCount, seed, epoch, rounds));
  }

  /**
   * The seed.
   *
   * @return as it was given
   */
  @Override
  public long seed() {
    return seed;
  }

  @Override
  public String description() {
    return "full/" + ORDER_VERSION;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public long positionCount() {
    return recordCount;
  }

  @Override
  public long index(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(position, recordCount);
    return network.forward(keys.get(epoch), 0, position);
  }

  @Override
  public long position(long epoch, long index) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(index, recordCount);
    return network.backward(keys.get(epoch), 0, index);
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, recordCount);
    network.fill(keys.get(epoch), 0, position, indices, 0, count);
  }

  @Override
  public String toString() {
    return "FullShuffle[recordCount=" + recordCount + ", seed=" + seed + "]";
  }

  private static int rounds(long recordCount) {
    Arguments.checkRecordCount(recordCount);
    return FeistelNetwork.rounds(FeistelNetwork.side(recordCount));
  }

  static long[] roundKeys(long recordCount, long seed, long epoch, int rounds) {
    return KeyChain.keys(LABEL, rounds, recordCount, seed, epoch);
  }
}
