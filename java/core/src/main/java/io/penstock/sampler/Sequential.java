package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * The order in which the records lie: position {@code i} is record {@code i}, in every epoch.
 * Immutable.
 */
public final class Sequential implements Sampler {
  private final long recordCount;

  /**
   * The order of a dataset.
   *
   * @param recordCount number of its records, from 0 to 2^48
   */
  public Sequential(long recordCount) {
    Arguments.checkRecordCount(recordCount);
    this.recordCount = recordCount;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public long positionCount() {
    return recordCount;
  }

  @Override
  public String description() {
    return "sequential/1";
  }

  @Override
  public boolean isAscending() {
    return true;
  }

  @Override
  public long index(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    return Objects.checkIndex(position, recordCount);
  }

  @Override
  public long position(long epoch, long index) {
    Arguments.checkEpoch(epoch);
    return Objects.checkIndex(index, recordCount);
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, recordCount);
    for (int i = 0; i < count; i++) {
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, position + i);
    }
  }

  @Override
  public String toString() {
    return "Sequential[recordCount=" + recordCount + "]";
  }
}
