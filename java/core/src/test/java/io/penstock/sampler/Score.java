package io.penstock.sampler;

/**
 * A statistic of an order, as its distance from what uniform shuffles give, in standard deviations.
 *
 * <p>What it owns: turning counts into such distances. All of them are close to a standard normal
 * variable when orders are uniform, so one limit serves all.
 *
 * @param name what was measured
 * @param deviations distance from the expectation, in standard deviations
 */
record Score(String name, double deviations) {
  /** A variable with a known expectation and variance that is nearly normal. */
  static Score normal(String name, double value, double mean, double variance) {
    return new Score(name, (value - mean) / Math.sqrt(variance));
  }

  /** A count of rare events: normal for a large mean, and cautious for a small one. */
  static Score poisson(String name, long count, double mean) {
    return normal(name, (double) count, mean, Math.max(mean, 1));
  }

  /** Counts that are expected to be equal. */
  static Score equalCounts(String name, long[] counts) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    double expected = (double) total / counts.length;
    double sum = 0;
    for (long count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return chiSquare(name, sum, counts.length - 1);
  }

  /** Independence of the rows and the columns of a table whose margins are all equal. */
  static Score independent(String name, long[][] table) {
    int rows = table.length;
    int columns = table[0].length;
    long total = 0;
    for (long[] row : table) {
      for (long count : row) {
        total += count;
      }
    }
    double expected = (double) total / rows / columns;
    double sum = 0;
    for (long[] row : table) {
      for (long count : row) {
        sum += (count - expected) * (count - expected) / expected;
      }
    }
    return chiSquare(name, sum, (rows - 1) * (columns - 1));
  }

  /** The cube root of a chi-square variable is nearly normal (Wilson and Hilferty 1931). */
  static Score chiSquare(String name, double sum, int degreesOfFreedom) {
    double variance = 2.0 / (9.0 * degreesOfFreedom);
    return normal(name, Math.cbrt(sum / degreesOfFreedom), 1 - variance, variance);
  }
}
