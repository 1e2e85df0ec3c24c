package io.penstock.bench.data;

import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.RepeatedSampler;
import io.penstock.sampler.Sampler;

/** The orders that contenders read by, and are held against. */
public final class Orders {
  private static final int WINDOW_BLOCKS = 16;

  private Orders() {}

  /**
   * The order of a run over several epochs: epoch e has those from e times epochs on.
   *
   * @param recordCount of the file
   * @param blockRecords as in {@link #of}
   * @param seed of the order
   * @param epochs how many, one after another
   * @return the order
   */
  public static Sampler joined(long recordCount, long blockRecords, long seed, int epochs) {
    return new RepeatedSampler(of(recordCount, blockRecords, seed), epochs);
  }

  /**
   * The order of an epoch.
   *
   * @param recordCount of the file
   * @param blockRecords whole blocks of so many records are shuffled; 0: each record by itself
   * @param seed of the order
   * @return the order
   */
  public static Sampler of(long recordCount, long blockRecords, long seed) {
    return blockRecords == 0
        ? new FullShuffle(recordCount, seed)
        : new BlockShuffle(recordCount, blockRecords, WINDOW_BLOCKS, seed);
  }
}
