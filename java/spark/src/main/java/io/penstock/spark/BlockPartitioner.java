package io.penstock.spark;

import org.apache.spark.Partitioner;

/**
 * Sends blocks to the partition of their bucket. A partition is a run of buckets, mostly of one.
 */
final class BlockPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int partitions;
  private final int buckets;

  /**
   * Divides buckets.
   *
   * @param partitions how many
   * @param buckets of each
   */
  BlockPartitioner(int partitions, int buckets) {
    this.partitions = partitions;
    this.buckets = buckets;
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object bucket) {
    return (Integer) bucket / buckets;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockPartitioner that
        && that.partitions == partitions
        && that.buckets == buckets;
  }

  @Override
  public int hashCode() {
    return 31 * partitions + buckets;
  }
}
