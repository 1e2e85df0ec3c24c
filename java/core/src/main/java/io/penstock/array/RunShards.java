package io.penstock.array;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * The shards of a column, each of which is a run of an array. A {@link Shard} is made when one is
 * asked for, since there may be a million. Immutable.
 */
final class RunShards extends AbstractList<Shard> implements RandomAccess {
  private final List<ArrayLayout> arrays;

  /** How many shards there are before each array, and in all behind the last. */
  private final int[] firstShards;

  private final long recordCount;

  RunShards(List<ArrayLayout> arrays) {
    this.arrays = List.copyOf(arrays);
    this.firstShards = new int[arrays.size() + 1];
    long records = 0;
    for (int i = 0; i < arrays.size(); i++) {
      firstShards[i + 1] = Math.addExact(firstShards[i], arrays.get(i).runs().size());
      records = Math.addExact(records, arrays.get(i).runs().recordCount());
    }
    this.recordCount = records;
  }

  /** How many records they have together. */
  long recordCount() {
    return recordCount;
  }

  @Override
  public int size() {
    return firstShards[arrays.size()];
  }

  @Override
  public Shard get(int shard) {
    Objects.checkIndex(shard, size());
    int array = 0;
    if (arrays.size() > 1) {
      int found = Arrays.binarySearch(firstShards, shard);
      array = found >= 0 ? found : -found - 2;
    }
    return arrays.get(array).shard(shard - firstShards[array]);
  }
}
