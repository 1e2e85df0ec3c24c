package io.penstock.internal.slot;

import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Counters;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Memory of one batch, and what it holds at the moment.
 *
 * <p>Segments are made once, so that a batch costs no garbage. A slot belongs to one place at a
 * time (its owner, the gatherer, the ring of finished batches, the consumer); handing it on under
 * the pipeline's lock makes its fields visible. It must not know who holds it.
 */
public final class Slot {
  /** Number of the reading thread, or of the job of transforms, that it belongs to. */
  public final int owner;

  /** Where the time of the batch in it went. */
  public final Counters trace = new Counters();

  /** When the batch in it was finished, by System.nanoTime. */
  public long readyNanos;

  private final int capacity;
  private final MemorySegment memory;
  private final MemorySegment indices;
  private final MemorySegment[] columns;
  private final long[] recordBytes;

  /**
   * Views of a batch that is not full: the last of an epoch, so nearly always of one size. -1: none
   * were made yet.
   */
  private int shortSize = -1;

  private MemorySegment shortIndices;
  private final MemorySegment[] shortColumns;

  /** Where the values of columns with records of different sizes lie; empty if there are none. */
  private final MemorySegment values;

  /** Of each such column, within the values: where they begin in this batch, and how many bytes. */
  private final long[] valuesAt;

  private final long[] valueBytes;

  /** Of each such column: where records begin, in values, and behind that where the last ends. */
  private final MemorySegment[] recordOffsets;

  private boolean isLastPiece = true;

  /** Where the records were in the batch before some were left out; null where none were. */
  private int[] places;

  private long epoch;
  private long position;
  private int size;
  private int recordCount;
  private PenstockException failure;

  /**
   * Cuts the memory into columns.
   *
   * @param owner number of the reading thread, or of the job, that it belongs to
   * @param memory of the columns
   * @param offsets where each column starts in it
   * @param recordBytes size of a record of each column
   * @param indices room for one int64 a record
   */
  public Slot(
      int owner,
      MemorySegment memory,
      List<Long> offsets,
      List<Long> recordBytes,
      MemorySegment indices) {
    this(owner, memory, offsets, recordBytes, memory.asSlice(0, 0), indices);
  }

  /**
   * The same with columns whose records have different sizes, that is 0 here: at their offset lie
   * the int64 offsets of their records, one more than records.
   *
   * @param values where the values of all these columns go
   */
  public Slot(
      int owner,
      MemorySegment memory,
      List<Long> offsets,
      List<Long> recordBytes,
      MemorySegment values,
      MemorySegment indices) {
    this.owner = owner;
    this.memory = memory;
    this.indices = indices;
    this.recordBytes = recordBytes.stream().mapToLong(Long::longValue).toArray();
    this.capacity = Math.toIntExact(indices.byteSize() / Long.BYTES);
    this.size = capacity;
    this.columns = new MemorySegment[offsets.size()];
    this.shortColumns = new MemorySegment[offsets.size()];
    this.values = values;
    this.valuesAt = new long[offsets.size()];
    this.valueBytes = new long[offsets.size()];
    this.recordOffsets = new MemorySegment[offsets.size()];
    for (int c = 0; c < columns.length; c++) {
      if (this.recordBytes[c] == 0) {
        recordOffsets[c] = memory.asSlice(offsets.get(c), (capacity + 1L) * Long.BYTES);
      } else {
        columns[c] = memory.asSlice(offsets.get(c), capacity * this.recordBytes[c]);
      }
    }
  }

  /** Where it is in memory. */
  public long address() {
    return memory.address();
  }

  /** Number of columns. */
  public int columnCount() {
    return columns.length;
  }

  /** Most records that fit. */
  public int capacity() {
    return capacity;
  }

  /** Number of records of the batch in it, padding included. */
  public int size() {
    return size;
  }

  /** How many of them are not padding; they come first. */
  public int recordCount() {
    return recordCount;
  }

  /** Epoch of the batch in it. */
  public long epoch() {
    return epoch;
  }

  /** Position of its first record in the epoch. */
  public long position() {
    return position;
  }

  /** Why the batch in it could not be read; null if it could. */
  public PenstockException failure() {
    return failure;
  }

  /** The records of a column, {@link #size()} of them and no more. */
  public MemorySegment column(int column) {
    if (recordOffsets[column] != null) {
      return values.asSlice(valuesAt[column], valueBytes[column]);
    }
    return size == capacity ? columns[column] : shortColumns[column];
  }

