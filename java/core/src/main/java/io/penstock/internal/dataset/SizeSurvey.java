package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/**
 * How large the records of a dataset are over all columns, for those who must have room for each of
 * them. Where records have different sizes, it looks at all sizes once, and at no record.
 *
 * @param totalBytes of all records that were asked for
 * @param largestVariableBytes of one record, over the columns whose records have different sizes; 0
 *     if there are none
 */
public record SizeSurvey(long totalBytes, long largestVariableBytes) {
  /** What a batch can hold of columns whose records have different sizes. */
  private static final long MOST_BATCH_BYTES = 1 << 30;

  /**
   * Of all records.
   *
   * @param columns of the dataset
   * @param sizes what gives the sizes of a column by its name
   */
  public static SizeSurvey of(List<Column> columns, Function<String, LongUnaryOperator> sizes) {
    long count = columns.getFirst().recordCount();
    return of(columns, sizes, LongUnaryOperator.identity(), count);
  }

  /**
   * Of some records.
   *
   * @param columns of the dataset
   * @param sizes what gives the sizes of a column by its name
   * @param indices of the records, by their numbers
   * @param count how many
   * @throws PenstockException if a record is larger than a batch can be
   */
  public static SizeSurvey of(
      List<Column> columns,
      Function<String, LongUnaryOperator> sizes,
      LongUnaryOperator indices,
      long count) {
    long fixedBytes = columns.stream().mapToLong(Column::recordBytes).sum();
    LongUnaryOperator[] variable =
        columns.stream()
            .filter(Column::isVariable)
            .map(column -> sizes.apply(column.name()))
            .toArray(LongUnaryOperator[]::new);
    long total = Math.multiplyExact(fixedBytes, count);
    long largest = 0;
    for (long i = 0; i < count && variable.length > 0; i++) {
      long index = indices.applyAsLong(i);
      long bytes = 0;
      for (LongUnaryOperator column : variable) {
        bytes += column.applyAsLong(index);
      }
      if (bytes > MOST_BATCH_BYTES) {
        throw tooLarge(columns, index, bytes);
      }
      total += bytes;
      largest = Math.max(largest, bytes);
    }
    return new SizeSurvey(total, largest);
  }

  private static PenstockException tooLarge(List<Column> columns, long index, long bytes) {
    return PenstockException.about(
        ErrorKind.RESOURCE_LIMIT,
        columns.getFirst().shards().getFirst().path(),
        "record %d: expected at most %d bytes in columns of different sizes, found %d: leave it out"
            .formatted(index, MOST_BATCH_BYTES, bytes));
  }
}
