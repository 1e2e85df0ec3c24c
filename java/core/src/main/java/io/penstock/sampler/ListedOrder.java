package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/** The order of a list of indices, the same in each epoch: {@link Sampler#of}. Immutable. */
final class ListedOrder implements Sampler {
  private final long recordCount;
  private final long[] indices;
  private final boolean isAscending;
  private final boolean isUnique;
  private final String description;

  ListedOrder(long recordCount, long[] given) {
    Arguments.checkRecordCount(recordCount);
    this.recordCount = recordCount;
    this.indices = given.clone();
    long[] sorted = indices.clone();
    Arrays.sort(sorted);
    boolean isEachOnce = true;
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] < 0 || sorted[i] >= recordCount) {
        throw new IllegalArgumentException(
            "indices must be from 0 to below the %d records, was %d"
                .formatted(recordCount, sorted[i]));
      }
      isEachOnce &= i == 0 || sorted[i] != sorted[i - 1];
    }
    this.isAscending = Arrays.equals(sorted, indices);
    this.isUnique = isEachOnce;
    this.description = "list/1;size=%d;sha256=%s".formatted(indices.length, Digests.of(indices));
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public long positionCount() {
    return indices.length;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public boolean isAscending() {
    return isAscending;
  }

  @Override
  public long index(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    return indices[(int) Objects.checkIndex(position, (long) indices.length)];
  }

  /** Searches the list. */
  @Override
  public long position(long epoch, long index) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(index, recordCount);
    if (!isUnique) {
      throw new UnsupportedOperationException(
          "a record has no one position in a list that has some twice");
    }
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] == index) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void fill(long epoch, long position, MemorySegment target, int count) {
    Arguments.checkFill(epoch, position, target, count, indices.length);
    MemorySegment.copy(indices, (int) position, target, ValueLayout.JAVA_LONG_UNALIGNED, 0, count);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ListedOrder order
        && recordCount == order.recordCount
        && Arrays.equals(indices, order.indices);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(indices);
  }

  @Override
  public String toString() {
    return "Sampler.of(%d, %d indices)".formatted(recordCount, indices.length);
  }
}
