package io.penstock;

/**
 * What becomes of a record that cannot be read, or that is not what its checksum says.
 *
 * <p>What is delivered follows from the data alone: it is the same on every rank, whatever reads
 * them and how often they are read.
 */
public enum BadRecords {
  /** Its batch fails, with an exception that names the record. Whoever catches it may go on. */
  FAIL,

  /**
   * It is left out: its batch has a record less. A batch of nothing but bad records has none, and
   * is delivered all the same, so that all ranks get the same number of batches.
   */
  SKIP,

  /**
   * The next good record of the dataset takes its place: that of the next index, behind the last
   * one the first. {@link Batch#indices} tell which it is. Where {@value #MAX_TRIES} records in a
   * row are bad, the batch fails.
   */
  REPLACE;

  /** So many records in a row that are bad are no single records any more. */
  static final int MAX_TRIES = 1000;

  /**
   * How far to look for a record to put in place of a bad one.
   *
   * @return records
   */
  public static int maxTries() {
    return MAX_TRIES;
  }
}
