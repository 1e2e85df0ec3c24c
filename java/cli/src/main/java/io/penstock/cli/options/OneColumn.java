package io.penstock.cli.options;

import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import java.nio.file.Path;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/** A file with one number per record: weights, labels or indices. */
record OneColumn(Path path) {
  private static final String NAME = "numbers";

  static OneColumn of(Path path) {
    return new OneColumn(path);
  }

  long[] integers() {
    try (Dataset dataset = open()) {
      LongUnaryOperator integers = ColumnValues.integers(dataset, NAME);
      long[] all = LongStream.range(0, dataset.recordCount()).map(integers).toArray();
      // If the file was cut short meanwhile, we have read zeros after its end.
      dataset.check();
      return all;
    }
  }

  /** Makes something of the numbers, which it asks for one by one. */
  interface Use<T> {
    T of(long count, LongToDoubleFunction numbers);
  }

  /** Passes the numbers on without holding them in memory: there may be hundreds of millions. */
  <T> T numbers(Use<T> use) {
    try (Dataset dataset = open()) {
      T made = use.of(dataset.recordCount(), ColumnValues.numbers(dataset, NAME));
      dataset.check();
      return made;
    }
  }

  private Dataset open() {
    Dataset dataset = Dataset.builder().column(NAME, Source.parse(path)).open();
    Column column = dataset.column(NAME);
    if (column.recordBytes() != column.elementType().sizeBytes()) {
      dataset.close();
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT,
          path,
          "expected one number a record, found %s of shape %s: name another file"
              .formatted(column.elementType(), column.shape()));
    }
    if (column.recordCount() > Integer.MAX_VALUE - 8) {
      dataset.close();
      throw new IllegalArgumentException(
          "%s: must have at most 2^31 - 9 numbers, had %d".formatted(path, column.recordCount()));
    }
    return dataset;
  }
}
