package io.penstock.cli.info;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.array.ArrayLayout;
import io.penstock.cli.command.Json;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RecordLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Describes records of different sizes: files of a folder, or sequences of values.
 *
 * @param source the folder, or the index with the part
 * @param dtype type of a value
 * @param dataOffset where the first value starts; null where each record is a file, or all are in
 *     an index
 * @param fileBytes size of the file of values, or of all files
 * @param dataBytes size of all records
 * @param cachedFraction of the file of values; NaN if unknown
 * @param missing how many of the records a container lacks
 * @param survey of sizes and images
 * @param folder that the files are in; null for sequences
 * @param indexFile of the folder, or with the records; null if neither is
 */
record VariableDescription(
    Source source,
    String format,
    String dtype,
    long records,
    long missing,
    Long dataOffset,
    long fileBytes,
    long dataBytes,
    double cachedFraction,
    RecordSurvey survey,
    FolderIndex folder,
    Path indexFile)
    implements Description {
  /** The files of a folder. */
  static VariableDescription of(Path path, FolderIndex folder) {
    long records = folder.recordCount();
    return new VariableDescription(
        Source.of(path),
        "folder",
        "|u1",
        records,
        0,
        null,
        folder.dataBytes(),
        folder.dataBytes(),
        Double.NaN,
        RecordSurvey.of(folder),
        folder,
        folder.file());
  }

  /**
   * Runs of values in a file, such as the sequences of token data, opened as a loader would.
   *
   * @param shards how many files are described, this one among them
   */
  static VariableDescription of(Source source, RecordLayout.Variable layout, int shards) {
    try (Dataset dataset = Dataset.open(source)) {
      return of(source, layout, dataset, shards);
    }
  }

  /** Runs of values in a file, and the offsets that divide them. */
  static VariableDescription of(Source values, Source offsets) {
    try (Dataset dataset =
        Dataset.builder().variable("records", List.of(values), List.of(offsets)).open()) {
      RecordLayout.Variable layout =
          new RecordLayout.ByOffsets(Formats.open(values), Formats.open(offsets));
      return of(values, layout, dataset, 1);
    }
  }

  private static VariableDescription of(
      Source source, RecordLayout.Variable layout, Dataset dataset, int shards) {
    ArrayLayout values = layout.values();
    DataPlace place = DataPlace.of(source, values);
    return new VariableDescription(
        source,
        values.format(),
        values.elementType().descr(),
        dataset.recordCount(),
        layout instanceof RecordLayout.ByIndex index ? index.missing() : 0,
        place.dataOffset(),
        place.fileBytes(),
        layout instanceof RecordLayout.ByIndex index ? index.dataBytes() : values.dataBytes(),
        dataset.files().getFirst().cachedFraction(),
        RecordSurvey.of(layout, shards),
        null,
        place.indexFile());
  }

  @Override
  public void complete() {
    survey.complete();
  }

  private long present() {
    return records - missing;
  }

  /** Whether the sizes of all records were looked at, not only those of a sample. */
  private boolean isWhole() {
    return survey.sizes().count() == present();
  }

  private Double mean() {
    return isWhole() ? survey.sizes().mean() : (Double) ((double) dataBytes / present());
  }

  @Override
  public JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("path", source.toString());
    object.addProperty("format", format);
    object.addProperty("dtype", dtype);
    JsonArray shape = new JsonArray();
    shape.add(records);
    shape.add(JsonNull.INSTANCE);
    object.add("shape", shape);
    object.addProperty("order", "C");
    object.addProperty("records", records);
    if (missing > 0) {
      object.addProperty("missingRecords", missing);
    }
    object.add("recordBytes", JsonNull.INSTANCE);
    object.addProperty("dataOffset", dataOffset);
    object.addProperty("fileBytes", fileBytes);
    object.addProperty("directAligned", false);
    object.add("cachedFraction", Json.number(cachedFraction));
    object.addProperty("dataBytes", dataBytes);
    object.addProperty("minRecordBytes", isWhole() ? survey.sizes().least() : null);
    object.addProperty("medianRecordBytes", survey.sizes().median());
    object.addProperty("meanRecordBytes", mean());
    object.addProperty("maxRecordBytes", isWhole() ? survey.sizes().most() : null);
    object.addProperty("sampledRecords", survey.sizes().count());
    object.add("histogram", survey.sizes().toJson());
    if (folder != null) {
      JsonArray classes = new JsonArray();
      folder.classes().forEach(classes::add);
      object.add("classes", classes);
    }
    if (indexFile != null) {
      object.addProperty("indexFile", indexFile.toString());
    }
    survey.images().ifPresent(found -> object.add("images", found.toJson()));
    return object;
  }

  @Override
  public Map<String, String> toHuman() {
    Map<String, String> fields = new LinkedHashMap<>();
    List<String> values =
        List.of(
            format,
            dtype,
            records + " x *",
            "C",
            missing == 0
                ? Human.count(records)
                : "%s of %s".formatted(Human.count(present()), Human.count(records)),
            "*",
            dataOffset == null ? "-" : Human.count(dataOffset),
            Human.count(fileBytes),
            "no",
            Double.isNaN(cachedFraction) ? "-" : Human.percent(cachedFraction));
    for (int i = 0; i < NAMES.size(); i++) {
      fields.put(NAMES.get(i), values.get(i));
    }
    fields.put("path", OneLine.of(source.toString()));
    return fields;
  }

  @Override
  public Map<String, String> more() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("dataBytes", Human.count(dataBytes));
    fields.put("minRecordBytes", isWhole() ? text(survey.sizes().least()) : "-");
    fields.put("medianRecordBytes", text(survey.sizes().median()));
    fields.put("meanRecordBytes", mean() == null ? "-" : Human.count(Math.round(mean())));
    fields.put("maxRecordBytes", isWhole() ? text(survey.sizes().most()) : "-");
    if (!isWhole()) {
      fields.put("sampledRecords", Human.count(survey.sizes().count()));
    }
    survey
        .images()
        .ifPresent(
            found -> {
              fields.put("images", found.formatsToHuman());
              fields.put("imageSizes", found.sizesToHuman());
            });
    if (folder != null) {
      fields.put("classes", OneLine.of(numbered(folder.classes())));
    }
    if (indexFile != null) {
      fields.put("indexFile", OneLine.of(indexFile.toString()));
    }
    return fields;
  }

  private static String text(Long size) {
    return size == null ? "-" : Human.count(size);
  }

  @Override
  public String picture() {
    return survey.sizes().count() == 0 ? "" : survey.sizes().toHuman();
  }

  /** Such as {@code 0 ham, 1 spam}. */
  private static String numbered(List<String> names) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> i + " " + names.get(i))
        .collect(Collectors.joining(", "));
  }
}
