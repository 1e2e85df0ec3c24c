package io.penstock.cli.info;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code info} shows of one column of records. */
sealed interface Description permits FileDescription, VariableDescription, BadPath {
  /** Fields that are set to the right in a table. */
  Set<String> NUMBERS = Set.of("records", "recordBytes", "dataOffset", "fileBytes", "cached");

  /** Fields that every description has for people, before the path. */
  List<String> NAMES =
      List.of(
          "format",
          "dtype",
          "shape",
          "order",
          "records",
          "recordBytes",
          "dataOffset",
          "fileBytes",
          "directAligned",
          "cached");

  /** For programs; names are stable. */
  JsonObject toJson();

  /** For people: {@link #NAMES}, and the path last, as it may be long. */
  Map<String, String> toHuman();

  /** What else there is to tell where there is room for it. */
  default Map<String, String> more() {
    return Map.of();
  }
}
