package io.penstock.sampler;

/** The checks that all weights go through, so that they all say the same. */
final class Weights {
  private Weights() {}

  /**
   * A copy of weights that are right.
   *
   * @param of what each of them belongs to, as "records"
   */
  static double[] checked(double[] weights, long count, String of) {
    if (weights.length != count) {
      throw new IllegalArgumentException(
          "weights must be one for each of the %d %s, were %d"
              .formatted(count, of, weights.length));
    }
    boolean isPositive = false;
    for (int i = 0; i < weights.length; i++) {
      if (!(weights[i] >= 0 && weights[i] <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "weights must be finite and not negative, was %s at %d".formatted(weights[i], i));
      }
      isPositive |= weights[i] > 0;
    }
    if (!isPositive) {
      throw new IllegalArgumentException(
          "weights must not all be 0, were 0 for all of the %d %s".formatted(count, of));
    }
    return weights.clone();
  }

  /**
   * The same weights, all multiplied by a power of two, which brings the largest to 1 or more: what
   * is divided by them does not overflow then.
   */
  static double[] raised(double[] weights) {
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
    double[] raised = weights.clone();
    for (int i = 0; i < raised.length && shift > 0; i++) {
      raised[i] = Math.scalb(raised[i], shift);
    }
    return raised;
  }

  static int countPositive(double[] weights) {
    int count = 0;
    for (double weight : weights) {
      count += weight > 0 ? 1 : 0;
    }
    return count;
  }

  /**
   * With what was lost in rounding carried along (Neumaier 1974), so that the order hardly matters.
   */
  static double sum(double[] weights, double scale) {
    double sum = 0;
    double lost = 0;
    for (double weight : weights) {
      double term = weight * scale;
      double next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
      sum = next;
    }
    return sum + lost;
  }
}
