package io.penstock.internal.gather;

import io.penstock.internal.dataset.MappedColumn;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.slot.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a column whose files are mapped, as one thread copies them into batches.
 *
 * <p>An access to bytes that a file no longer has throws InternalError.
 */
public interface MappedRecords {
  /**
   * All columns of a dataset, for one thread. The tables of variable ones must be filled.
   *
   * @param dataset whose files are mapped, if they are not yet
   * @param batchSize most records that are copied at once
   * @return in order of their numbers
   */
  static List<MappedRecords> of(OpenDataset dataset, int batchSize) {
    List<MappedRecords> mapped = new ArrayList<>();
    for (int i = 0; i < dataset.columns().size(); i++) {
      mapped.add(
          dataset.columns().get(i).isVariable()
              ? MappedVariable.of(dataset, i, batchSize)
              : new MappedFixed(dataset.mappedColumn(i)));
    }
    return mapped;
  }

  /** Columns with records of one size, for any thread. */
  static List<MappedRecords> of(List<MappedColumn> columns) {
    return columns.stream().<MappedRecords>map(MappedFixed::new).toList();
  }

  /** Its name. */
  String name();

  /** About how large a record is, in bytes, at least 1. */
  long typicalBytes();

  /** Whether all records are one piece each, so that they may be advised about. */
  boolean isWhole();

  /**
   * A batch is about to be copied: records that differ in size get their places in it.
   *
   * @param slot has the indices
   * @param column number of the column in it
   */
  void begin(Slot slot, int column);

  /**
   * Reads a little of records first to end - 1 of a batch, one after the other without a wait in
   * between: so the processor fetches all of them at once.
   *
   * @param slot the batch
   * @param column number of the column in it
   * @param first place of the first one
   * @param end behind the place of the last one
   * @return a sum of what was read, for the caller to keep, or the compiler would leave it out
   */
  long touch(Slot slot, int column, int first, int end);

  /**
   * Copies records first to end - 1 of a batch to their places in it.
   *
   * @param slot the batch
   * @param column number of the column in it
   * @param first place of the first one
   * @param end behind the place of the last one
   */
  void copy(Slot slot, int column, int first, int end);

  /** The file of a record. */
  Path path(long index);

  /** Where a record lies in its file. */
  long offsetBytes(long index);

  /** Where its last byte ends. */
  long endBytes(long index);
}
