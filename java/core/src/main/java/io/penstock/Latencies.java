package io.penstock;

import io.penstock.internal.counters.Figures;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long requests to the device took: a histogram with eight classes for each doubling of the
 * time.
 *
 * <p>A request begins when it is handed to the kernel and ends when its reading thread sees that it
 * is complete. So its time includes the wait in the queue of the device, and the time that the
 * thread was busy with other records. Values are the upper end of a class: never too short, and too
 * long by less than 12.5%. Times of up to 34 s are distinguished.
 *
 * <p>Immutable.
 */
public final class Latencies {
  /** For each doubling, the three bits below the highest one distinguish classes. */
  private static final int CLASSES = 8;

  private final long[] counts;
  private final long count;

  /** Takes the array over: counts as penstock_reader_latencies gives them. */
  Latencies(long[] counts) {
    if (counts.length != Figures.LATENCY_COUNT) {
      throw new IllegalArgumentException(
          "counts must be %d, were %d".formatted(Figures.LATENCY_COUNT, counts.length));
    }
    this.counts = counts;
    this.count = Arrays.stream(counts).sum();
  }

  /**
   * How many requests were completed, repeats included.
   *
   * @return at least 0; 0 with {@code backend=mmap}, where the kernel reads by itself
   */
  public long count() {
    return count;
  }

  /**
   * The time within which a share of the requests was done.
   *
   * @param percent of the requests, above 0 and up to 100: 50 asks for the median
   * @return nanoseconds, rounded up as the class says; 0 if there were no requests
   * @throws IllegalArgumentException if the share is out of range
   */
  public long percentileNanos(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent must be above 0 and up to 100, was " + percent);
    }
    long wanted = Math.max(1, (long) Math.ceil(percent * count / 100));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= wanted) {
        return endNanos(i);
      }
    }
    return count == 0 ? 0 : endNanos(counts.length - 1);
  }

  /**
   * The longest time.
   *
   * @return nanoseconds, rounded up as the class says; 0 if there were no requests
   */
  public long maxNanos() {
    return percentileNanos(100);
  }

  /** Where a class ends. */
  private static long endNanos(int number) {
    return (long) (CLASSES + 1 + number % CLASSES) << (number / CLASSES);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Latencies that && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Latencies[count=%d, p50=%.0f us, p99=%.0f us, max=%.0f us]",
        count,
        percentileNanos(50) / 1e3,
        percentileNanos(99) / 1e3,
        maxNanos() / 1e3);
  }
}
