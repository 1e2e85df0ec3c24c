package io.penstock.cli.demo;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Shows that records were read, and which: CRC-32C over all of them, with its value behind the
 * first so many kept. Cheap beside any reading; all contenders bear it alike.
 */
final class Checksum {
  private final CRC32C sum = new CRC32C();
  private final int recordBytes;
  private final long checkedRecords;
  private long records;
  private long checked;

  /** Long.MAX_VALUE for checkedRecords: all. */
  Checksum(int recordBytes, long checkedRecords) {
    this.recordBytes = recordBytes;
    this.checkedRecords = checkedRecords;
  }

  /** Adds the first records of a buffer. */
  void add(ByteBuffer bytes, int count) {
    int first = (int) Math.min(count, Math.max(0, checkedRecords - records));
    if (first > 0) {
      sum.update(bytes.clear().limit(first * recordBytes));
      checked = sum.getValue();
    }
    sum.update(bytes.clear().limit(count * recordBytes).position(first * recordBytes));
    records += count;
  }

  long records() {
    return records;
  }

  /** Of the records that were to be checked, as far as they came. */
  long value() {
    return checked;
  }
}
