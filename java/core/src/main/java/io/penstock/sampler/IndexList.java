package io.penstock.sampler;

import java.util.Arrays;

/** Sorted, distinct indices of records. Immutable. */
final class IndexList {
  private final long recordCount;
  private final long[] sorted;

  IndexList(long recordCount, long... indices) {
    Arguments.checkRecordCount(recordCount);
    this.recordCount = recordCount;
    this.sorted = indices.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] < 0 || sorted[i] >= recordCount) {
        throw new IllegalArgumentException(
            "indices must be below the %d records, was %d".formatted(recordCount, sorted[i]));
      }
      if (i > 0 && sorted[i] == sorted[i - 1]) {
        throw new IllegalArgumentException(
            "indices must all be different, was %d twice".formatted(sorted[i]));
      }
    }
  }

  long recordCount() {
    return recordCount;
  }

  int size() {
    return sorted.length;
  }

  long get(int i) {
    return sorted[i];
  }

  int countBelow(long index) {
    int found = Arrays.binarySearch(sorted, index);
    return found >= 0 ? found : -found - 1;
  }

  String description() {
    return "size=%s;sha256=%s".formatted(sorted.length, Digests.of(sorted));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IndexList list
        && recordCount == list.recordCount
        && Arrays.equals(sorted, list.sorted);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sorted);
  }

  @Override
  public String toString() {
    return sorted.length + " of " + recordCount + " indices";
  }
}
