package io.penstock.options;

/** The order in which an epoch visits the records. */
public enum Shuffle {
  /** Ascending by index, the same in each epoch. */
  NONE,
  /**
   * A new permutation of all records in each epoch, determined by the seed and the number of the
   * epoch.
   */
  FULL,
  /**
   * Whole blocks of records in a new order in each epoch, with the records of a few blocks shuffled
   * together: for devices on which random reads are too slow. It reads as fast as the file in
   * order, whatever the record size, and mixes less well than {@link #FULL}: see {@link
   * io.penstock.sampler.BlockShuffle}; {@link io.penstock.sampler.MixingReport} tells how much
   * less.
   */
  BLOCK
}
