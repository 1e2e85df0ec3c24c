package io.penstock.spark;

import java.io.Serializable;
import java.util.ArrayList;

/**
 * What the attempt wrote whose result Spark took.
 *
 * @param shard its number
 * @param attempt its number, which is in the names of its files
 * @param records in the shard
 * @param bytes of the records
 * @param checksums of its files, in the order of the layout; none if they are not wanted
 */
record ShardResult(int shard, long attempt, long records, long bytes, ArrayList<String> checksums)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
