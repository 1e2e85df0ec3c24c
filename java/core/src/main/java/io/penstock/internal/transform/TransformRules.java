package io.penstock.internal.transform;

import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.RecordNames;
import io.penstock.internal.gather.CheckedGatherer;
import io.penstock.internal.gather.SingleRecords;
import io.penstock.options.BadRecordPolicy;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of records that a transform says are bad, and what records are called.
 *
 * @param dataset that the records are of
 * @param names of its records
 * @param checks of the loader; empty if nothing is checked, and bad records fail their batch
 * @param isNativeOrder whether numbers that are read are turned into the byte order of this machine
 */
public record TransformRules(
    OpenDataset dataset,
    RecordNames names,
    Optional<CheckedGatherer.Rules> checks,
    boolean isNativeOrder) {

  /** What is done with bad records. */
  BadRecordPolicy policy() {
    return checks.map(CheckedGatherer.Rules::policy).orElse(BadRecordPolicy.FAIL);
  }

  /** Whether batches go on without their bad records. */
  boolean canMend() {
    return policy() != BadRecordPolicy.FAIL;
  }

  /** Whether this is how a transform says that a record is bad, rather than that it fails. */
  static boolean isBadRecord(Throwable thrown) {
    return thrown instanceof PenstockException e && e.kind() == ErrorKind.DAMAGED_RECORD;
  }

  /** What reads the records that stand in for bad ones; for one thread. */
  SingleRecords records() {
    return new SingleRecords(checks.orElseThrow(), dataset);
  }

  /** The columns that are turned around after reading. */
  List<Column> columns() {
    return dataset.columns();
  }
}
