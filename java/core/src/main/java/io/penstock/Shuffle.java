package io.penstock;

/** The order in which an epoch visits the records. */
public enum Shuffle {
  /** Ascending by index, the same in each epoch. */
  NONE,
  /** A new permutation of all records in each epoch, told by the seed and the epoch's number. */
  FULL,
  /**
   * Another order of whole blocks of records in each epoch, with the records of a few blocks
   * shuffled together: for files that random reads are too slow for. It reads as fast as the file
   * in order, whatever the record size, and mixes less well than {@link #FULL}: see {@link
   * io.penstock.sampler.BlockShuffle}, and {@link io.penstock.sampler.MixingReport} for how much.
   */
  BLOCK
}
