package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** The checks that all samplers make, in one place so that all messages agree. */
final class Arguments {
  /** The C library looks records up by indices of 48 bits. */
  static final long MAX_RECORDS = 1L << 48;

  /** Room to count through several epochs. */
  static final long MAX_POSITIONS = 1L << 62;

  private Arguments() {}

  static void checkRecordCount(long recordCount) {
    if (recordCount < 0 || recordCount > MAX_RECORDS) {
      throw new IllegalArgumentException("recordCount must be from 0 to 2^48, was " + recordCount);
    }
  }

  static void checkSize(long size) {
    if (size < 0 || size > MAX_POSITIONS) {
      throw new IllegalArgumentException("size must be from 0 to 2^62, was " + size);
    }
  }

  static void checkEpoch(long epoch) {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch must be >= 0, was " + epoch);
    }
  }

  /** Epochs made of several others must not have more positions than can be counted. */
  static void checkPositions(String name, long factor, long size) {
    if (size > 0 && factor > MAX_POSITIONS / size) {
      throw new IllegalArgumentException(
          "%s must leave at most 2^62 positions, was %d times %d".formatted(name, factor, size));
    }
  }

  /**
   * How many positions the epochs before have, for orders that continue from one epoch to the next.
   */
  static long firstPosition(long epoch, long size) {
    checkEpoch(epoch);
    if (size > 0 && epoch >= MAX_POSITIONS / size) {
      throw new IllegalArgumentException(
          "epoch must be below 2^62 / %d positions, was %d".formatted(size, epoch));
    }
    return epoch * size;
  }

  static void checkFill(long epoch, long position, MemorySegment indices, int count, long size) {
    checkEpoch(epoch);
    Objects.checkFromIndexSize(position, count, size);
    Objects.checkFromIndexSize(0, count * (long) Long.BYTES, indices.byteSize());
  }
}
