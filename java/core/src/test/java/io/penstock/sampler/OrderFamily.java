package io.penstock.sampler;

/** Orders to be examined: one for each record count, seed and epoch. */
@FunctionalInterface
interface OrderFamily {
  /** The records at count positions from a first one on. */
  long[] indices(long recordCount, long seed, long epoch, long position, int count);

  /** A whole order. */
  default long[] order(int recordCount, long seed, long epoch) {
    return indices(recordCount, seed, epoch, 0, recordCount);
  }
}
