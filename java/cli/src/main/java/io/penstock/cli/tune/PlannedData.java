package io.penstock.cli.tune;

import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.plan.RecordSizes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * How many records there are and how large they are, which is all that a plan has to know of data.
 *
 * @param sizes of records by column
 * @param recordCount at least 1
 * @param longestBytes of a record, over all columns whose records differ in size; 0 without any
 */
record PlannedData(RecordSizes sizes, long recordCount, long longestBytes) {
  /** So many lengths tell the mean to a hundredth, wherever they are looked up. */
  private static final int SAMPLED_RECORDS = 1 << 16;

  /** Of data that is not there yet. */
  static PlannedData of(long recordCount, List<Long> recordBytes) {
    return new PlannedData(RecordSizes.fixed(recordBytes), recordCount, 0);
  }

  /** Of files, by their headers, indexes and offsets. */
  static PlannedData of(Dataset dataset) {
    long count = dataset.recordCount();
    List<RecordSizes.ColumnSize> sizes = new ArrayList<>();
    long longest = 0;
    for (Column column : dataset.columns()) {
      if (!column.isVariable()) {
        sizes.add(new RecordSizes.ColumnSize(column.recordBytes(), false));
        continue;
      }
      LongUnaryOperator lengths = dataset.recordSizes(column.name());
      long step = Math.max(1, count / SAMPLED_RECORDS);
      long sampled = 0;
      double sum = 0;
      long most = 0;
      for (long record = 0; record < count; record += step) {
        long bytes = lengths.applyAsLong(record);
        sum += bytes;
        most = Math.max(most, bytes);
        sampled++;
      }
      sizes.add(
          new RecordSizes.ColumnSize(Math.max(1, Math.round(sum / Math.max(1, sampled))), true));
      longest += most;
    }
    if (count == 0) {
      throw new PenstockException(
          ErrorKind.MISMATCH, "expected at least one record to plan for, found none");
    }
    return new PlannedData(new RecordSizes(sizes), count, longest);
  }
}
