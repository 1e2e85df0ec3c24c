package io.penstock.transform;

import io.penstock.array.OutputColumn;
import java.util.List;

/**
 * Transforms that make each element of a column by itself, so that records may have any size:
 * variable columns stay variable, with as many values. No state.
 */
final class Elementwise {
  /** Makes so many elements, which lie one after another at the offsets of the record. */
  @FunctionalInterface
  interface OfElements {
    void apply(RecordContext record, long count);
  }

  private Elementwise() {}

  /**
   * A transform of the elements of a column.
   *
   * @param column what it reads
   * @param output what it writes: as many elements in each value
   * @param partsPerElement how many parts of each element count as one, as for complex numbers
   * @param function what is done
   */
  static Transform.Bound bind(
      OutputColumn column, OutputColumn output, long partsPerElement, OfElements function) {
    long count = column.elementCount() * partsPerElement;
    return new Transform.OfRecords(
        List.of(output),
        column.isVariable()
            ? record -> {
              long values = record.inputLength(0);
              if (values > 0) {
                function.apply(record, values * count);
              }
              record.setOutputLength(0, values);
            }
            : record -> function.apply(record, count));
  }
}
