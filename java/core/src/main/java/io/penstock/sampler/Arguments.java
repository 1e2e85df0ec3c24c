package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** The checks that all samplers make, in one place so that they all say the same. */
final class Arguments {
  /** The C library looks records up by indices of 48 bits. */
  static final long MAX_RECORDS = 1L << 48;

  private Arguments() {}

  static void checkRecordCount(long recordCount) {
    if (recordCount < 0 || recordCount > MAX_RECORDS) {
      throw new IllegalArgumentException("recordCount must be from 0 to 2^48, was " + recordCount);
    }
  }

  static void checkEpoch(long epoch) {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch must be >= 0, was " + epoch);
    }
  }

  static void checkFill(long epoch, long position, MemorySegment indices, int count, long size) {
    checkEpoch(epoch);
    Objects.checkFromIndexSize(position, count, size);
    Objects.checkFromIndexSize(0, count * (long) Long.BYTES, indices.byteSize());
  }
}
