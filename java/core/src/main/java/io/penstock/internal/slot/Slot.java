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
  /** Values of a column start at lines of the processor's cache. */
  public static final long ALIGNMENT_BYTES = 64;

  /** Number of the reading thread, or of the job of transforms, that it belongs to. */
  public final int owner;

  /** Where the time of the batch in it went. */
  public final Counters trace = new Counters();

  /** Where its records lie in the step of their ranks. */
  public final StepOffsets offsets;

  /** When the batch in it was finished, by System.nanoTime. */
  public long readyNanos;

  private final int capacity;
  private final MemorySegment memory;
  private final MemorySegment indices;

  /** Of columns with records of one size: room for a full batch; null for others. */
  private final MemorySegment[] columns;

  /** Of a record; of variable columns, of one value. */
  private final long[] recordBytes;

  /** Views of a batch that is not full, nearly always the last of an epoch. -1: none so far. */
  private int shortSize = -1;

  private MemorySegment shortIndices;
  private final MemorySegment[] shortColumns;

  /**
   * Of variable columns: where in the memory int64 numbers lie that say where the values of this
   * batch begin in it, and where its records begin, with the end of the last behind them. -1 for
   * other columns.
   */
  private final long[] numbersAt;

  /** Where values can lie, behind all that has a place of its own. */
  private final long valuesStart;

  private boolean isLastPiece = true;

  /** Where the records were in the batch before some were left out; null where none were. */
  private int[] places;

  private long epoch;
  private long position;

  /** Of a piece: how many records of its batch are in pieces before it, and up to its end. */
  private int firstPlace;

  private int endPlace;
  private int size;
  private int recordCount;
  private PenstockException failure;

  /**
   * Cuts the memory into columns.
   *
   * @param owner number of the reading thread, or of the job, that it belongs to
   * @param memory of the columns
   * @param layout of each column
   * @param indices room for one int64 a record
   */
  public Slot(int owner, MemorySegment memory, List<SlotColumn> layout, MemorySegment indices) {
    this.owner = owner;
    this.memory = memory;
    this.indices = indices;
    this.capacity = Math.toIntExact(indices.byteSize() / Long.BYTES);
    this.size = capacity;
    this.offsets = new StepOffsets(capacity);
    this.recordBytes = layout.stream().mapToLong(SlotColumn::bytes).toArray();
    this.columns = new MemorySegment[layout.size()];
    this.shortColumns = new MemorySegment[layout.size()];
    this.numbersAt = new long[layout.size()];
    long end = 0;
    for (int c = 0; c < columns.length; c++) {
      switch (layout.get(c)) {
        case SlotColumn.Fixed column -> {
          numbersAt[c] = -1;
          columns[c] = memory.asSlice(column.offset(), capacity * column.bytes());
        }
        case SlotColumn.Variable column -> numbersAt[c] = column.offset();
      }
      end = Math.max(end, layout.get(c).endOffset(capacity));
    }
    this.valuesStart = aligned(end);
  }

  static long aligned(long at) {
    return (at + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
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

  /** Whether the records of a column differ in size. */
  public boolean isVariable(int column) {
    return numbersAt[column] >= 0;
  }

  /** The records of a column, {@link #size()} of them and no more. */
  public MemorySegment column(int column) {
    if (isVariable(column)) {
      return memory.asSlice(valuesAt(column), end(column, size - 1) * recordBytes[column]);
    }
    return size == capacity ? columns[column] : shortColumns[column];
  }

  /** The int64 indices of the records, {@link #size()} of them and no more. */
  public MemorySegment indices() {
    return size == capacity ? indices : shortIndices;
  }

  /**
   * The offsets of the records of a variable column, in values: {@link #size()} + 1 int64 numbers.
   * Null for any other column.
   */
  public MemorySegment recordOffsets(int column) {
    if (!isVariable(column)) {
      return null;
    }
    return memory.asSlice(numbersAt[column] + Long.BYTES, (size + 1L) * Long.BYTES);
  }

  /** Bytes of all columns of the batch in it. */
  public long bytes() {
    return bytes(columns.length);
  }

  /** Bytes of the first columns of the batch in it. */
  public long bytes(int columnCount) {
    long sum = 0;
    for (int c = 0; c < columnCount; c++) {
      sum += (isVariable(c) ? end(c, size - 1) : size) * recordBytes[c];
    }
    return sum;
  }

  /** Whether no more pieces of the same batch follow: always, unless sizes of records differ. */
  public boolean isLastPiece() {
    return isLastPiece;
  }

  /** How many records of the batch are in pieces before this one; 0 if it comes whole. */
  public int firstPlace() {
    return firstPlace;
  }

  /** How many records of the batch are in this piece and those before it, left out ones too. */
  public int endPlace() {
    return endPlace;
  }

  /** All but the indices. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where in the {@link #memory} the values of a variable column begin. */
  public long valuesAt(int column) {
    return number(column, 0);
  }

  /** Where a record of a variable column begins, in values. */
  public long begin(int column, int place) {
    return number(column, 1L + place);
  }

  /** Where a record of a variable column ends, in values. */
  public long end(int column, int place) {
    return number(column, 2L + place);
  }

  private long number(int column, long number) {
    return memory.get(ValueLayout.JAVA_LONG, numbersAt[column] + number * Long.BYTES);
  }

  private void setNumber(int column, long number, long value) {
    memory.set(ValueLayout.JAVA_LONG, numbersAt[column] + number * Long.BYTES, value);
  }

  /**
   * Says where a record of a variable column ends, in values. The first one begins at 0, each other
   * one where the one before it ends.
   */
  public void setEnd(int column, int place, long end) {
    if (place == 0) {
      setNumber(column, 1, 0);
    }
    setNumber(column, 2L + place, end);
  }

  /** Gives the values of a variable column a place in the {@link #memory}: it has none yet. */
  public void placeValues(int column, long at) {
    setNumber(column, 0, at);
    setNumber(column, 1, 0);
  }

  /** Gives the values of each variable column a place, once the ends of all records are set. */
  public void placeValues() {
    long at = valuesStart;
    for (int c = 0; c < columns.length; c++) {
      if (isVariable(c)) {
        setNumber(c, 0, at);
        at = aligned(at + end(c, size - 1) * recordBytes[c]);
      }
    }
  }

  /** Where records begin was given in bytes, as C does it: counts it in values. */
  public void countInValues() {
    for (int c = 0; c < columns.length; c++) {
      for (int i = 0; isVariable(c) && recordBytes[c] > 1 && i < size; i++) {
        setNumber(c, 2L + i, number(c, 2L + i) / recordBytes[c]);
      }
    }
  }

  /** Where in the {@link #memory} a record lies. */
  public long recordAt(int column, int place) {
    return isVariable(column)
        ? valuesAt(column) + begin(column, place) * recordBytes[column]
        : columns[column].address() - memory.address() + place * recordBytes[column];
  }

  /** How many bytes a record has. */
  public long recordBytes(int column, int place) {
    return isVariable(column)
        ? (end(column, place) - begin(column, place)) * recordBytes[column]
        : recordBytes[column];
  }

  /** Where in the {@link #memory} it is said where a record of a variable column ends. */
  long endAt(int column, int place) {
    return numbersAt[column] + (2L + place) * Long.BYTES;
  }

  /** Where values can lie in the {@link #memory}, behind all that has a place of its own. */
  long valuesStart() {
    return valuesStart;
  }

  /** Size of a value of a variable column, or of a record of another one. */
  long valueBytes(int column) {
    return recordBytes[column];
  }

  /** How many values a record of a variable column has. */
  public long recordValues(int column, int place) {
    return end(column, place) - begin(column, place);
  }

  /** Says where the records of its batch lie in their step, from one of the offsets on. */
  public void locate(int[] stepOffsets, int from, BatchCursor at) {
    offsets.set(stepOffsets, from, endPlace - firstPlace);
    position = offsets.position(at, firstPlace, 0);
  }

  /** Says that it is going to hold the cursor's batch. */
  public void assign(BatchCursor cursor) {
    RankShare share = cursor.share();
    long batch = cursor.batch();
    assign(cursor.epoch(), share.position(batch, 0), share.size(batch), share.recordCount(batch));
  }

  /** Says that it is going to hold the batch of another slot, or the same piece of it. */
  public void assign(Slot other) {
    assign(other.epoch, other.position, other.size, other.recordCount);
    firstPlace = other.firstPlace;
    endPlace = other.endPlace;
    isLastPiece = other.isLastPiece;
    offsets.set(other.offsets, endPlace - firstPlace);
  }

  /**
   * Says which piece of a batch it is going to hold.
   *
   * @param first how many records of the batch are in pieces before it
   * @param isLast whether no piece follows it
   */
  void assignPiece(
      long epoch, long position, int first, int size, int recordCount, boolean isLast) {
    assign(epoch, position, size, recordCount);
    firstPlace = first;
    endPlace = first + size;
    isLastPiece = isLast;
  }

  /** Says which batch it is going to hold. */
  public void assign(long epoch, long position, int size, int recordCount) {
    this.epoch = epoch;
    this.position = position;
    this.firstPlace = 0;
    this.endPlace = size;
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
}
