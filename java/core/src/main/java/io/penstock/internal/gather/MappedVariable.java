package io.penstock.internal.gather;

import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.TouchedLines;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.RecordTable;
import io.penstock.internal.slot.Slot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * Mapped records that differ in size.
 *
 * <p>What it owns: where the records of the batch at hand lie, as the table says. Of one thread.
 */
final class MappedVariable implements MappedRecords {
  private final String name;
  private final RecordTable table;
  private final OpenFiles source;
  private final MemorySegment[] mappings;
  private final MemorySegment files;
  private final MemorySegment offsets;
  private final MemorySegment lengths;
  private final long valueBytes;
  private final long typicalBytes;

  /**
   * Of a dataset whose tables are filled.
   *
   * @param dataset with the column
   * @param number of the column
   * @param batchSize most records of a batch
   */
  static MappedVariable of(OpenDataset dataset, int number, int batchSize) {
    MemorySegment[] mappings = new MemorySegment[dataset.source().fileCount()];
    for (int file : dataset.valueFiles(number)) {
      mappings[file] = dataset.mappedFile(file);
    }
    return new MappedVariable(
        dataset.columns().get(number).name(),
        dataset.tables().table(number),
        dataset.source(),
        mappings,
        dataset.variableSource(number).elementBytes(),
        dataset.variableSource(number).meanBytes(),
        batchSize);
  }

  /**
   * Of any files.
   *
   * @param name of the column, for messages
   * @param table of the column, sealed
   * @param source the files
   * @param mappings of those that the table names, by their numbers
   * @param valueBytes size of a value
   * @param typicalBytes size of most records, at least 1
   * @param batchSize most records of a batch
   */
  MappedVariable(
      String name,
      RecordTable table,
      OpenFiles source,
      MemorySegment[] mappings,
      long valueBytes,
      long typicalBytes,
      int batchSize) {
    this.name = name;
    this.table = table;
    this.source = source;
    this.mappings = mappings.clone();
    this.valueBytes = valueBytes;
    this.typicalBytes = typicalBytes;
    Arena scratch = Arena.ofAuto();
    this.files = scratch.allocate(ValueLayout.JAVA_INT, batchSize);
    this.offsets = scratch.allocate(ValueLayout.JAVA_LONG, batchSize);
    this.lengths = scratch.allocate(ValueLayout.JAVA_LONG, batchSize);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long typicalBytes() {
    return typicalBytes;
  }

  @Override
  public boolean isWhole() {
    return true;
  }

  @Override
  public void begin(Slot slot, int number) {
    int count = slot.size();
    table.locate(slot.indices(), count, files, offsets, lengths);
    long end = 0;
    for (int i = 0; i < count; i++) {
      end += lengths.getAtIndex(ValueLayout.JAVA_LONG, i) / valueBytes;
      slot.setEnd(number, i, end);
    }
  }

  @Override
  public long touch(Slot slot, int number, int first, int end) {
    long sum = 0;
    for (int i = first; i < end; i++) {
      sum +=
          TouchedLines.sum(
              mappings[files.getAtIndex(ValueLayout.JAVA_INT, i)],
              offsets.getAtIndex(ValueLayout.JAVA_LONG, i),
              lengths.getAtIndex(ValueLayout.JAVA_LONG, i));
    }
    return sum;
  }

  @Override
  public void copy(Slot slot, int number, int first, int end) {
    for (int i = first; i < end; i++) {
      MemorySegment.copy(
          mappings[files.getAtIndex(ValueLayout.JAVA_INT, i)],
          offsets.getAtIndex(ValueLayout.JAVA_LONG, i),
          slot.memory(),
          slot.recordAt(number, i),
          lengths.getAtIndex(ValueLayout.JAVA_LONG, i));
    }
  }

  @Override
  public Path path(long index) {
    locate(index);
    return source.file(files.get(ValueLayout.JAVA_INT, 0)).path();
  }

  @Override
  public long offsetBytes(long index) {
    locate(index);
    return offsets.get(ValueLayout.JAVA_LONG, 0);
  }

  @Override
  public long endBytes(long index) {
    locate(index);
    return offsets.get(ValueLayout.JAVA_LONG, 0) + lengths.get(ValueLayout.JAVA_LONG, 0);
  }

  /** One record: only asked when something is wrong. */
  private void locate(long index) {
    try (Arena one = Arena.ofConfined()) {
      table.locate(one.allocateFrom(ValueLayout.JAVA_LONG, index), 1, files, offsets, lengths);
    }
  }
}
