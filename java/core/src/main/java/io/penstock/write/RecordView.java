package io.penstock.write;

import io.penstock.Batch;
import io.penstock.array.Column;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Where the columns of some records lie in memory: side by side as batches have them, or one after
 * another as entries of a bucket have them.
 *
 * <p>Of one thread; set anew for each batch.
 */
final class RecordView {
  private final long[] recordBytes;
  private final MemorySegment[] segments;
  private final long[] offsets;
  private final long[] strides;
  private final boolean areEntries;

  /**
   * For batches of some columns.
   *
   * @param areEntries whether they come as the only column of entries, each with its position first
   */
  RecordView(List<Column> columns, boolean areEntries) {
    this.areEntries = areEntries;
    this.recordBytes = columns.stream().mapToLong(Column::recordBytes).toArray();
    this.segments = new MemorySegment[recordBytes.length];
    this.offsets = new long[recordBytes.length];
    this.strides = recordBytes.clone();
    long offset = Integer.BYTES;
    for (int c = 0; c < recordBytes.length && areEntries; c++) {
      offsets[c] = offset;
      offset += recordBytes[c];
    }
    for (int c = 0; c < recordBytes.length && areEntries; c++) {
      strides[c] = offset;
    }
  }

  void set(Batch batch) {
    for (int c = 0; c < segments.length; c++) {
      segments[c] = batch.column(areEntries ? 0 : c);
    }
  }

  int columnCount() {
    return recordBytes.length;
  }

  long recordBytes(int column) {
    return recordBytes[column];
  }

  /** Copies a record of a column. */
  void copy(int column, int i, MemorySegment to, long offset) {
    MemorySegment.copy(
        segments[column], offsets[column] + i * strides[column], to, offset, recordBytes[column]);
  }
}
