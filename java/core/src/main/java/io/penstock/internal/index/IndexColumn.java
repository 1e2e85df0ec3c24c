package io.penstock.internal.index;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;

/**
 * One column as its index file describes it.
 *
 * @param kind where its records lie
 * @param name of the part
 * @param type of the elements
 * @param recordShape of one record; no axes for a variable column
 * @param records how many, missing ones included
 * @param missing how many of them have no value
 * @param dataBytes sum of their sizes
 * @param fromBytes where the first of them begins in the container; 0 if none lies there
 * @param toBytes where the last one ends
 * @param first starts of records (int64), runs (three int64 each), values, or texts
 * @param second lengths of records in bytes (int32 or int64), -1 for a missing one; empty for fixed
 *     columns
 * @param third starts of texts in the section of texts (int64); empty for other columns
 */
record IndexColumn(
    Kind kind,
    String name,
    ElementType type,
    Shape recordShape,
    long records,
    long missing,
    long dataBytes,
    long fromBytes,
    long toBytes,
    Section first,
    Section second,
    Section third) {

  /** Where the records of a column lie. */
  enum Kind {
    /** In the container, of different sizes. */
    PLACES,
    /** In the container, of one size. */
    RUNS,
    /** In the index, of one size. */
    VALUES,
    /** In the index, of different sizes. */
    TEXTS
  }

  /**
   * A part of the index file.
   *
   * @param offsetBytes where it begins
   * @param bytes its size
   * @param crc its CRC32C
   */
  record Section(long offsetBytes, long bytes, int crc) {
    static final Section NONE = new Section(0, 0, 0);
  }

  boolean isVariable() {
    return kind == Kind.PLACES || kind == Kind.TEXTS;
  }

  /** Size of one length. */
  int lengthBytes() {
    return records == 0 ? Long.BYTES : Math.toIntExact(second.bytes / records);
  }
}
