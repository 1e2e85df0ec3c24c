package io.penstock.internal.gather;

import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.dataset.ChecksumTable;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.RecordLengths;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.gather.SingleRecords.Problem;
import io.penstock.internal.slot.BadRecordLog;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotRecords;
import io.penstock.options.BadRecordPolicy;
import io.penstock.statistics.Statistic;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Checks the records of each batch after it was read, and does with the bad ones what was asked
 * for.
 *
 * <p>What it owns: another gatherer, which reads. Records are bad that cannot be read, or are not
 * what their checksums say. After a failed read those of the batch are read again one by one: a
 * gatherer reports one failure only. Nothing is allocated for a batch that is good. It must lie
 * below what changes bytes: checksums are of what is stored.
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
  private final SingleRecords records;
  private final RecordLengths lengths;
  private long checkNanos;

  /** What is wrong with the records at some places of the batch. */
  private final Map<Integer, Problem> bad = new TreeMap<>();

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
    this.records = new SingleRecords(rules, dataset);
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
      records.checkFiles();
      settle(slot);
    }
  }

  @Override
  public void statistics(Figures target) {
    super.statistics(target);
    target.counters.set(Statistic.CHECK, checkNanos);
  }

  /** The good ones among them are in the slot then. */
  private void readAgain(Slot slot) {
    for (int i = 0; i < slot.size(); i++) {
      Problem problem = records.read(slot, i);
      if (problem != null) {
        bad.put(i, problem);
      }
    }
  }

  /** Records that have no bytes in the slot, as their files give them an impossible place. */
  private void findDamaged(Slot slot) {
    for (int i = 0; i < slot.size(); i++) {
      if (lengths.damageOrNull(SingleRecords.index(slot, i)) != null) {
        bad.put(i, records.read(slot, i));
      }
    }
  }

  private void verify(Slot slot) {
    for (int c = 0; c < columns.size(); c++) {
      for (int i = 0; i < slot.size(); i++) {
        long index = SingleRecords.index(slot, i);
        int found = records.checksum(slot, c, i);
        int expected = rules.checksums().get(c, index);
        if (found != expected && !bad.containsKey(i)) {
          bad.put(i, damage(c, index, expected, found));
        }
      }
    }
  }

  private Problem damage(int column, long index, int expected, int found) {
    return records.problem(
        column,
        index,
        "expected the checksum %08x, found %08x: it is damaged, or was changed since"
            .formatted(expected, found),
        ErrorKind.DAMAGED_RECORD,
        null,
        null);
  }

  private void settle(Slot slot) {
    switch (rules.policy()) {
      case FAIL -> throw bad.values().iterator().next().failure();
      case SKIP -> skip(slot);
      case REPLACE -> bad.forEach((place, problem) -> replace(slot, place, problem));
    }
  }

  private void skip(Slot slot) {
    bad.forEach((place, problem) -> note(slot, problem, OptionalLong.empty()));
    SlotRecords.leaveOut(slot, bad.keySet());
  }

  private void replace(Slot slot, int place, Problem problem) {
    long count = records.recordCount();
    long index = SingleRecords.index(slot, place);
    long most = Math.min(count - 1, BadRecordPolicy.maxTries());
    for (long step = 1; step <= most; step++) {
      long other = (index + step) % count;
      if (records.put(slot, place, other)) {
        note(slot, problem, OptionalLong.of(other));
        return;
      }
    }
    PenstockException failure = problem.failure();
    throw failure.again(
        "%s (and none of the %d records behind it is good)".formatted(failure.getMessage(), most));
  }

  private void note(Slot slot, Problem problem, OptionalLong replacement) {
    records.note(
        slot,
        problem.index(),
        columns.get(problem.column()).name(),
        problem.failure().getMessage(),
        replacement);
  }
}
