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
import java.util.Optional;
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
 * @param sizes of the records
 * @param folder that the files are in; null for sequences
 * @param indexFile of the folder, or with the records; null if neither is
 * @param images that are among the records; empty if none were found
 */
record VariableDescription(
    Source source,
    String format,
    String dtype,
    long records,
    Long dataOffset,
    long fileBytes,
    long dataBytes,
    double cachedFraction,
    SizeHistogram sizes,
    FolderIndex folder,
    Path indexFile,
    Optional<ImageSurvey> images)
    implements Description {
  /** The files of a folder. */
  static VariableDescription of(Path path, FolderIndex folder) {
    long records = folder.recordCount();
    return new VariableDescription(
        Source.of(path),
        "folder",
        "|u1",
        records,
        null,
        folder.dataBytes(),
        folder.dataBytes(),
        Double.NaN,
        SizeReading.of(folder),
        folder,
        folder.file(),
        ImageSurvey.of(folder));
  }

  /** Runs of values in a file, such as the sequences of token data, opened as a loader would. */
  static VariableDescription of(Source source, RecordLayout.Variable layout) {
    try (Dataset dataset = Dataset.open(source)) {
      return of(source, layout, dataset);
    }
  }

  /** Runs of values in a file, and the offsets that divide them. */
  static VariableDescription of(Source values, Source offsets) {
    try (Dataset dataset =
        Dataset.builder().variable("records", List.of(values), List.of(offsets)).open()) {
      RecordLayout.Variable layout =
          new RecordLayout.ByOffsets(Formats.open(values), Formats.open(offsets));
      return of(values, layout, dataset);
    }
  }

  private static VariableDescription of(
      Source source, RecordLayout.Variable layout, Dataset dataset) {
    ArrayLayout values = layout.values();
    DataPlace place = DataPlace.of(source, values);
    return new VariableDescription(
        source,
        values.format(),
        values.elementType().descr(),
        dataset.recordCount(),
        place.dataOffset(),
        place.fileBytes(),
        layout instanceof RecordLayout.ByIndex index ? index.dataBytes() : values.dataBytes(),
        dataset.files().getFirst().cachedFraction(),
        SizeReading.of(layout),
        null,
        place.indexFile(),
        layout instanceof RecordLayout.ByIndex index ? ImageSurvey.of(index) : Optional.empty());
  }

  /** Whether the sizes of all records were looked at, not only those of a sample. */
  private boolean isWhole() {
    return sizes.count() == records;
  }

  private Double mean() {
    return isWhole() ? sizes.mean() : (Double) ((double) dataBytes / records);
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
    object.add("recordBytes", JsonNull.INSTANCE);
    object.addProperty("dataOffset", dataOffset);
    object.addProperty("fileBytes", fileBytes);
    object.addProperty("directAligned", false);
    object.add("cachedFraction", Json.number(cachedFraction));
    object.addProperty("dataBytes", dataBytes);
    object.addProperty("minRecordBytes", isWhole() ? sizes.least() : null);
    object.addProperty("medianRecordBytes", sizes.median());
    object.addProperty("meanRecordBytes", mean());
    object.addProperty("maxRecordBytes", isWhole() ? sizes.most() : null);
    object.addProperty("sampledRecords", sizes.count());
    object.add("histogram", sizes.toJson());
    if (folder != null) {
      JsonArray classes = new JsonArray();
      folder.classes().forEach(classes::add);
      object.add("classes", classes);
    }
    if (indexFile != null) {
      object.addProperty("indexFile", indexFile.toString());
    }
    images.ifPresent(survey -> object.add("images", survey.toJson()));
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
            Human.count(records),
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
    fields.put("minRecordBytes", isWhole() ? text(sizes.least()) : "-");
    fields.put("medianRecordBytes", text(sizes.median()));
    fields.put("meanRecordBytes", mean() == null ? "-" : Human.count(Math.round(mean())));
    fields.put("maxRecordBytes", isWhole() ? text(sizes.most()) : "-");
    if (!isWhole()) {
      fields.put("sampledRecords", Human.count(sizes.count()));
    }
    images.ifPresent(
        survey -> {
          fields.put("images", survey.formatsToHuman());
          fields.put("imageSizes", survey.sizesToHuman());
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
    return sizes.count() == 0 ? "" : sizes.toHuman();
  }

  /** Such as {@code 0 ham, 1 spam}. */
  private static String numbered(List<String> names) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> i + " " + names.get(i))
        .collect(Collectors.joining(", "));
  }
}
