package io.penstock.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.FileInfo;
import io.penstock.PenstockException;
import io.penstock.format.ArrayLayout;
import io.penstock.format.Formats;
import io.penstock.format.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@code info} tells of one array: what the file says of itself, and what the system does.
 *
 * @param path of the file, with the part
 * @param layout of the array; null where it cannot be read in place
 * @param problem why not
 */
record FileDescription(Path path, ArrayLayout layout, FileInfo info, String problem) {
  /** Fields that are set to the right in a table. */
  static final Set<String> NUMBERS =
      Set.of("records", "recordBytes", "dataOffset", "fileBytes", "cached");

  private static final List<String> NAMES =
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

  /** What a path names: one array, or all that are in a file which has several. */
  static List<FileDescription> of(Path path) {
    List<Part> parts = Files.isRegularFile(path) ? Formats.parts(path) : List.of();
    if (parts.size() <= 1) {
      return List.of(alone(path));
    }
    List<FileDescription> all = new ArrayList<>();
    FileInfo info = null;
    for (Part part : parts) {
      Path name = part.name().isEmpty() ? path : Path.of(path + "#" + part.name());
      String problem = problem(part);
      if (problem == null && info == null) {
        info = alone(name).info;
      }
      all.add(new FileDescription(name, problem == null ? part.layout() : null, info, problem));
    }
    return all;
  }

  /** Opens the file as a loader would, so that nothing is told that fails. */
  private static FileDescription alone(Path path) {
    try (Dataset dataset = Dataset.open(path)) {
      return new FileDescription(path, Formats.open(path), dataset.files().getFirst(), null);
    }
  }

  private static String problem(Part part) {
    try {
      part.layout().shards();
      return null;
    } catch (PenstockException e) {
      return e.getMessage();
    }
  }

  /** Field names of DESIGN.md: stable. */
  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("path", path.toString());
    if (layout == null) {
      object.addProperty("problem", problem);
      return object;
    }
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
    if (layout == null) {
      NAMES.forEach(name -> fields.put(name, "-"));
      fields.put("path", OneLine.of(problem));
      return fields;
    }
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
