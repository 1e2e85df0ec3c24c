package io.penstock.djl;

import ai.djl.ndarray.types.DataType;
import io.penstock.array.OutputColumn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The columns of a builder: names, as data or as labels, and their types. */
final class NDColumns {
  private final Map<String, DataType> data = new LinkedHashMap<>();
  private final Map<String, DataType> labels = new LinkedHashMap<>();

  /** Adds a column to the data; a null type means the type that it has. */
  void addData(String column, DataType type) {
    add(data, "data", column, type);
  }

  /** Adds a column to the labels; a null type means the type that it has. */
  void addLabel(String column, DataType type) {
    add(labels, "labels", column, type);
  }

  private static void add(Map<String, DataType> to, String name, String column, DataType type) {
    if (to.containsKey(column)) {
      throw new IllegalArgumentException(
          "%s must be of different columns, was '%s' twice".formatted(name, column));
    }
    to.put(column, type);
  }

  /** The data columns as DJL sees them; at least one. */
  List<NDColumn> data(Function<String, OutputColumn> described) {
    if (data.isEmpty()) {
      throw new IllegalArgumentException("data must be at least one column, was none");
    }
    return columns(data, described);
  }

  /** The label columns as DJL sees them; may be none. */
  List<NDColumn> labels(Function<String, OutputColumn> described) {
    return columns(labels, described);
  }

  private static List<NDColumn> columns(
      Map<String, DataType> wanted, Function<String, OutputColumn> described) {
    return wanted.entrySet().stream()
        .map(entry -> new NDColumn(described.apply(entry.getKey()), entry.getValue()))
        .toList();
  }
}
