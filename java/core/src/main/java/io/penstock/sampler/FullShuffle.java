package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The exact shuffle: every record once per epoch, in an order that looks like any other.
 *
 * <p>Each epoch is a permutation of all records, computed and not stored: a Feistel network whose
 * keys are hashed from (record count, seed, epoch). The same three numbers give the same order on
 * every machine and in every version of this library that knows {@link #ORDER_VERSION}; the
 * algorithm is written down, with test vectors, in ORDER.md beside this source. It is no cipher:
 * who sees enough of an order may foretell the rest.
 *
 * <p>Thread-safe. The keys of two epochs are kept, the latest even and the latest odd one, so that
 * reading ahead over the end of an epoch computes none of them twice.
 */
public final class FullShuffle implements Sampler {
  /** Version of the order, which saved states carry; another order would be another version. */
  public static final int ORDER_VERSION = 1;

  /** "shuffle1" in ASCII: keeps the keys apart from those of other orders and versions. */
  private static final long LABEL = 0x73687566666C6531L;

  /** The keys of one epoch. Never changed, so that threads can share it without a lock. */
  private static final class EpochKeys {
    private final long epoch;
    private final long[] keys;

    EpochKeys(long epoch, long[] keys) {
      this.epoch = epoch;
      this.keys = keys;
    }
  }

  private final long recordCount;
  private final long seed;
  private final int rounds;
  private final FeistelNetwork network;
  private volatile EpochKeys even;
  private volatile EpochKeys odd;

  /**
   * The shuffled orders of a dataset under a seed.
   *
   * @param recordCount number of its records, from 0 to 2^48
   * @param seed any number; neighbouring seeds give unrelated orders
   */
  public FullShuffle(long recordCount, long seed) {
    this(recordCount, seed, rounds(recordCount));
  }

  /** With another number of rounds, even: for tests that show what too few of them do. */
  FullShuffle(long recordCount, long seed, int rounds) {
    Arguments.checkRecordCount(recordCount);
    this.recordCount = recordCount;
    this.seed = seed;
    this.rounds = rounds;
    this.network = new FeistelNetwork(recordCount);
    this.even = keysOf(0);
    this.odd = keysOf(1);
  }

  /**
   * The seed.
   *
   * @return as it was given
   */
  public long seed() {
    return seed;
  }

  @Override
  public long size() {
    return recordCount;
  }

  @Override
  public long index(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(position, recordCount);
    return network.forward(keys(epoch), position);
  }

  @Override
  public long position(long epoch, long index) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(index, recordCount);
    return network.backward(keys(epoch), index);
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, recordCount);
    network.fill(keys(epoch), position, indices, count);
  }

  @Override
  public String toString() {
    return "FullShuffle[recordCount=" + recordCount + ", seed=" + seed + "]";
  }

  private static int rounds(long recordCount) {
    Arguments.checkRecordCount(recordCount);
    return FeistelNetwork.rounds(FeistelNetwork.side(recordCount));
  }

  /** Threads that race here compute the same keys; whichever is kept is right. */
  private long[] keys(long epoch) {
    boolean isOdd = (epoch & 1) != 0;
    EpochKeys kept = isOdd ? odd : even;
    if (kept.epoch != epoch) {
      kept = keysOf(epoch);
      if (isOdd) {
        odd = kept;
      } else {
        even = kept;
      }
    }
    return kept.keys;
  }

  private EpochKeys keysOf(long epoch) {
    return new EpochKeys(epoch, roundKeys(recordCount, seed, epoch, rounds));
  }

  /**
   * Hashes the numbers one after the other, never their sum: seed 0 in epoch 1 must not be seed 1
   * in epoch 0. Each round has a chain of its own, so that two epochs could only be the same if as
   * many 64-bit hashes collided as there are rounds.
   */
  static long[] roundKeys(long recordCount, long seed, long epoch, int rounds) {
    long[] keys = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      long key = FeistelNetwork.mix(LABEL + (i + 1) * FeistelNetwork.GAMMA);
      key = FeistelNetwork.mix(key + recordCount);
      key = FeistelNetwork.mix(key + seed);
      keys[i] = FeistelNetwork.mix(key + epoch);
    }
    return keys;
  }
}
