package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The first positions of every epoch of another sampler. With a shuffle, these are other records in
 * each epoch. For the first records of the file see {@link Subset#range}. Thread-safe.
 */
public final class LimitedSampler implements Sampler {
  private final Sampler order;
  private final long size;

  /**
   * Ends epochs early.
   *
   * @param order whose positions to take
   * @param limit how many of them, at least 0; all if there are fewer
   */
  public LimitedSampler(Sampler order, long limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit must be at least 0, was " + limit);
    }
    this.order = order;
    this.size = Math.min(limit, order.positionCount());
  }

  @Override
  public long recordCount() {
    return order.recordCount();
  }

  @Override
  public long positionCount() {
    return size;
  }

  @Override
  public long seed() {
    return order.seed();
  }

  @Override
  public String description() {
    return "limit/1;size=%s(%s)".formatted(size, order.description());
  }

  @Override
  public long windowRecords() {
    return order.windowRecords();
  }

  @Override
  public long windowEnd(long epoch, long position) {
    return Math.min(size, order.windowEnd(epoch, position));
  }

  @Override
  public boolean isAscending() {
    return order.isAscending();
  }

  @Override
  public long index(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(position, size);
    return order.index(epoch, position);
  }

  @Override
  public long position(long epoch, long index) {
    long position = order.position(epoch, index);
    return position < size ? position : -1;
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, size);
    order.fill(epoch, position, indices, count);
  }

  @Override
  public String toString() {
    return "LimitedSampler[order=%s, size=%d]".formatted(order, size);
  }
}
