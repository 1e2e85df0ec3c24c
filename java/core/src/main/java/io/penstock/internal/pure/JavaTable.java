package io.penstock.internal.pure;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.platform.RecordTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A record table: for each record two numbers outside of the heap, where it begins and how long it
 * is, and its file where not all records of a stretch are in one.
 *
 * <p>What it owns: the memory of the numbers, which lives as long as the arena that it was made
 * with.
 */
final class JavaTable implements RecordTable {
  /** Records of a stretch: few, since the last one is allocated whole, also of a small dataset. */
  private static final int STRETCH_BITS = 12;

  private static final int STRETCH = 1 << STRETCH_BITS;
  private static final long BYTES_EACH = 2L * Long.BYTES;

  private final JavaFiles files;
  private final String name;
  private final Arena arena;

  /** Of each stretch: beginning and length of each record. */
  private final List<MemorySegment> numbers = new ArrayList<>();

  /** Of each stretch: the file of each record. */
  private final List<MemorySegment> fileNumbers = new ArrayList<>();

  private MemorySegment[] sealedNumbers = {};
  private MemorySegment[] sealedFiles = {};
  private long count;
  private long totalBytes;
  private long longestBytes;
  private long tableBytes;

  JavaTable(JavaFiles files, String name, Arena arena) {
    this.files = files;
    this.name = name;
    this.arena = arena;
  }

  @Override
  public void append(
      MemorySegment from, MemorySegment offsets, MemorySegment lengths, long appended) {
    for (long i = 0; i < appended; i++) {
      check(
          count + i,
          from.getAtIndex(ValueLayout.JAVA_INT, i),
          offsets.getAtIndex(ValueLayout.JAVA_LONG, i),
          lengths.getAtIndex(ValueLayout.JAVA_LONG, i));
    }
    for (long i = 0; i < appended; i++) {
      add(
          from.getAtIndex(ValueLayout.JAVA_INT, i),
          offsets.getAtIndex(ValueLayout.JAVA_LONG, i),
          lengths.getAtIndex(ValueLayout.JAVA_LONG, i));
    }
  }

  private void check(long index, int file, long offset, long length) {
    if (offset < 0 || length < 0 || offset > files.sizeBytes(file) - length) {
      throw new PenstockException(
          ErrorKind.OTHER,
          "the places of the records of column '%s' were refused: record %d has %d bytes from byte %d on, in a file of %d"
              .formatted(name, index, length, offset, files.sizeBytes(file)));
    }
  }

  private void add(int file, long offset, long length) {
    int at = (int) (count & (STRETCH - 1));
    if (at == 0) {
      numbers.add(arena.allocate(STRETCH * BYTES_EACH, Long.BYTES));
      fileNumbers.add(arena.allocate((long) STRETCH * Integer.BYTES, Integer.BYTES));
      tableBytes += STRETCH * (BYTES_EACH + Integer.BYTES);
    }
    MemorySegment stretch = numbers.getLast();
    stretch.setAtIndex(ValueLayout.JAVA_LONG, 2L * at, offset);
    stretch.setAtIndex(ValueLayout.JAVA_LONG, 2L * at + 1, length);
    fileNumbers.getLast().setAtIndex(ValueLayout.JAVA_INT, at, file);
    count++;
    totalBytes += length;
    longestBytes = Math.max(longestBytes, length);
  }

  @Override
  public void seal() {
    files.checkCount(name, count);
    sealedNumbers = numbers.toArray(MemorySegment[]::new);
    sealedFiles = fileNumbers.toArray(MemorySegment[]::new);
  }

  @Override
  public Facts facts() {
    return new Facts(totalBytes, longestBytes, tableBytes);
  }

  @Override
  public void locate(
      MemorySegment indices,
      int wanted,
      MemorySegment toFiles,
      MemorySegment toOffsets,
      MemorySegment toLengths) {
    for (int i = 0; i < wanted; i++) {
      long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
      int stretch = (int) (index >>> STRETCH_BITS);
      long at = index & (STRETCH - 1);
      if (toFiles.address() != 0) {
        toFiles.setAtIndex(
            ValueLayout.JAVA_INT, i, sealedFiles[stretch].getAtIndex(ValueLayout.JAVA_INT, at));
      }
      if (toOffsets.address() != 0) {
        toOffsets.setAtIndex(
            ValueLayout.JAVA_LONG,
            i,
            sealedNumbers[stretch].getAtIndex(ValueLayout.JAVA_LONG, 2 * at));
      }
      if (toLengths.address() != 0) {
        toLengths.setAtIndex(
            ValueLayout.JAVA_LONG,
            i,
            sealedNumbers[stretch].getAtIndex(ValueLayout.JAVA_LONG, 2 * at + 1));
      }
    }
  }
}
