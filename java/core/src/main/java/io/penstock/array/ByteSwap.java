package io.penstock.array;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Turns around the bytes of numbers in memory, in place.
 *
 * <p>One plain loop per size, which the compiler can turn into vector instructions.
 */
final class ByteSwap {
  private ByteSwap() {}

  /** Numbers of 2, 4, 8 or 16 bytes, one after another, in so many bytes from an offset on. */
  static void swap(MemorySegment numbers, long offset, long bytes, int numberBytes) {
    long end = offset + bytes;
    switch (numberBytes) {
      case 2 -> swapShorts(numbers, offset, end);
      case 4 -> swapInts(numbers, offset, end);
      case 8 -> swapLongs(numbers, offset, end);
      case 16 -> swapPairs(numbers, offset, end);
      default ->
          throw new IllegalArgumentException("numberBytes must be 2 to 16, was " + numberBytes);
    }
  }

  private static void swapShorts(MemorySegment numbers, long offset, long end) {
    ValueLayout.OfShort layout = ValueLayout.JAVA_SHORT_UNALIGNED;
    for (long at = offset; at < end; at += Short.BYTES) {
      numbers.set(layout, at, Short.reverseBytes(numbers.get(layout, at)));
    }
  }

  private static void swapInts(MemorySegment numbers, long offset, long end) {
    ValueLayout.OfInt layout = ValueLayout.JAVA_INT_UNALIGNED;
    for (long at = offset; at < end; at += Integer.BYTES) {
      numbers.set(layout, at, Integer.reverseBytes(numbers.get(layout, at)));
    }
  }

  private static void swapLongs(MemorySegment numbers, long offset, long end) {
    ValueLayout.OfLong layout = ValueLayout.JAVA_LONG_UNALIGNED;
    for (long at = offset; at < end; at += Long.BYTES) {
      numbers.set(layout, at, Long.reverseBytes(numbers.get(layout, at)));
    }
  }

  private static void swapPairs(MemorySegment numbers, long offset, long end) {
    ValueLayout.OfLong layout = ValueLayout.JAVA_LONG_UNALIGNED;
    for (long at = offset; at < end; at += 2 * Long.BYTES) {
      long first = Long.reverseBytes(numbers.get(layout, at));
      numbers.set(layout, at, Long.reverseBytes(numbers.get(layout, at + Long.BYTES)));
      numbers.set(layout, at + Long.BYTES, first);
    }
  }
}
