package io.penstock.internal.dataset;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.platform.RecordTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * The tables that tell C where the records of variable columns lie.
 *
 * <p>They are filled once, when the first loader is built: looking at a dataset needs none. A
 * record to which its files give an impossible place is noted here, and has no bytes in the table:
 * it is damaged, and all others can be read. Thread-safe.
 */
public final class RecordTables implements RecordLengths {
  /** Records that are told to C by one call. */
  private static final int CHUNK_RECORDS = 1 << 16;

  /** With more of them than this, values and offsets do not belong together. */
  private static final int MOST_DAMAGED = 1 << 20;

  /**
   * A variable column.
   *
   * @param number of the column
   * @param name for messages
   * @param recordCount how many records it has
   * @param table in C
   */
  record VariableColumn(int number, String name, long recordCount, RecordTable table) {}

  private final List<VariableColumn> columns;
  private final DatasetMaps maps;

  // Guarded by this until they are filled.
  private final long[] told;
  private long[] damaged = {};
  private int damagedCount;
  private boolean isFilled;

  RecordTables(List<VariableColumn> columns, DatasetMaps maps) {
    this.columns = List.copyOf(columns);
    this.maps = maps;
    this.told = new long[columns.size()];
  }

  /**
   * Tells C where all records lie, unless that is done.
   *
   * @throws PenstockException if memory is short, files have changed, or a million records have
   *     impossible places
   */
  public synchronized void fill() {
    if (isFilled) {
      return;
    }
    for (int v = 0; v < columns.size(); v++) {
      fill(v);
    }
    Arrays.sort(damaged, 0, damagedCount);
    damaged = Arrays.copyOf(damaged, damagedCount);
    isFilled = true;
  }

  private void fill(int variable) {
    VariableColumn column = columns.get(variable);
    VariableSource source = maps.variable(column.number);
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment files = scratch.allocate(ValueLayout.JAVA_INT, CHUNK_RECORDS);
      MemorySegment offsets = scratch.allocate(ValueLayout.JAVA_LONG, CHUNK_RECORDS);
      MemorySegment lengths = scratch.allocate(ValueLayout.JAVA_LONG, CHUNK_RECORDS);
      while (told[variable] < column.recordCount) {
        long first = told[variable];
        int count = (int) Math.min(CHUNK_RECORDS, column.recordCount - first);
        source.places(first, count, files, offsets, lengths);
        noteDamaged(column, first, count, lengths);
        column.table.append(files, offsets, lengths, count);
        told[variable] += count;
      }
    }
    column.table.seal();
  }

  private void noteDamaged(VariableColumn column, long first, int count, MemorySegment lengths) {
    for (int i = 0; i < count; i++) {
      if (lengths.getAtIndex(ValueLayout.JAVA_LONG, i) >= 0) {
        continue;
      }
      lengths.setAtIndex(ValueLayout.JAVA_LONG, i, 0);
      if (damagedCount == MOST_DAMAGED) {
        throw new PenstockException(
            ErrorKind.MISMATCH,
            ("column '%s': expected offsets that divide its values, found %d records before record"
                 + " %d that cannot be where these say: give the offsets that belong to the values")
                .formatted(column.name, damagedCount, first + i));
      }
      if (damagedCount == damaged.length) {
        damaged = Arrays.copyOf(damaged, Math.max(16, 2 * damagedCount));
      }
      damaged[damagedCount++] = first + i;
    }
  }

  /** What the table of a column knows, by the number of the column. */
  public RecordTable.Facts facts(int number) {
    return table(number).facts();
  }

  /** The longest record, over all variable columns together at most. */
  public long longestBytes() {
    return columns.stream().mapToLong(column -> column.table.facts().longestBytes()).sum();
  }

  /** The table of a column, by its number. */
  public RecordTable table(int number) {
    for (VariableColumn column : columns) {
      if (column.number == number) {
        return column.table;
      }
    }
    throw new IllegalArgumentException("column " + number + " has records of one size");
  }

  @Override
  public int columnCount() {
    return columns.size();
  }

  @Override
  public void lengths(int variable, MemorySegment indices, int count, MemorySegment lengths) {
    columns
        .get(variable)
        .table
        .locate(indices, count, MemorySegment.NULL, MemorySegment.NULL, lengths);
    for (int i = 0; hasDamage() && i < count; i++) {
      if (isDamaged(indices.getAtIndex(ValueLayout.JAVA_LONG, i))) {
        lengths.setAtIndex(ValueLayout.JAVA_LONG, i, -1);
      }
    }
  }

  @Override
  public boolean hasDamage() {
    return damaged.length > 0;
  }

  private boolean isDamaged(long index) {
    return Arrays.binarySearch(damaged, index) >= 0;
  }

  @Override
  public PenstockException damageOrNull(long index) {
    if (!isDamaged(index)) {
      return null;
    }
    for (VariableColumn column : columns) {
      try {
        maps.variable(column.number).bytes(index);
      } catch (PenstockException e) {
        return e;
      }
    }
    // Whoever has mended the offsets meanwhile has changed the file.
    return PenstockException.builder(
            ErrorKind.FILE_CHANGED,
            "record %d: expected offsets that stay as they are, found others: open the dataset again"
                .formatted(index))
        .recordIndex(index)
        .build();
  }
}
