package io.penstock.options;

/**
 * What happens to a record that cannot be read, that does not match its checksum, or that a {@link
 * io.penstock.transform.RecordTransform} says is bad, such as a damaged image.
 *
 * <p>The result depends on the data alone: it is the same on every rank, for every backend, and
 * each time that the data are read.
 */
public enum BadRecordPolicy {
  /**
   * Its batch fails, with an exception that names the record. The loop may go on with the next
   * batch.
   */
  FAIL,

  /**
   * It is left out: its batch has one record less. A batch of bad records only is delivered empty,
   * so that all ranks get the same number of batches.
   */
  SKIP,

  /**
   * The next good record of the dataset takes its place, by index; after the last record comes the
   * first. {@link io.penstock.Batch#indices} tell which one. If {@value #MAX_TRIES} records in a
   * row are bad, the batch fails.
   */
  REPLACE;

  /** More bad records in a row than this are not a problem of single records any more. */
  static final int MAX_TRIES = 1000;

  /**
   * How many records to try in place of a bad one.
   *
   * @return records
   */
  public static int maxTries() {
    return MAX_TRIES;
  }
}
