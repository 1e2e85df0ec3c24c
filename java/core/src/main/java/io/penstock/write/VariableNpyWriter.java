package io.penstock.write;

import io.penstock.array.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes records of different sizes as two {@code .npy} files: the values of all records, one after
 * another, and where each record begins. There is one offset more than records, counted in values:
 * record {@code i} is {@code values[offsets[i]:offsets[i + 1]]} in NumPy.
 *
 * <p>Both files are written as {@link NpyWriter} writes one, and get their names when both are
 * complete. One thread at a time.
 */
public final class VariableNpyWriter implements AutoCloseable {
  private static final int BUFFER_OFFSETS = 1024;
  private static final long OFFSETS_MEMORY_BYTES = 1 << 20;

  private final NpyWriter values;
  private final NpyWriter offsets;
  private final long valueBytes;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(ValueLayout.JAVA_LONG, BUFFER_OFFSETS);
  private int buffered;
  private long recordCount;
  private long end;
  private boolean isFinished;

  private VariableNpyWriter(NpyWriter values, NpyWriter offsets) {
    this.values = values;
    this.offsets = offsets;
    this.valueBytes = values.recordBytes();
  }

  /**
   * Starts both files.
   *
   * @param values what values are and where they go: their number must not be set, and the file be
   *     neither resumable nor aligned
   * @param offsets the file of the offsets, int64; replaced if that of the values may be
   * @return the writer, to be closed by the caller
   * @throws IllegalArgumentException if it is one of these
   * @throws io.penstock.error.PenstockException as {@link NpyWriterBuilder#open}, for either file
   */
  public static VariableNpyWriter open(NpyWriterBuilder values, Path offsets) {
    Objects.requireNonNull(offsets, "offsets");
    if (values.recordCount != NpyWriterBuilder.UNKNOWN
        || values.job != null
        || values.field != null) {
      throw new IllegalArgumentException(
          "values must have no recordCount, and be neither resumable nor aligned");
    }
    NpyWriter first = values.open();
    try {
      NpyWriter second =
          NpyWriter.builder(offsets, ElementType.INT64)
              .replace(values.mayReplace)
              .memoryBytes(Math.min(values.memoryBytes, OFFSETS_MEMORY_BYTES))
              .open();
      return new VariableNpyWriter(first, second);
    } catch (RuntimeException | Error e) {
      first.close();
      throw e;
    }
  }

  /**
   * Appends a record.
   *
   * @param record whole values, as they are to be stored; none for an empty record
   * @throws IllegalArgumentException if they are not whole values
   * @throws io.penstock.error.PenstockException if these or earlier records could not be written
   */
  public void append(MemorySegment record) {
    values.append(record);
    put(end);
    end += record.byteSize() / valueBytes;
  }

  /**
   * Appends more values to the last record, so that it need not be in memory as a whole.
   *
   * @param more whole values
   * @throws IllegalStateException if there is no record
   * @throws IllegalArgumentException if they are not whole values
   * @throws io.penstock.error.PenstockException if these or earlier records could not be written
   */
  public void extend(MemorySegment more) {
    if (recordCount == 0) {
      throw new IllegalStateException("a record must be appended before it is extended");
    }
    values.append(more);
    end += more.byteSize() / valueBytes;
  }

  /**
   * How many records were appended.
   *
   * @return at least 0
   */
  public long recordCount() {
    return recordCount;
  }

  /**
   * Size of all values so far.
   *
   * @return in bytes
   */
  public long bytes() {
    return end * valueBytes;
  }

  /**
   * Appends records as a {@link io.penstock.Batch} has them.
   *
   * @param records their values, one after another
   * @param starts where each begins, counted in values, and where the last one ends: int64 in
   *     native byte order, the first of which is 0
   * @throws IllegalArgumentException if the values are not those between the offsets
   * @throws io.penstock.error.PenstockException if these or earlier records could not be written
   */
  public void append(MemorySegment records, MemorySegment starts) {
    long count = starts.byteSize() / Long.BYTES - 1;
    long last = starts.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, count);
    if (starts.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, 0) != 0
        || last * valueBytes != records.byteSize()) {
      throw new IllegalArgumentException(
          "starts must be from 0 to the number of values, %d, were to %d"
              .formatted(records.byteSize() / valueBytes, last));
    }
    values.append(records);
    for (long i = 0; i < count; i++) {
      put(end + starts.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i));
    }
    end += last;
  }

  /** Where a record begins; where the last one ends follows when all are there. */
  private void put(long offset) {
    recordCount++;
    buffer(offset);
  }

  private void buffer(long offset) {
    buffer.setAtIndex(ValueLayout.JAVA_LONG, buffered++, offset);
    if (buffered == BUFFER_OFFSETS) {
      flush();
    }
  }

  private void flush() {
    offsets.append(buffer.asSlice(0, (long) buffered * Long.BYTES));
    buffered = 0;
  }

  /** Completes both files under their temporary names: see {@link NpyWriter#finish}. */
  public void finish() {
    if (!isFinished) {
      buffer(end);
      flush();
      isFinished = true;
    }
    values.finish();
    offsets.finish();
  }

  /** Completes both files and gives them their names, which closes the writer. */
  public void commit() {
    finish();
    values.commit();
    offsets.commit();
    close();
  }

  /** Deletes the files unless they were committed. Idempotent. */
  @Override
  public void close() {
    try {
      values.close();
    } finally {
      offsets.close();
      if (arena.scope().isAlive()) {
        arena.close();
      }
    }
  }
}
