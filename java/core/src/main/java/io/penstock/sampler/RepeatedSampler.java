package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Joins several epochs of another sampler into one, each in its own order. Thread-safe. */
public final class RepeatedSampler implements Sampler {
  private final Sampler order;
  private final int times;
  private final long size;

  /**
   * Joins epochs.
   *
   * @param order whose epochs to join
   * @param times how many of them make one, at least 1
   * @throws IllegalArgumentException if that is more than 2^62 positions
   */
  public RepeatedSampler(Sampler order, int times) {
    if (times < 1) {
      throw new IllegalArgumentException("times must be at least 1, was " + times);
    }
    Arguments.checkPositions("times", times, order.positionCount());
    this.order = order;
    this.times = times;
    this.size = order.positionCount() * times;
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
    return "repeat/1;times=%s(%s)".formatted(times, order.description());
  }

  @Override
  public long windowRecords() {
    return order.windowRecords();
  }

  @Override
  public long windowEnd(long epoch, long position) {
    long start = position - position % order.positionCount();
    long pass = position / order.positionCount();
    return start + order.windowEnd(epoch * times + pass, position - start);
  }

  /** True even though the order starts over several times: it is read in the same way. */
  @Override
  public boolean isAscending() {
    return order.isAscending();
  }

  @Override
  public long index(long epoch, long position) {
    checkEpoch(epoch);
    Objects.checkIndex(position, size);
    return order.index(
        epoch * times + position / order.positionCount(), position % order.positionCount());
  }

  /** Only if nothing is repeated. */
  @Override
  public long position(long epoch, long index) {
    if (times > 1) {
      throw new UnsupportedOperationException(
          "a record comes %d times in an epoch, not at one position".formatted(times));
    }
    return order.position(epoch, index);
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    checkEpoch(epoch);
    Arguments.checkFill(epoch, position, indices, count, size);
    int done = 0;
    while (done < count) {
      long pass = (position + done) / order.positionCount();
      long start = (position + done) % order.positionCount();
      int run = (int) Math.min(count - done, order.positionCount() - start);
      MemorySegment part = done == 0 ? indices : indices.asSlice((long) done * Long.BYTES);
      order.fill(epoch * times + pass, start, part, run);
      done += run;
    }
  }

  private void checkEpoch(long epoch) {
    Arguments.checkEpoch(epoch);
    if (epoch > Long.MAX_VALUE / times - 1) {
      throw new IllegalArgumentException(
          "epoch must be below 2^63 / %d times, was %d".formatted(times, epoch));
    }
  }

  @Override
  public String toString() {
    return "RepeatedSampler[order=%s, times=%d]".formatted(order, times);
  }
}
