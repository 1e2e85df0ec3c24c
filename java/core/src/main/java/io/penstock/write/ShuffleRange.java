package io.penstock.write;

import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/**
 * A range of positions of the result that is put in order in memory.
 *
 * <p>Records of one size are copied to their places. Those of different sizes are copied behind
 * each other as they come, each with its size before it, and a list says where the record of each
 * position is. What it owns: the memory, which is used again for other ranges.
 */
final class ShuffleRange {
  private final Path target;
  private final List<Column> columns;
  private final MemorySegment memory;
  private final long[] places;
  private long end;
  private long start;
  private long records;
  private long placed;

  ShuffleRange(Path target, List<Column> columns, long memoryBytes, Arena arena) {
    this.target = target;
    this.columns = columns;
    this.places = new long[columns.size()];
    this.memory = Platforms.current().memory(Math.max(1, memoryBytes), true, arena).segment();
  }

  /** Begins another range. */
  void begin(long first, long count) {
    start = first;
    records = count;
    placed = 0;
    end = 0;
    for (int c = 0; c < places.length; c++) {
      places[c] = end;
      Column column = columns.get(c);
      end += count * (column.isVariable() ? Long.BYTES : column.recordBytes());
    }
  }

  /** Puts a record where it belongs. */
  void put(RecordView record, long position) {
    long i = position - start;
    for (int c = 0; c < places.length; c++) {
      if (columns.get(c).isVariable()) {
        long bytes = record.bytes(c);
        if (bytes > memory.byteSize() - end - Integer.BYTES) {
          throw changed();
        }
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, places[c] + i * Long.BYTES, end);
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, end, (int) bytes);
        record.copy(c, memory, end + Integer.BYTES);
        end += Integer.BYTES + bytes;
      } else {
        record.copy(c, memory, places[c] + i * record.bytes(c));
      }
    }
    placed++;
  }

  /** Refuses a range of which records are missing. */
  void checkFull() {
    if (placed != records) {
      throw changed();
    }
  }

  private PenstockException changed() {
    return PenstockException.about(
        ErrorKind.FILE_CHANGED,
        target,
        "expected %d records from position %d on, found %d: the data was changed meanwhile"
            .formatted(records, start, placed));
  }

  long start() {
    return start;
  }

  long records() {
    return records;
  }

  /** Records of one size in a column, one after another. */
  MemorySegment fixed(int column, long first, long count) {
    long bytes = columns.get(column).recordBytes();
    return memory.asSlice(places[column] + first * bytes, count * bytes);
  }

  /** One record of a column whose records have different sizes. */
  MemorySegment variable(int column, long i) {
    long at = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, places[column] + i * Long.BYTES);
    return memory.asSlice(at + Integer.BYTES, memory.get(ValueLayout.JAVA_INT_UNALIGNED, at));
  }
}
