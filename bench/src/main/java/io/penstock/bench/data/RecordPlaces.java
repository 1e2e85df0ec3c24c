package io.penstock.bench.data;

/** Where records lie that follow one another without gaps. */
@FunctionalInterface
public interface RecordPlaces {
  /**
   * Where a record begins.
   *
   * @param index of a record, or the number of records for the end of the last
   * @return bytes from the begin of the first
   */
  long begin(long index);

  /** Size of a record. */
  default long bytes(long index) {
    return begin(index + 1) - begin(index);
  }
}
