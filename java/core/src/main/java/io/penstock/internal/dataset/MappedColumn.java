package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.Runs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A column whose files are mapped: finds the bytes of a record.
 *
 * <p>Immutable; any thread. An access to bytes that a file no longer has throws InternalError.
 */
public final class MappedColumn {
  private final String name;
  private final long recordBytes;

  // Of each array that has records.
  private final long[] firstIndices;
  private final Path[] paths;
  private final MemorySegment[] files;
  private final Runs[] runs;

  /** Null where its records are one piece each. */
  private final StridedRecord[] pieces;

  private final boolean isWhole;

  /**
   * Cuts the records out of mappings of whole files.
   *
   * @param column that the arrays make
   * @param arrays say where its records lie
   * @param mappings of the files of the arrays, in the same sequence; anything for one without
   *     records
   */
  public MappedColumn(Column column, List<ArrayLayout> arrays, List<MemorySegment> mappings) {
    int count = (int) arrays.stream().filter(array -> array.recordCount() > 0).count();
    name = column.name();
    recordBytes = column.recordBytes();
    firstIndices = new long[count];
    paths = new Path[count];
    files = new MemorySegment[count];
    runs = new Runs[count];
    pieces = new StridedRecord[count];
    long first = 0;
    int at = 0;
    for (int i = 0; i < arrays.size(); i++) {
      ArrayLayout array = arrays.get(i);
      if (array.recordCount() == 0) {
        continue;
      }
      firstIndices[at] = first;
      paths[at] = array.path();
      files[at] = mappings.get(i);
      runs[at] = array.runs();
      pieces[at] = StridedRecord.of(column, array.shards().getFirst());
      at++;
      first += array.recordCount();
    }
    isWhole = Arrays.stream(pieces).allMatch(Objects::isNull);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Size of a record. */
  public long recordBytes() {
    return recordBytes;
  }

  /** Whether all records are one piece each, so that they may be advised about. */
  public boolean isWhole() {
    return isWhole;
  }

  /**
   * One record, zero-copy where it is one piece of its file, and otherwise a copy. The index must
   * be in range.
   */
  public MemorySegment record(long index) {
    int array = array(index);
    long from = offset(array, index);
    if (pieces[array] == null) {
      return files[array].asSlice(from, recordBytes);
    }
    MemorySegment copy = Arena.ofAuto().allocate(recordBytes, Long.BYTES);
    pieces[array].copy(files[array], from, copy, 0);
    return copy.asReadOnly();
  }

  /**
   * Touches records first to end - 1 of a batch, so that they are on their way from memory to the
   * processor when they are copied. Records in pieces are left alone.
   *
   * @return see {@link TouchedLines}
   */
  public long touch(MemorySegment indices, int first, int end) {
    long sum = 0;
    for (int i = first; i < end; i++) {
      long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
      int array = array(index);
      if (pieces[array] == null) {
        sum += TouchedLines.sum(files[array], offset(array, index), recordBytes);
      }
    }
    return sum;
  }

  /** Copies records first to end - 1 of a batch to their places in it. */
  public void copy(MemorySegment indices, int first, int end, MemorySegment target) {
    for (int i = first; i < end; i++) {
      long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
      int array = array(index);
      long from = offset(array, index);
      if (pieces[array] == null) {
        MemorySegment.copy(files[array], from, target, i * recordBytes, recordBytes);
      } else {
        pieces[array].copy(files[array], from, target, i * recordBytes);
      }
    }
  }

  public Path path(long index) {
    return paths[array(index)];
  }

  /** Where a record lies in its file. */
  public long offsetBytes(long index) {
    return offset(array(index), index);
  }

  /** Where its last byte ends. */
  public long endBytes(long index) {
    int array = array(index);
    long span = pieces[array] == null ? recordBytes : pieces[array].spanBytes();
    return offset(array, index) + span;
  }

  private long offset(int array, long index) {
    return runs[array].offsetOf(index - firstIndices[array]);
  }

  private int array(long index) {
    if (firstIndices.length == 1) {
      return 0;
    }
    int found = Arrays.binarySearch(firstIndices, index);
    return found >= 0 ? found : -found - 2;
  }
}
