package io.penstock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Turns around the bytes of numbers in memory, in place.
 *
 * <p>One plain loop per size, which the compiler can turn into vector instructions.
 */
final class ByteSwap {
  private ByteSwap() {}

  /** Numbers of 2, 4, 8 or 16 bytes, one after another. */
  static void swap(MemorySegment numbers, int numberBytes) {
    switch (numberBytes) {
      case 2 -> swapShorts(numbers);
      case 4 -> swapInts(numbers);
      case 8 -> swapLongs(numbers);
      case 16 -> swapPairs(numbers);
      default ->
          throw new IllegalArgumentException("numberBytes must be 2 to 16, was " + numberBytes);
    }
  }

  private static void swapShorts(MemorySegment numbers) {
    ValueLayout.OfShort layout = ValueLayout.JAVA_SHORT_UNALIGNED;
    for (long at = 0; at < numbers.byteSize(); at += Short.BYTES) {
      numbers.set(layout, at, Short.reverseBytes(numbers.get(layout, at)));
    }
  }

  private static void swapInts(MemorySegment numbers) {
    ValueLayout.OfInt layout = ValueLayout.JAVA_INT_UNALIGNED;
    for (long at = 0; at < numbers.byteSize(); at += Integer.BYTES) {
      numbers.set(layout, at, Integer.reverseBytes(numbers.get(layout, at)));
    }
  }

  private static void swapLongs(MemorySegment numbers) {
    ValueLayout.OfLong layout = ValueLayout.JAVA_LONG_UNALIGNED;
    for (long at = 0; at < numbers.byteSize(); at += Long.BYTES) {
      numbers.set(layout, at, Long.reverseBytes(numbers.get(layout, at)));
    }
  }

  private static void swapPairs(MemorySegment numbers) {
    ValueLayout.OfLong layout = ValueLayout.JAVA_LONG_UNALIGNED;
    for (long at = 0; at < numbers.byteSize(); at += 2 * Long.BYTES) {
      long first = Long.reverseBytes(numbers.get(layout, at));
      numbers.set(layout, at, Long.reverseBytes(numbers.get(layout, at + Long.BYTES)));
      numbers.set(layout, at + Long.BYTES, first);
    }
  }
}
