package io.penstock.sampler;

import java.util.function.IntToDoubleFunction;
import java.util.function.LongToDoubleFunction;

/** The checks that all weights go through, so that all messages agree. */
final class Weights {
  private Weights() {}

  /**
   * A checked copy of the weights.
   *
   * @param of what each of them belongs to, as "records"
   */
  static double[] checked(double[] weights, long count, String of) {
    return read(one(weights, count, of), count, of);
  }

  /**
   * As a function of the record.
   *
   * @param of what each of them belongs to, as "records"
   */
  static LongToDoubleFunction one(double[] weights, long count, String of) {
    if (weights.length != count) {
      throw new IllegalArgumentException(
          "weights must be one for each of the %d %s, were %d"
              .formatted(count, of, weights.length));
    }
    return i -> weights[(int) i];
  }

  /** Checked weights; each is asked for once. */
  static double[] read(LongToDoubleFunction weights, long count, String of) {
    double[] all = HeapArrays.doubles(length(count, of), "weights");
    read(weights, all.length, of, (i, weight) -> all[i] = weight);
    return all;
  }

  /** The same as bits of doubles, in the array in which an {@link AliasTable} is built. */
  static long[] bits(LongToDoubleFunction weights, long count, String of) {
    long[] bits = HeapArrays.longs(length(count, of), "weights");
    read(weights, bits.length, of, (i, weight) -> bits[i] = Double.doubleToRawLongBits(weight));
    return bits;
  }

  private static int length(long count, String of) {
    if (count < 0 || count > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "weights must be of at most 2^31 - 9 %s, were of %d".formatted(of, count));
    }
    return (int) count;
  }

  /** Takes a weight by its number. */
  private interface WeightSink {
    void accept(int i, double weight);
  }

  private static void read(LongToDoubleFunction weights, int count, String of, WeightSink sink) {
    boolean isPositive = false;
    for (int i = 0; i < count; i++) {
      double weight = weights.applyAsDouble(i);
      if (!(weight >= 0 && weight <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "weights must be finite and not negative, was %s at %d".formatted(weight, i));
      }
      isPositive |= weight > 0;
      sink.accept(i, weight);
    }
    if (!isPositive) {
      throw new IllegalArgumentException(
          "weights must not all be 0, were 0 for all of the %d %s".formatted(count, of));
    }
  }

  /**
   * Multiplies all weights by a power of two, which brings the largest to 1 or more, so that
   * dividing by them does not overflow.
   */
  static void raise(double[] weights) {
    double largest = 0;
    for (double weight : weights) {
      largest = Math.max(largest, weight);
    }
    int shift = 0;
    while (largest < 1) {
      int step = Math.max(1, -Math.getExponent(largest));
      largest = Math.scalb(largest, step);
      shift += step;
    }
    for (int i = 0; i < weights.length && shift > 0; i++) {
      weights[i] = Math.scalb(weights[i], shift);
    }
  }

  static int countPositive(double[] weights) {
    int count = 0;
    for (double weight : weights) {
      count += weight > 0 ? 1 : 0;
    }
    return count;
  }

  /** With compensation for rounding (Neumaier 1974), so that the order hardly matters. */
  static double sum(int count, IntToDoubleFunction weights, double scale) {
    double sum = 0;
    double lost = 0;
    for (int i = 0; i < count; i++) {
      double term = weights.applyAsDouble(i) * scale;
      double next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
      sum = next;
    }
    return sum + lost;
  }
}
