package io.penstock.write;

import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.internal.dataset.SizeSurvey;
import java.util.List;

/**
 * How large the records of a shuffle are.
 *
 * @param records how many
 * @param fixedBytes of a record, over the columns whose records have one size
 * @param variableColumns how many columns have records of different sizes
 * @param variableBytes of all records of these
 * @param largestBytes of one record over all columns
 * @param files that are written at a time: a column of records of different sizes has two
 */
record ShuffleSizes(
    long records,
    long fixedBytes,
    int variableColumns,
    long variableBytes,
    long largestBytes,
    int files) {
  /** Looks at the size of each record, if they differ. */
  static ShuffleSizes of(Dataset dataset) {
    List<Column> columns = dataset.columns();
    SizeSurvey survey = SizeSurvey.of(columns, dataset::recordSizes);
    long fixed = columns.stream().mapToLong(Column::recordBytes).sum();
    int variable = (int) columns.stream().filter(Column::isVariable).count();
    long records = dataset.recordCount();
    return new ShuffleSizes(
        records,
        fixed,
        variable,
        survey.totalBytes() - records * fixed,
        fixed + survey.largestVariableBytes(),
        columns.size() + variable);
  }

  boolean isVariable() {
    return variableColumns > 0;
  }

  /** Of all records. */
  long totalBytes() {
    return records * fixedBytes + variableBytes;
  }

  /** Of a record, about; at least 1. */
  long meanBytes() {
    return Math.max(1, fixedBytes + variableBytes / Math.max(1, records));
  }

  /** What some records take in memory where they are put in order. */
  long placeBytes(long count, long bytesOfVariable) {
    return count * (fixedBytes + variableColumns * (Long.BYTES + (long) Integer.BYTES))
        + bytesOfVariable;
  }

  /** What an entry of a bucket has beside the bytes of columns with records of different sizes. */
  long entryBytes() {
    return Integer.BYTES * (1L + variableColumns) + fixedBytes;
  }

  /** The largest entry of a bucket. */
  long largestEntryBytes() {
    return Integer.BYTES * (1L + variableColumns) + largestBytes;
  }
}
