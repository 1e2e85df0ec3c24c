package io.penstock.internal.plan;

import java.util.function.LongPredicate;

/** Arithmetic of sizes, which stay at the largest number instead of overflowing. */
public final class SaturatedMath {
  private SaturatedMath() {}

  public static long product(long count, long bytes) {
    return Math.multiplyHigh(count, bytes) != 0 || count * bytes < 0
        ? Long.MAX_VALUE
        : count * bytes;
  }

  static long sum(long left, long right) {
    return left > Long.MAX_VALUE - right ? Long.MAX_VALUE : left + right;
  }

  /** The largest number from low to high that fits, if all smaller ones do; low is taken to fit. */
  static long largest(long low, long high, LongPredicate fits) {
    long least = low;
    long most = high;
    while (least < most) {
      long middle = least + (most - least + 1) / 2;
      if (fits.test(middle)) {
        least = middle;
      } else {
        most = middle - 1;
      }
    }
    return least;
  }
}
