package io.penstock.bench.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How large records are: all alike, or with a lognormal distribution, as files that people collect
 * have it. Sizes are multiples of 8 and at least 16, so that {@link Words} and {@link Digest} can
 * tell a record by its index and its length.
 */
public sealed interface RecordSize {
  /** Smallest size of a record: its index, and a word that looks random. */
  long LEAST_BYTES = 16;

  /** Largest size of a record. */
  long MOST_BYTES = 1 << 30;

  /** Short, for names of files and cells. */
  String label();

  /**
   * What a command line has to say for {@link #parse} to make the same: {@code 784}, {@code ~6000}.
   */
  String text();

  /** How many records fit into so many bytes, at least four: two batches of some kind. */
  long countWithin(long bytes);

  /** Where the records lie that follow one another. */
  RecordPlaces places(long count);

  /**
   * A size as text: {@code 784}, or {@code ~6000} for lognormal sizes with that median.
   *
   * @param text a number of bytes
   * @param seed of lognormal sizes
   */
  static RecordSize parse(String text, long seed) {
    return text.startsWith("~")
        ? new Lognormal(Long.parseLong(text.substring(1)), seed)
        : new Equal(Long.parseLong(text));
  }

  /** Throws if a size cannot be that of a record. */
  private static void check(long bytes) {
    if (bytes < LEAST_BYTES || bytes % Long.BYTES != 0 || bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "recordBytes must be a multiple of 8, 16 to 1 GiB, was " + bytes);
    }
  }

  /**
   * All records have one size.
   *
   * @param bytes of each
   */
  record Equal(long bytes) implements RecordSize {
    /** Checks the size. */
    public Equal {
      check(bytes);
    }

    @Override
    public String label() {
      return text();
    }

    @Override
    public String text() {
      return Long.toString(bytes);
    }

    @Override
    public long countWithin(long all) {
      return Math.max(4, all / bytes);
    }

    @Override
    public RecordPlaces places(long count) {
      return index -> index * bytes;
    }
  }

  /**
   * The logarithm of sizes has a normal distribution with a deviation of 1: two thirds of them lie
   * between 0.37 and 2.7 times the median, and the mean is 1.65 times the median.
   *
   * @param medianBytes half of the records are smaller
   * @param seed tells the sizes
   */
  record Lognormal(long medianBytes, long seed) implements RecordSize {
    private static final double SIGMA = 1;

    /** Checks the median. */
    public Lognormal {
      if (medianBytes < LEAST_BYTES || medianBytes > MOST_BYTES) {
        throw new IllegalArgumentException("medianBytes must be 16 to 1 GiB, was " + medianBytes);
      }
    }

    @Override
    public String label() {
      return "lognormal-" + medianBytes;
    }

    @Override
    public String text() {
      return "~" + medianBytes;
    }

    @Override
    public long countWithin(long all) {
      SplittableRandom random = new SplittableRandom(seed);
      long count = 0;
      for (long end = next(random); end <= all || count < 4; end += next(random)) {
        count++;
      }
      return count;
    }

    /** One long a record: tens of megabytes for millions of small ones. */
    @Override
    public RecordPlaces places(long count) {
      SplittableRandom random = new SplittableRandom(seed);
      long[] begins = new long[Math.toIntExact(count + 1)];
      Arrays.setAll(begins, i -> i == 0 ? 0 : begins[i - 1] + next(random));
      return index -> begins[(int) index];
    }

    private long next(SplittableRandom random) {
      double size = medianBytes * Math.exp(SIGMA * random.nextGaussian());
      return Math.clamp(Math.round(size / Long.BYTES) * Long.BYTES, LEAST_BYTES, MOST_BYTES);
    }
  }
}
