package io.penstock;

import io.penstock.array.OutputColumn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The columns of the batches of a loader, by name and by place. Immutable. */
final class DeliveredColumns {
  private final List<OutputColumn> columns;
  private final Map<String, Integer> numbers = new HashMap<>();

  DeliveredColumns(List<OutputColumn> columns) {
    this.columns = columns;
    for (int i = 0; i < columns.size(); i++) {
      numbers.put(columns.get(i).name(), i);
    }
  }

  /** All of them, in the order of {@link Batch#column(int)}. */
  List<OutputColumn> all() {
    return columns;
  }

  OutputColumn get(String name) {
    return columns.get(number(name));
  }

  /** The place of a column. */
  int number(String name) {
    Integer number = numbers.get(name);
    if (number == null) {
      throw new IllegalArgumentException(
          "expected one of the columns %s, found '%s'"
              .formatted(columns.stream().map(OutputColumn::name).toList(), name));
    }
    return number;
  }
}
