package io.penstock.internal.counters;

/**
 * What a reader or a pipeline did since it was opened, and how long requests took.
 *
 * <p>Filled once a batch, and nothing is allocated per batch. Its owner ensures visibility between
 * threads.
 */
public final class Figures {
  /** How many counts penstock_reader_latencies writes. */
  public static final int LATENCY_COUNT = 256;

  /** What it did. */
  public final Counters counters = new Counters();

  /** Requests that have ended: those that {@link #latencies} counts. */
  public long completions;

  /** How many requests took how long: see penstock_reader_latencies. */
  public final long[] latencies = new long[LATENCY_COUNT];

  /**
   * Takes over all values.
   *
   * @param other what to copy
   */
  public void set(Figures other) {
    counters.set(other.counters);
    completions = other.completions;
    System.arraycopy(other.latencies, 0, latencies, 0, LATENCY_COUNT);
  }

  /**
   * Adds those of another one that works beside this one.
   *
   * @param other what to add
   */
  public void addBeside(Figures other) {
    counters.addBeside(other.counters);
    addLatencies(other);
  }

  /**
   * Adds those of one that worked before this one.
   *
   * @param earlier what to add
   */
  public void addEarlier(Figures earlier) {
    counters.addEarlier(earlier.counters);
    addLatencies(earlier);
  }

  /**
   * Counts a request that has ended, in the class that penstock_reader_latencies puts it in: eight
   * for each doubling.
   *
   * @param counts as many as {@link #LATENCY_COUNT}
   * @param nanos how long it took
   */
  public static void countLatency(long[] counts, long nanos) {
    int latencyClass = 0;
    if (nanos >= 8) {
      int shift = 60 - Long.numberOfLeadingZeros(nanos);
      latencyClass = shift * 8 + (int) (nanos >>> shift) - 8;
    }
    counts[Math.min(latencyClass, LATENCY_COUNT - 1)]++;
  }

  private void addLatencies(Figures other) {
    completions += other.completions;
    for (int i = 0; i < LATENCY_COUNT; i++) {
      latencies[i] += other.latencies[i];
    }
  }
}
