package io.penstock.internal.job;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * Some positions of an epoch, as ranges: which records of it have been delivered.
 *
 * <p>Nearly always one range from position 0 on. Several of them when processes shared an epoch in
 * long stretches (see {@code Partition}). Immutable.
 */
public final class Positions {
  /** No positions: an epoch that has not begun. */
  public static final Positions NONE = new Positions(new long[0]);

  /** A job leaves one range for each process; a line of text must not grow without bound. */
  private static final int MAX_RANGES = 1 << 16;

  /** This many digits fit into a long. */
  private static final int MAX_DIGITS = 18;

  /** Start and end of each range, ascending; ranges are not empty and do not touch. */
  private final long[] bounds;

  private Positions(long[] bounds) {
    this.bounds = bounds;
  }

  /**
   * The first positions of an epoch.
   *
   * @param end the position after the last one, at least 0
   * @return all positions from 0 up to but not including {@code end}
   */
  public static Positions upTo(long end) {
    return of(0, end);
  }

  /**
   * The union of some ranges.
   *
   * @param bounds start (inclusive) and end (exclusive) of each, in any order; ranges may overlap
   * @return their union
   * @throws IllegalArgumentException if a bound is negative or missing, an end is before its start,
   *     or more than 65,536 ranges are left
   */
  public static Positions of(long... bounds) {
    if (bounds.length % 2 != 0) {
      throw new IllegalArgumentException(
          "bounds must be pairs of start and end, were " + bounds.length + " numbers");
    }
    long[][] ranges = new long[bounds.length / 2][];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = new long[] {bounds[2 * i], bounds[2 * i + 1]};
      if (ranges[i][0] < 0 || ranges[i][1] < ranges[i][0]) {
        throw new IllegalArgumentException(
            "ranges must start at 0 or later and not end before that, was %d-%d"
                .formatted(ranges[i][0], ranges[i][1]));
      }
    }
    Arrays.sort(ranges, (one, other) -> Long.compare(one[0], other[0]));
    long[] united = new long[bounds.length];
    int length = 0;
    for (long[] range : ranges) {
      if (length > 0 && range[0] <= united[length - 1]) {
        united[length - 1] = Math.max(united[length - 1], range[1]);
      } else if (range[0] < range[1]) {
        united[length++] = range[0];
        united[length++] = range[1];
      }
    }
    if (length / 2 > MAX_RANGES) {
      throw new IllegalArgumentException(
          "positions must be at most %d ranges, were %d".formatted(MAX_RANGES, length / 2));
    }
    return length == 0 ? NONE : new Positions(Arrays.copyOf(united, length));
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @param text as "0-512,1000-1512", with ascending, separate ranges
   * @return the positions
   * @throws IllegalArgumentException if it is not of that form
   */
  public static Positions parse(String text) {
    String[] numbers = text.split("[,-]", -1);
    long[] bounds = new long[numbers.length];
    boolean isRight = numbers.length % 2 == 0;
    int at = -1;
    for (int i = 0; isRight && i < numbers.length; i++) {
      isRight =
          numbers[i].length() <= MAX_DIGITS
              && isNumber(numbers[i])
              && (at < 0 || text.charAt(at) == (i % 2 == 0 ? ',' : '-'));
      bounds[i] = isRight ? Long.parseLong(numbers[i]) : 0;
      isRight &= i == 0 || bounds[i] > bounds[i - 1];
      at += numbers[i].length() + 1;
    }
    if (!isRight) {
      throw new IllegalArgumentException(
          "positions must be ascending ranges as 0-512,1000-1512, was '%s'"
              .formatted(text.length() > 80 ? text.substring(0, 80) + "..." : text));
    }
    return of(bounds);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /**
   * How many there are.
   *
   * @return at least 0
   */
  public long count() {
    long count = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      count += bounds[i + 1] - bounds[i];
    }
    return count;
  }

  /**
   * The position after the last one.
   *
   * @return 0 if there is none
   */
  public long end() {
    return bounds.length == 0 ? 0 : bounds[bounds.length - 1];
  }

  /**
   * Whether these are the first positions of an epoch, with none left out.
   *
   * @return true also if there is none
   */
  public boolean isPrefix() {
    return bounds.length == 0 || (bounds.length == 2 && bounds[0] == 0);
  }

  /**
   * Whether a position is one of these.
   *
   * @param position any number
   * @return whether it lies in a range
   */
  public boolean contains(long position) {
    int found = Arrays.binarySearch(bounds, position);
    // A start is in its range and an end is not; between bounds, it depends on how many bounds come
    // before.
    return (found >= 0 ? found : -found - 2) % 2 == 0;
  }

  /** Starts and ends of all ranges; a copy. */
  public long[] bounds() {
    return bounds.clone();
  }

  /** The positions of an epoch that are not among these. */
  public Positions remaining(long size) {
    long[] others = new long[bounds.length + 2];
    System.arraycopy(bounds, 0, others, 1, bounds.length);
    others[bounds.length + 1] = Math.max(size, end());
    return of(others);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Positions positions && Arrays.equals(bounds, positions.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  /** Ranges as "0-512,1000-1512", the end exclusive. Empty if there are none. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(",");
    for (int i = 0; i < bounds.length; i += 2) {
      text.add(bounds[i] + "-" + bounds[i + 1]);
    }
    return text.toString();
  }
}
