package io.penstock.bench.data;

/**
 * What the records of benchmark files hold: 64-bit words, each a function of its place.
 *
 * <p>The first word of a record is its index, all others look random, so that nothing below can
 * compress them and any byte that was delivered can be checked without a second copy of the file.
 * {@code contender.py} must not know this: it only adds up what it read.
 */
public final class Words {
  private static final long RECORD_STEP = 0x9E3779B97F4A7C15L;
  private static final long WORD_STEP = 0xD1B54A32D192ED03L;

  private Words() {}

  /**
   * A word of a record.
   *
   * @param index of the record
   * @param word its place in the record, from 0
   * @return what is written there, little-endian
   */
  public static long at(long index, long word) {
    return word == 0 ? index : mix(index * RECORD_STEP + word * WORD_STEP);
  }

  /** David Stafford's variant 13 of the finalizer of MurmurHash3. */
  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
