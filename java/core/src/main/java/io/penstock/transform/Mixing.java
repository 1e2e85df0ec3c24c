package io.penstock.transform;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Mixup (Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: beyond empirical risk minimization", ICLR
 * 2018): each record becomes a weighted mean of itself and another record of its batch, with the
 * same weight in all columns. Immutable.
 */
final class Mixing {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Below, powers of random numbers vanish; above, nearly all draws are rejected. */
  static final double LEAST_ALPHA = 0.05;

  static final double MOST_ALPHA = 4;

  private final double alpha;

  Mixing(double alpha) {
    if (!(alpha >= LEAST_ALPHA && alpha <= MOST_ALPHA)) {
      throw new IllegalArgumentException(
          "alpha must be %s to %s, was %s".formatted(LEAST_ALPHA, MOST_ALPHA, alpha));
    }
    this.alpha = alpha;
  }

  Transform.Bound bind(List<OutputColumn> columns) {
    int[] counts = new int[columns.size()];
    for (int i = 0; i < counts.length; i++) {
      OutputColumn column = Transforms.requireFixed(columns.get(i));
      if (!column.equals(column.withType(ElementType.FLOAT32))) {
        throw new IllegalArgumentException(
            "column '%s' must be float32 in the byte order of this machine, is %s: cast it before"
                .formatted(column.name(), column.elementType()));
      }
      counts[i] = Math.toIntExact(column.elementCount());
    }
    return new Transform.OfBatches(
        columns,
        (batch, from, to) -> {
          for (int i = from; i < to; i++) {
            RecordRandom random = batch.random(i);
            float own = (float) beta(random);
            int other = random.nextInt(batch.size());
            for (int c = 0; c < counts.length; c++) {
              mix(batch.input(c), i, other, own, batch.output(c), counts[c]);
            }
          }
        });
  }

  /**
   * A number of the distribution Beta(alpha, alpha), by Jöhnk's method of 1964. Powers are those of
   * StrictMath, which are the same on every machine.
   */
  private double beta(RecordRandom random) {
    double first;
    double second;
    do {
      first = StrictMath.pow(1 - random.nextDouble(), 1 / alpha);
      second = StrictMath.pow(1 - random.nextDouble(), 1 / alpha);
    } while (first + second > 1);
    return first / (first + second);
  }

  private static void mix(
      MemorySegment in, int own, int other, float weight, MemorySegment out, int count) {
    long ownAt = 4L * own * count;
    long otherAt = 4L * other * count;
    float rest = 1 - weight;
    for (int i = 0; i < count; i++) {
      float mixed = weight * in.get(FLOAT, ownAt + 4L * i) + rest * in.get(FLOAT, otherAt + 4L * i);
      out.set(FLOAT, ownAt + 4L * i, mixed);
    }
  }
}
