package io.penstock.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.FileInfo;
import io.penstock.format.ArrayLayout;
import io.penstock.format.Formats;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code info} tells of one file: what the file says of itself, and what the system does. */
record FileDescription(Path path, ArrayLayout layout, FileInfo info) {
  /** Fields that are set to the right in a table. */
  static final Set<String> NUMBERS =
      Set.of("records", "recordBytes", "dataOffset", "fileBytes", "cached");

  /** Reads the header; opens the file as a loader would, so that nothing is told that fails. */
  static FileDescription of(Path path) {
    try (Dataset dataset = Dataset.open(path)) {
      return new FileDescription(path, Formats.open(path), dataset.files().getFirst());
    }
  }

  /** Field names of DESIGN.md: stable. */
  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("path", path.toString());
    object.addProperty("format", layout.format());
    object.addProperty("dtype", layout.elementType().descr());
    JsonArray shape = new JsonArray();
    layout.shape().forEach(shape::add);
    object.add("shape", shape);
    object.addProperty("order", order());
    object.addProperty("records", layout.recordCount());
    object.addProperty("recordBytes", layout.recordBytes());
    object.addProperty("dataOffset", layout.dataOffset());
    object.addProperty("fileBytes", layout.fileBytes());
    object.addProperty("directAligned", isDirectAligned());
    object.add("cachedFraction", Json.number(info.cachedFraction()));
    return object;
  }

  /** The same for people, by name; the path last, as it may be long. */
  Map<String, String> toHuman() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("format", layout.format());
    fields.put("dtype", layout.elementType().descr());
    fields.put(
        "shape", layout.shape().stream().map(String::valueOf).collect(Collectors.joining(" x ")));
    fields.put("order", order());
    fields.put("records", Human.count(layout.recordCount()));
    fields.put("recordBytes", Human.count(layout.recordBytes()));
    fields.put("dataOffset", Human.count(layout.dataOffset()));
    fields.put("fileBytes", Human.count(layout.fileBytes()));
    fields.put("directAligned", isDirectAligned() ? "yes" : "no");
    fields.put("cached", Human.percent(info.cachedFraction()));
    fields.put("path", OneLine.of(path.toString()));
    return fields;
  }

  private String order() {
    return layout.fortranOrder() ? "F" : "C";
  }

  private boolean isDirectAligned() {
    int alignment = info.directOffsetAlignmentBytes();
    return alignment > 0
        && layout.dataOffset() % alignment == 0
        && layout.recordBytes() % alignment == 0;
  }
}
