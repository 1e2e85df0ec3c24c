package io.penstock.internal.gather;

import io.penstock.array.Column;
import io.penstock.error.BadRecord;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.RecordLengths;
import io.penstock.internal.dataset.RecordPlace;
import io.penstock.internal.dataset.RecordReader;
import io.penstock.internal.dataset.SegmentCrc;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotRecords;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads records one by one into their places of a batch, because they are bad or are to stand in
 * for bad ones, and says what is wrong with them.
 *
 * <p>What it owns: files that it has opened, until {@link #close}, and views of slots, made once.
 * The bytes are those that are stored. One thread at a time.
 */
public final class SingleRecords implements AutoCloseable {
  /**
   * What is wrong with a record, and in which column.
   *
   * @param column its number
   */
  record Problem(int column, long index, PenstockException failure) {}

  private final CheckedGatherer.Rules rules;
  private final List<Column> columns;
  private final OpenFiles source;
  private final RecordReader records;
  private final RecordLengths lengths;
  private final IdentityHashMap<Slot, SegmentCrc> crcs = new IdentityHashMap<>();

  /**
   * Opens nothing yet.
   *
   * @param rules of the loader
   * @param dataset that the records are of
   */
  public SingleRecords(CheckedGatherer.Rules rules, OpenDataset dataset) {
    this.rules = rules;
    this.columns = dataset.columns();
    this.source = dataset.source();
    this.records = new RecordReader(dataset);
    this.lengths = dataset.tables();
  }

  /** How many records there are. */
  public long recordCount() {
    return columns.getFirst().recordCount();
  }

  /** What is wrong with a file that was exchanged is not wrong with its records. */
  public void checkFiles() {
    try (Arena scratch = Arena.ofConfined()) {
      source.check(scratch).run();
    }
  }

  /**
   * Puts another record into a place of a batch, and its index.
   *
   * @return false if that is bad too, or there is no room for it: the bytes of the place are
   *     undefined then
   */
  public boolean put(Slot slot, int place, long index) {
    slot.indices().setAtIndex(ValueLayout.JAVA_LONG, place, index);
    return hasRoom(slot, place, index) && read(slot, place) == null && isGood(slot, place);
  }

  /** Reads the record whose index a place has; returns what is wrong with it, or null. */
  Problem read(Slot slot, int place) {
    long index = index(slot, place);
    for (int c = 0; c < columns.size(); c++) {
      MemorySegment target =
          slot.memory().asSlice(slot.recordAt(c, place), slot.recordBytes(c, place));
      try {
        if (records.bytes(c, index) != target.byteSize()) {
          return problem(
              c, index, "found another size than before", ErrorKind.FILE_CHANGED, null, null);
        }
        records.read(c, index, target);
      } catch (IOException e) {
        target.fill((byte) 0);
        return problem(
            c, index, "cannot be read: " + e.getMessage(), ErrorKind.UNREADABLE, "EIO", e);
      } catch (PenstockException e) {
        target.fill((byte) 0);
        return new Problem(c, index, e);
      }
    }
    return null;
  }

  /** Makes room for a record that may have another size; false if there is none, or it has none. */
  private boolean hasRoom(Slot slot, int place, long index) {
    if (lengths.columnCount() == 0) {
      return true;
    }
    if (lengths.hasDamage() && lengths.damageOrNull(index) != null) {
      return false;
    }
    long[] bytes = new long[columns.size()];
    for (int c = 0; c < bytes.length; c++) {
      bytes[c] = records.bytes(c, index);
    }
    return SlotRecords.resize(slot, place, bytes);
  }

  private boolean isGood(Slot slot, int place) {
    long index = index(slot, place);
    for (int c = 0; c < columns.size() && rules.checksums() != null; c++) {
      if (checksum(slot, c, place) != rules.checksums().get(c, index)) {
        return false;
      }
    }
    return true;
  }

  /** Of the bytes of a record; the view of a slot is made when it comes for the first time. */
  int checksum(Slot slot, int column, int place) {
    SegmentCrc crc = crcs.get(slot);
    if (crc == null) {
      crc = new SegmentCrc(slot.memory());
      crcs.put(slot, crc);
    }
    return crc.of(slot.recordAt(column, place), slot.recordBytes(column, place));
  }

  Problem problem(
      int column, long index, String what, ErrorKind kind, String statusName, Throwable cause) {
    RecordPlace place = records.place(column, index);
    PenstockException failure =
        PenstockException.builder(
                kind,
                ("%s: record %d of column '%s' at byte %d: %s: bring the file back from a copy, or"
                        + " have bad records skipped or replaced")
                    .formatted(
                        place.path(), index, columns.get(column).name(), place.offsetBytes(), what))
            .path(place.path())
            .recordIndex(index)
            .offsetBytes(place.offsetBytes())
            .statusName(statusName)
            .cause(cause)
            .build();
    return new Problem(column, index, failure);
  }

  /**
   * Notes a bad record of a batch.
   *
   * @param slot with the batch
   * @param index of the record
   * @param column name of the first column in which it is bad
   * @param problem what is wrong with it
   * @param replacement index of the record in its place; empty if it is left out
   */
  public void note(Slot slot, long index, String column, String problem, OptionalLong replacement) {
    BadRecord skipped = BadRecord.of(index, column, slot.epoch(), problem);
    BadRecord record =
        replacement.isPresent() ? skipped.replacedBy(replacement.getAsLong()) : skipped;
    rules.log().add(record);
    rules.events().badRecord(record);
  }

  static long index(Slot slot, int place) {
    return slot.indices().getAtIndex(ValueLayout.JAVA_LONG, place);
  }

  /** Closes the files. They are opened again by the next read. */
  @Override
  public void close() {
    records.close();
  }
}
