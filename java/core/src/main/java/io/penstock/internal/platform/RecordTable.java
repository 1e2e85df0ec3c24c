package io.penstock.internal.platform;

import java.lang.foreign.MemorySegment;

/**
 * The record table of a variable column: where each record lies.
 *
 * <p>One thread appends all records and seals it, before anything is read. Then any thread may ask
 * it.
 */
public interface RecordTable extends RecordLocator {
  /**
   * What it knows of its records.
   *
   * @param totalBytes of all records
   * @param longestBytes the longest one; 0 without records
   * @param tableBytes what the table takes
   */
  record Facts(long totalBytes, long longestBytes, long tableBytes) {}

  /**
   * Appends records in index order.
   *
   * @param files uint32, number of the file of each record
   * @param offsets uint64, where each begins in its file, in bytes
   * @param lengths uint64, how many bytes each has
   * @param count how many
   * @throws io.penstock.error.PenstockException if one does not lie in its file, or memory is
   *     short: then none was appended
   */
  void append(MemorySegment files, MemorySegment offsets, MemorySegment lengths, long count);

  /**
   * Ends it: from now on it can be read.
   *
   * @throws io.penstock.error.PenstockException if it has another number of records than other
   *     columns
   */
  void seal();

  /** What it knows of its records. Any thread. */
  Facts facts();
}
