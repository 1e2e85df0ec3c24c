package io.penstock.cli.info;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.array.ArrayLayout;
import io.penstock.array.FileInfo;
import io.penstock.array.Part;
import io.penstock.cli.command.Json;
import io.penstock.cli.options.FolderIndexOption;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.known.KnownFormats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code info} shows of one array: what its header says, and what the system says.
 *
 * @param source the file, with the part
 * @param layout of the array; null where it cannot be read in place
 * @param problem why not
 */
record FileDescription(Source source, ArrayLayout layout, FileInfo info, String problem)
    implements Description {
  /**
   * What a source is: one column, or all arrays that are in a file which has several.
   *
   * @param shards how many sources are described, this one among them
   */
  static List<Description> of(Source source, FolderIndexOption indexes, int shards) {
    Path file = source.file();
    boolean isPart = source.partName().isPresent();
    if (!isPart && Files.isDirectory(file)) {
      return List.of(VariableDescription.of(file, indexes.open(file)));
    }
    Source place = indexes.place(source);
    if (!isPart && Files.isRegularFile(file)) {
      KnownFormats.ListedParts all = KnownFormats.all(file);
      if (all.count() > 1) {
        return of(source, all.parts(), all.variableNames(), shards);
      }
      if (all.parts().size() == 1 && problem(all.parts().getFirst()) == null) {
        return List.of(alone(source, source, all.parts().getFirst().layout()));
      }
      // One array: what is wrong with it is said as a loader would say it.
    }
    return List.of(
        switch (records(place)) {
          case RecordLayout.Fixed records -> alone(source, place, records.array());
          case RecordLayout.Variable records -> VariableDescription.of(source, records, shards);
        });
  }

  /** All columns: first the one that is the file itself. */
  private static List<Description> of(
      Source source, List<Part> parts, List<String> variable, int shards) {
    List<Description> all = new ArrayList<>();
    Map<Path, FileInfo> infos = new HashMap<>();
    for (Part part : parts) {
      Source name = part.name().isEmpty() ? source : source.part(part.name());
      String problem = problem(part);
      FileInfo info = null;
      if (problem == null) {
        try {
          info = infos.computeIfAbsent(part.layout().path(), _ -> info(name));
        } catch (PenstockException e) {
          problem = e.getMessage();
        }
      }
      all.add(new FileDescription(name, problem == null ? part.layout() : null, info, problem));
    }
    for (String name : variable) {
      if (name.isEmpty()) {
        all.addFirst(variable(source, shards));
      } else {
        all.add(variable(source.part(name), shards));
      }
    }
    return all;
  }

  private static RecordLayout records(Source source) {
    return KnownFormats.records(new PartPath(source.file(), source.partName().orElse("")));
  }

  private static Description variable(Source source, int shards) {
    try {
      return switch (records(source)) {
        case RecordLayout.Fixed records -> alone(source, source, records.array());
        case RecordLayout.Variable records -> VariableDescription.of(source, records, shards);
      };
    } catch (PenstockException e) {
      return new FileDescription(source, null, null, e.getMessage());
    }
  }

  private static FileDescription alone(Source source, Source place, ArrayLayout layout) {
    return new FileDescription(source, layout, info(place), null);
  }

  /** Opens the file as a loader would, so that info shows nothing that a loader cannot read. */
  private static FileInfo info(Source place) {
    try (Dataset dataset = Dataset.builder().column("records", place).open()) {
      return dataset.files().getFirst();
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

  @Override
  public JsonObject toJson() {
    if (layout == null) {
      return new BadPath(source.toString(), problem).toJson();
    }
    JsonObject object = new JsonObject();
    object.addProperty("path", source.toString());
    object.addProperty("format", layout.format());
    object.addProperty("dtype", layout.elementType().descr());
    JsonArray shape = new JsonArray();
    layout.shape().toList().forEach(shape::add);
    object.add("shape", shape);
    object.addProperty("order", order());
    object.addProperty("records", layout.recordCount());
    object.addProperty("recordBytes", layout.recordBytes());
    DataPlace place = DataPlace.of(source, layout);
    object.addProperty("dataOffset", place.dataOffset());
    object.addProperty("fileBytes", place.fileBytes());
    object.addProperty("directAligned", isDirectAligned());
    object.add("cachedFraction", Json.number(info.cachedFraction()));
    if (place.indexFile() != null) {
      object.addProperty("indexFile", place.indexFile().toString());
    }
    return object;
  }

  @Override
  public Map<String, String> toHuman() {
    if (layout == null) {
      return new BadPath(source.toString(), problem).toHuman();
    }
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("format", layout.format());
    fields.put("dtype", layout.elementType().descr());
    fields.put(
        "shape",
        layout.shape().toList().stream().map(String::valueOf).collect(Collectors.joining(" x ")));
    fields.put("order", order());
    fields.put("records", Human.count(layout.recordCount()));
    fields.put("recordBytes", Human.count(layout.recordBytes()));
    DataPlace place = DataPlace.of(source, layout);
    fields.put("dataOffset", place.dataOffset() == null ? "-" : Human.count(place.dataOffset()));
    fields.put("fileBytes", Human.count(place.fileBytes()));
    fields.put("directAligned", isDirectAligned() ? "yes" : "no");
    fields.put("cached", Human.percent(info.cachedFraction()));
    fields.put("path", OneLine.of(source.toString()));
    return fields;
  }

  @Override
  public Map<String, String> more() {
    Path index = layout == null ? null : DataPlace.of(source, layout).indexFile();
    return index == null ? Map.of() : Map.of("indexFile", OneLine.of(index.toString()));
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
