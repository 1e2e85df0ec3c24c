package io.penstock.internal.format.tfrecord;

/**
 * How many records without a value the columns of an index may have in all: about as many as
 * records with one. Otherwise an index of thousands of features that are in few records each would
 * be larger than its file.
 */
final class MissingBudget {
  private static final long FREE = 1 << 20;

  private long present;
  private long missing;

  void present() {
    present++;
  }

  /**
   * Asks for records without a value.
   *
   * @param count how many
   * @param isMostlyMissing whether the column has fewer records with a value than without
   */
  boolean allows(long count, boolean isMostlyMissing) {
    if (isMostlyMissing && missing + count > FREE + present) {
      return false;
    }
    missing += count;
    return true;
  }
}
