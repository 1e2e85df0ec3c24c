package io.penstock.cli.options;

import io.penstock.Dataset;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

/**
 * The numbers of a column that the command line names. That the dataset has no such column, or one
 * of another shape, is no wrong usage here: the options are right, but for other data.
 */
public final class ColumnValues {
  private ColumnValues() {}

  /** As {@link Dataset#integers}. */
  public static LongUnaryOperator integers(Dataset dataset, String column) {
    return ofData(() -> dataset.integers(column));
  }

  /** As {@link Dataset#numbers}. */
  public static LongToDoubleFunction numbers(Dataset dataset, String column) {
    return ofData(() -> dataset.numbers(column));
  }

  private static <T> T ofData(Supplier<T> asked) {
    try {
      return asked.get();
    } catch (IllegalArgumentException e) {
      throw new PenstockException(ErrorKind.MISMATCH, e.getMessage(), e);
    }
  }
}
