package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * The records of a {@link Subset} in the order of another sampler.
 *
 * <p>Thread-safe. As fast as the order, plus a few nanoseconds per index for the subset.
 */
public final class SubsetSampler implements Sampler {
  private final Subset subset;
  private final Sampler order;

  /**
   * Puts the records of a subset into an order.
   *
   * @param subset which records
   * @param order of a dataset of as many records as the subset has
   * @throws IllegalArgumentException if the order is for another number of records
   */
  public SubsetSampler(Subset subset, Sampler order) {
    if (order.recordCount() != subset.size()) {
      throw new IllegalArgumentException(
          "the order of a subset of %d records must be made for as many, was made for %d"
              .formatted(subset.size(), order.recordCount()));
    }
    this.subset = subset;
    this.order = order;
  }

  @Override
  public long recordCount() {
    return subset.recordCount();
  }

  @Override
  public long positionCount() {
    return order.positionCount();
  }

  @Override
  public long seed() {
    return order.seed();
  }

  @Override
  public String description() {
    return "subset/1(%s,%s)".formatted(subset.description(), order.description());
  }

  @Override
  public long windowRecords() {
    return order.windowRecords();
  }

  @Override
  public long windowEnd(long epoch, long position) {
    return order.windowEnd(epoch, position);
  }

  @Override
  public boolean isAscending() {
    return order.isAscending();
  }

  @Override
  public long index(long epoch, long position) {
    return subset.index(order.index(epoch, position));
  }

  @Override
  public long position(long epoch, long index) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(index, recordCount());
    long place = subset.place(index);
    return place < 0 ? -1 : order.position(epoch, place);
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    order.fill(epoch, position, indices, count);
    for (int i = 0; i < count; i++) {
      long place = indices.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, subset.index(place));
    }
  }

  @Override
  public String toString() {
    return "SubsetSampler[subset=%s, order=%s]".formatted(subset, order);
  }
}
