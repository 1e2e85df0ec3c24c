package io.penstock.internal.gather;

import io.penstock.array.Column;
import io.penstock.error.BadRecord;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.dataset.ChecksumTable;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.RecordLengths;
import io.penstock.internal.dataset.RecordPlace;
import io.penstock.internal.dataset.RecordReader;
import io.penstock.internal.dataset.SegmentCrc;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.slot.BadRecordLog;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotRecords;
import io.penstock.options.BadRecordPolicy;
import io.penstock.statistics.Statistic;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Checks the records of each batch after it was read, and does with the bad ones what was asked
 * for.
 *
 * <p>What it owns: another gatherer, which reads, and views of the slots, made once. Records are
 * bad that cannot be read, or are not what their checksums say. After a failed read those of the
 * batch are read again one by one: a gatherer reports one failure only. Nothing is allocated for a
 * batch that is good. It must lie below what changes bytes: checksums are of what is stored.
 */
public final class CheckedGatherer extends ForwardingGatherer {
  /**
   * What is checked, and what becomes of it.
   *
   * @param checksums of the records; null: only unreadable records are bad
   * @param policy for bad ones
   * @param log where they are noted
   * @param events who is told
   */
  public record Rules(
      ChecksumTable checksums, BadRecordPolicy policy, BadRecordLog log, LoaderEvents events) {}

  private final Rules rules;
  private final List<Column> columns;
  private final OpenFiles source;
  private final RecordReader records;
  private final RecordLengths lengths;
  private final IdentityHashMap<Slot, SegmentCrc> crcs = new IdentityHashMap<>();
  private long checkNanos;

  /** What is wrong with the records at some places of the batch. */
  private final Map<Integer, Problem> bad = new TreeMap<>();

  /** What is wrong with a record, and in which column. */
  private record Problem(int column, long index, PenstockException failure) {}

  /**
   * Takes the reader over; the calling thread owns it.
   *
   * @param reader what reads
   * @param rules of the loader
   * @param dataset whose records are checked
   */
  public CheckedGatherer(Gatherer reader, Rules rules, OpenDataset dataset) {
    super(reader);
    this.rules = rules;
    this.columns = dataset.columns();
    this.source = dataset.source();
    this.records = new RecordReader(dataset);
    this.lengths = dataset.tables();
  }

  @Override
  public void take(int count, Slot slot) {
    PenstockException failure = null;
    try {
      super.take(count, slot);
    } catch (PenstockException e) {
      if (rules.policy() == BadRecordPolicy.FAIL) {
        throw e;
      }
      failure = e;
    }
    long start = System.nanoTime();
    try {
      check(slot, failure);
    } finally {
      records.close();
      checkNanos += System.nanoTime() - start;
    }
  }

  private void check(Slot slot, PenstockException failure) {
    bad.clear();
    if (failure != null) {
      readAgain(slot);
    } else if (lengths.hasDamage()) {
      findDamaged(slot);
    }
    if (rules.checksums() != null) {
      verify(slot);
    }
    if (failure != null || !bad.isEmpty()) {
      // What is wrong with a file that was exchanged is not wrong with its records.
      try (Arena scratch = Arena.ofConfined()) {
        source.check(scratch).run();
      }
      settle(slot);
    }
  }

  @Override
  public void statistics(Figures target) {
    super.statistics(target);
    target.counters.set(Statistic.CHECK, checkNanos);
  }

  /** Made when a slot comes for the first time. */
  private SegmentCrc crc(Slot slot) {
    SegmentCrc crc = crcs.get(slot);
    if (crc == null) {
      crc = new SegmentCrc(slot.memory());
      crcs.put(slot, crc);
    }
    return crc;
  }

  /** The good ones among them are in the slot then. */
  private void readAgain(Slot slot) {
    for (int i = 0; i < slot.size(); i++) {
      Problem problem = read(slot, i);
      if (problem != null) {
        bad.put(i, problem);
      }
    }
  }

  /** Records that have no bytes in the slot, as their files give them an impossible place. */
  private void findDamaged(Slot slot) {
    for (int i = 0; i < slot.size(); i++) {
      if (lengths.damageOrNull(index(slot, i)) != null) {
        bad.put(i, read(slot, i));
      }
    }
  }

  /** Reads the record whose index a place has; returns what is wrong with it, or null. */
  private Problem read(Slot slot, int place) {
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

  private void verify(Slot slot) {
    SegmentCrc crc = crc(slot);
    for (int c = 0; c < columns.size(); c++) {
      for (int i = 0; i < slot.size(); i++) {
        long index = index(slot, i);
        int found = crc.of(slot.recordAt(c, i), slot.recordBytes(c, i));
        int expected = rules.checksums().get(c, index);
        if (found != expected && !bad.containsKey(i)) {
          bad.put(i, damage(c, index, expected, found));
        }
      }
    }
  }

  private Problem damage(int column, long index, int expected, int found) {
    return problem(
        column,
        index,
        "expected the checksum %08x, found %08x: it is damaged, or was changed since"
            .formatted(expected, found),
        ErrorKind.DAMAGED_RECORD,
        null,
        null);
  }

  private Problem problem(
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

  private void settle(Slot slot) {
    switch (rules.policy()) {
      case FAIL -> throw bad.values().iterator().next().failure();
      case SKIP -> skip(slot);
      case REPLACE -> bad.forEach((place, problem) -> replace(slot, place, problem));
    }
  }

  private void skip(Slot slot) {
    int[] places = new int[slot.size() - bad.size()];
    int kept = 0;
    int keptRecords = 0;
    for (int i = 0; i < slot.size(); i++) {
      Problem problem = bad.get(i);
      if (problem != null) {
        note(slot, problem, OptionalLong.empty());
        continue;
      }
      SlotRecords.move(slot, i, kept);
      places[kept] = i;
      kept++;
      keptRecords += i < slot.recordCount() ? 1 : 0;
    }
    slot.shrink(places, keptRecords);
  }

  private void replace(Slot slot, int place, Problem problem) {
    long count = columns.getFirst().recordCount();
    long index = index(slot, place);
    long most = Math.min(count - 1, BadRecordPolicy.maxTries());
    for (long step = 1; step <= most; step++) {
      long other = (index + step) % count;
      slot.indices().setAtIndex(ValueLayout.JAVA_LONG, place, other);
      if (hasRoom(slot, place, other) && read(slot, place) == null && isGood(slot, place)) {
        note(slot, problem, OptionalLong.of(other));
        return;
      }
    }
    PenstockException failure = problem.failure();
    throw failure.again(
        "%s (and none of the %d records behind it is good)".formatted(failure.getMessage(), most));
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
      int found = crc(slot).of(slot.recordAt(c, place), slot.recordBytes(c, place));
      if (found != rules.checksums().get(c, index)) {
        return false;
      }
    }
    return true;
  }

  private void note(Slot slot, Problem problem, OptionalLong replacement) {
    BadRecord skipped =
        BadRecord.of(
            problem.index(),
            columns.get(problem.column()).name(),
            slot.epoch(),
            problem.failure().getMessage());
    BadRecord record =
        replacement.isPresent() ? skipped.replacedBy(replacement.getAsLong()) : skipped;
    rules.log().add(record);
    rules.events().badRecord(record);
  }

  private static long index(Slot slot, int place) {
    return slot.indices().getAtIndex(ValueLayout.JAVA_LONG, place);
  }
}
