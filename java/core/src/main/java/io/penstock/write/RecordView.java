package io.penstock.write;

import io.penstock.Batch;
import io.penstock.array.Column;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Where the columns of one record lie in memory: side by side as batches have them, or one after
 * another as an entry of a bucket has them.
 *
 * <p>An entry is the position of the record in its bucket (32 bits), the sizes of those of its
 * columns that have records of different sizes (32 bits each), and the bytes of all columns. Of one
 * thread; set anew for each record.
 */
final class RecordView {
  private final String[] names;

  /** Sizes of records; 0 where they differ. */
  private final long[] fixedBytes;

  private final long[] valueBytes;
  private final long headerBytes;
  private final MemorySegment[] segments;
  private final MemorySegment[] starts;
  private final long[] offsets;
  private final long[] bytes;

  /** For records of some columns. */
  RecordView(List<Column> columns) {
    this.names = columns.stream().map(Column::name).toArray(String[]::new);
    this.fixedBytes = columns.stream().mapToLong(Column::recordBytes).toArray();
    this.valueBytes = columns.stream().mapToLong(RecordView::valueBytes).toArray();
    this.headerBytes = Integer.BYTES * (1 + columns.stream().filter(Column::isVariable).count());
    this.segments = new MemorySegment[names.length];
    this.starts = new MemorySegment[names.length];
    this.offsets = new long[names.length];
    this.bytes = fixedBytes.clone();
  }

  private static long valueBytes(Column column) {
    return Math.multiplyExact(column.elementType().sizeBytes(), column.shape().elementCount());
  }

  /** The records of a batch, of which one is to be selected. */
  void set(Batch batch) {
    for (int c = 0; c < segments.length; c++) {
      segments[c] = batch.column(c);
      starts[c] = fixedBytes[c] == 0 ? batch.offsets(names[c]) : MemorySegment.NULL;
    }
  }

  /** A record of the batch by its number there. */
  void select(int i) {
    for (int c = 0; c < segments.length; c++) {
      if (fixedBytes[c] == 0) {
        offsets[c] = starts[c].getAtIndex(ValueLayout.JAVA_LONG, i) * valueBytes[c];
        long end = starts[c].getAtIndex(ValueLayout.JAVA_LONG, i + 1L) * valueBytes[c];
        bytes[c] = end - offsets[c];
      } else {
        offsets[c] = i * fixedBytes[c];
      }
    }
  }

  /** Size of what an entry has before the bytes of its columns. */
  long headerBytes() {
    return headerBytes;
  }

  /** The record of an entry, of which the header is there at least. */
  void setEntry(MemorySegment memory, long at) {
    long size = at + Integer.BYTES;
    long offset = at + headerBytes;
    for (int c = 0; c < segments.length; c++) {
      if (fixedBytes[c] == 0) {
        bytes[c] = memory.get(ValueLayout.JAVA_INT_UNALIGNED, size);
        size += Integer.BYTES;
      }
      segments[c] = memory;
      offsets[c] = offset;
      offset += bytes[c];
    }
  }

  /** Writes the record as an entry. */
  void writeEntry(int position, MemorySegment to, long at) {
    to.set(ValueLayout.JAVA_INT_UNALIGNED, at, position);
    long size = at + Integer.BYTES;
    long offset = at + headerBytes;
    for (int c = 0; c < segments.length; c++) {
      if (fixedBytes[c] == 0) {
        to.set(ValueLayout.JAVA_INT_UNALIGNED, size, (int) bytes[c]);
        size += Integer.BYTES;
      }
      copy(c, to, offset);
      offset += bytes[c];
    }
  }

  /** Size of the entry of this record. */
  long entryBytes() {
    long sum = headerBytes;
    for (long size : bytes) {
      sum += size;
    }
    return sum;
  }

  int columnCount() {
    return bytes.length;
  }

  /** Size of the record in a column. */
  long bytes(int column) {
    return bytes[column];
  }

  /** Copies the record of a column. */
  void copy(int column, MemorySegment to, long offset) {
    MemorySegment.copy(segments[column], offsets[column], to, offset, bytes[column]);
  }
}
