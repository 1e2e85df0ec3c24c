package io.penstock.internal.counters;

import io.penstock.statistics.Statistic;
import java.util.Arrays;

/**
 * A value for each {@link Statistic}; 0 at first.
 *
 * <p>Filled again and again: nothing is allocated per batch. Not for use by several threads without
 * a lock of theirs.
 */
@SuppressWarnings("EnumOrdinal") // The ordinal is the place: an EnumMap would box each value.
public final class Counters {
  private static final Statistic[] STATISTICS = Statistic.values();

  private final long[] values = new long[STATISTICS.length];

  /**
   * The value of a statistic.
   *
   * @param statistic which
   * @return the value, in its unit
   */
  public long get(Statistic statistic) {
    return values[statistic.ordinal()];
  }

  /**
   * Changes a value.
   *
   * @param statistic which
   * @param value the new one
   */
  public void set(Statistic statistic, long value) {
    values[statistic.ordinal()] = value;
  }

  /**
   * Adds to a value.
   *
   * @param statistic which
   * @param more what to add
   */
  public void add(Statistic statistic, long more) {
    values[statistic.ordinal()] += more;
  }

  /** Sets all values to 0. */
  public void clear() {
    Arrays.fill(values, 0);
  }

  /**
   * Takes over all values.
   *
   * @param other whose
   */
  public void set(Counters other) {
    System.arraycopy(other.values, 0, values, 0, values.length);
  }

  /**
   * Takes over what happened between two moments. Only counters have such a difference.
   *
   * @param before values at the first
   * @param after values at the second
   */
  public void setDifference(Counters before, Counters after) {
    for (int i = 0; i < values.length; i++) {
      values[i] = after.values[i] - before.values[i];
    }
  }

  /**
   * Adds what others count at the same time.
   *
   * @param other of another thread
   */
  public void addBeside(Counters other) {
    for (int i = 0; i < values.length; i++) {
      values[i] =
          STATISTICS[i].kind() == Statistic.Kind.SETTING
              ? Math.max(values[i], other.values[i])
              : values[i] + other.values[i];
    }
  }

  /**
   * Adds what was counted before this began.
   *
   * @param earlier of the time before
   */
  public void addEarlier(Counters earlier) {
    for (int i = 0; i < values.length; i++) {
      switch (STATISTICS[i].kind()) {
        case COUNTER -> values[i] += earlier.values[i];
        case PEAK -> values[i] = Math.max(values[i], earlier.values[i]);
        case LEVEL, SETTING -> {
          // It is as it is now.
        }
      }
    }
  }
}
