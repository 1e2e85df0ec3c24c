package io.penstock.spark;

import java.io.Serializable;

/**
 * What the attempt wrote whose result Spark took.
 *
 * @param shard its number
 * @param attempt its number, which is in the names of its files
 * @param records in the shard
 * @param bytes of the records
 */
record ShardResult(int shard, long attempt, long records, long bytes) implements Serializable {
  private static final long serialVersionUID = 1L;
}