  /** The int64 indices of the records, {@link #size()} of them and no more. */
  public MemorySegment indices() {
    return size == capacity ? indices : shortIndices;
  }

  /** The offsets of the records of a column, {@link #size()} + 1; null if they have one size. */
  public MemorySegment recordOffsets(int column) {
    return recordOffsets[column] == null
        ? null
        : recordOffsets[column].asSlice(0, (size + 1L) * Long.BYTES);
  }

  /** Bytes of all columns of the batch in it. */
  public long bytes() {
    long sum = 0;
    for (int c = 0; c < columns.length; c++) {
      sum += size * recordBytes[c] + valueBytes[c];
    }
    return sum;
  }

  /** Whether no more pieces of the same batch follow: always, unless sizes of records differ. */
  public boolean isLastPiece() {
    return isLastPiece;
  }

  void setLastPiece(boolean isLast) {
    isLastPiece = isLast;
  }

  public MemorySegment values() {
    return values;
  }

  /** Where the values of a column begin in {@link #values}. */
  public long valuesAt(int column) {
    return valuesAt[column];
  }

  /** Where a record begins, in values of its column. */
  public long begin(int column, int place) {
    return recordOffsets[column].getAtIndex(ValueLayout.JAVA_LONG, place);
  }

  /** Where a record ends, in values of its column. */
  public long end(int column, int place) {
    return recordOffsets[column].getAtIndex(ValueLayout.JAVA_LONG, place + 1L);
  }

  public void setEnd(int column, int place, long end) {
    recordOffsets[column].setAtIndex(ValueLayout.JAVA_LONG, place + 1L, end);
  }

  /** Gives the columns their places, given how many bytes each has. */
  public void setLengths(long[] bytes) {
    long at = 0;
    for (int c = 0; c < columns.length; c++) {
      if (recordOffsets[c] != null) {
        valuesAt[c] = at;
        valueBytes[c] = bytes[c];
        at = (at + bytes[c] + BatchCutter.ALIGNMENT_BYTES - 1) & -BatchCutter.ALIGNMENT_BYTES;
        recordOffsets[c].setAtIndex(ValueLayout.JAVA_LONG, 0, 0);
      }
    }
  }

  /** Says that it is going to hold the cursor's batch. */
  public void assign(BatchCursor cursor) {
    RankShare share = cursor.share();
    long batch = cursor.batch();
    assign(cursor.epoch(), share.position(batch, 0), share.size(batch), share.recordCount(batch));
  }

  /** Says which batch it is going to hold. */
  public void assign(long epoch, long position, int size, int recordCount) {
    this.epoch = epoch;
    this.position = position;
    this.size = size;
    this.recordCount = recordCount;
    this.failure = null;
    this.places = null;
    resize(size);
  }

  /**
   * Leaves out the last places of the batch.
   *
   * @param places where the records that are left were before, one for each of them
   * @param recordCount how many of them are not padding
   */
  public void shrink(int[] places, int recordCount) {
    this.places = places;
    this.size = places.length;
    this.recordCount = recordCount;
    resize(size);
  }

  /** Where the records were in the batch before some were left out; null where none were. */
  public int[] places() {
    return places;
  }

  /** Copies a record with its index from one place of the batch to another. */
  public void move(int from, int to) {
    if (from == to) {
      return;
    }
    for (int c = 0; c < columns.length; c++) {
      long bytes = recordBytes[c];
      MemorySegment.copy(columns[c], from * bytes, columns[c], to * bytes, bytes);
    }
    MemorySegment.copy(
        indices, from * (long) Long.BYTES, indices, to * (long) Long.BYTES, Long.BYTES);
  }

  /** Room for the records of a column, whatever the size of the batch in it. */
  public MemorySegment whole(int column) {
    return columns[column];
  }

  private void resize(int size) {
    if (size != capacity && size != shortSize) {
      shortSize = size;
      shortIndices = indices.asSlice(0, (long) size * Long.BYTES);
      for (int c = 0; c < columns.length; c++) {
        shortColumns[c] = columns[c] == null ? null : columns[c].asSlice(0, size * recordBytes[c]);
      }
    }
  }

  public void fail(PenstockException failure) {
    this.failure = failure;
  }

  /** Overwrites the batch in it, whole, with a byte. */
  public void overwrite(byte with) {
    memory.fill(with);
    indices.fill(with);
  }

  /** Overwrites all columns, so that nothing is left of an earlier batch. */
  public void clear() {
    for (MemorySegment column : columns) {
      if (column != null) {
        column.fill((byte) 0);
      }
    }
    values.fill((byte) 0);
  }
}
