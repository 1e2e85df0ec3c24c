package io.penstock.internal.transform;

import io.penstock.array.Column;
import io.penstock.internal.gather.SingleRecords;
import io.penstock.internal.slot.Slot;
import io.penstock.internal.slot.SlotRecords;
import io.penstock.options.BadRecordPolicy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Leaves records out of a batch that transforms say are bad, or puts others in their places, so
 * that the batch can be transformed once more from the start.
 *
 * <p>It changes what was read, as the checking of records does, and nothing that was made of it. A
 * record that stands in for a bad one goes through the first stage before it is accepted; what
 * later stages say of it is found out when the batch is transformed again. For the thread that ends
 * the last part of a stage: no other one works on the batch then.
 */
final class BatchMending {
  /** Tries whether a record that stands in for another one is good. */
  interface Trial {
    boolean isGood(TransformJob job, int place) throws Exception;
  }

  private final TransformRules rules;
  private final SingleRecords records;

  BatchMending(TransformRules rules) {
    this.rules = rules;
    this.records = rules.records();
  }

  /**
   * Mends a batch.
   *
   * @param trial of the thread
   * @throws Exception if a file was changed, no record can stand in, or the trial fails
   */
  void mend(TransformJob job, Trial trial) throws Exception {
    try {
      records.checkFiles();
      Map<Integer, BadPlace> bad = job.bad();
      if (rules.policy() == BadRecordPolicy.SKIP) {
        bad.values().forEach(place -> note(job, place, OptionalLong.empty()));
        SlotRecords.leaveOut(job.input, bad.keySet());
      } else {
        for (Map.Entry<Integer, BadPlace> place : bad.entrySet()) {
          replace(job, place.getKey(), place.getValue(), trial);
        }
      }
      job.mended();
    } finally {
      records.close();
    }
  }

  private void replace(TransformJob job, int place, BadPlace bad, Trial trial) throws Exception {
    long count = records.recordCount();
    long most = Math.min(count - 1, BadRecordPolicy.maxTries());
    long other = bad.index();
    while (job.countTry(place) <= most) {
      other = (other + 1) % count;
      if (put(job, place, other) && trial.isGood(job, place)) {
        note(job, bad, OptionalLong.of(other));
        return;
      }
    }
    throw bad.failure()
        .again(
            "%s (and none of the %d records behind it is good)"
                .formatted(bad.failure().getMessage(), most));
  }

  private boolean put(TransformJob job, int place, long index) {
    Slot slot = job.input;
    if (!records.put(slot, place, index)) {
      return false;
    }
    job.slot.indices().setAtIndex(ValueLayout.JAVA_LONG, place, index);
    for (int c = 0; rules.isNativeOrder() && c < rules.columns().size(); c++) {
      Column column = rules.columns().get(c);
      if (!column.isNativeOrder()) {
        MemorySegment record =
            slot.memory().asSlice(slot.recordAt(c, place), slot.recordBytes(c, place));
        column.toNativeOrder(record);
      }
    }
    return true;
  }

  private void note(TransformJob job, BadPlace bad, OptionalLong replacement) {
    records.note(job.input, bad.index(), bad.column(), bad.problem(), replacement);
  }
}
