package io.penstock.cli;

import io.penstock.Column;
import io.penstock.Dataset;
import io.penstock.PenstockException;
import java.nio.file.Path;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/** A file with one number a record, beside the data: weights or indices. Read as a whole. */
record OneColumn(Path path) {
  private static final String NAME = "numbers";

  static OneColumn of(Path path) {
    return new OneColumn(path);
  }

  long[] integers() {
    try (Dataset dataset = open()) {
      LongUnaryOperator integers = dataset.integers(NAME);
      return LongStream.range(0, dataset.recordCount()).map(integers).toArray();
    }
  }

  double[] numbers() {
    try (Dataset dataset = open()) {
      LongToDoubleFunction numbers = dataset.numbers(NAME);
      return LongStream.range(0, dataset.recordCount()).mapToDouble(numbers).toArray();
    }
  }

  private Dataset open() {
    Dataset dataset = Dataset.builder().column(NAME, path).open();
    Column column = dataset.column(NAME);
    if (column.recordBytes() != column.elementType().sizeBytes()) {
      dataset.close();
      throw PenstockException.about(
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
