package io.penstock.cli.info;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code info} shows of one column of records. */
sealed interface Description
    permits FileDescription, VariableDescription, ShardsDescription, BadPath {
  /** Fields that are right-aligned in a table. */
  Set<String> NUMBERS = Set.of("records", "recordBytes", "dataOffset", "fileBytes", "cached");

  /** Fields of every description for people, before the path. */
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

  /** Looks up what {@link #toJson} shows and a table of several does not, if that is to come. */
  default void complete() {}

  /** For programs; the names are stable. */
  JsonObject toJson();

  /** For people: {@link #NAMES}, and last the path, which may be long. */
  Map<String, String> toHuman();

  /** More fields, shown if there is only one description. */
  default Map<String, String> more() {
    return Map.of();
  }

  /** What is drawn below the fields if there is only one description; empty for nothing. */
  default String picture() {
    return "";
  }
}
