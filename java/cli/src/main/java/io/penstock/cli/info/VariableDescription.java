package io.penstock.cli.info;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.array.ArrayLayout;
import io.penstock.cli.command.Json;
import io.penstock.cli.options.ColumnValues;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RecordLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Describes records of different sizes: files of a folder, or sequences of values.
 *
 * @param source the folder, or the index with the part
 * @param dtype type of a value
 * @param dataOffset where the first value starts; null where each record is a file
 * @param fileBytes size of the file of values, or of all files
 * @param dataBytes size of all records
 * @param cachedFraction of the file of values; NaN if unknown
 * @param sizes of the records
 * @param folder that the files are in; null for sequences
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
    SizeRange sizes,
    FolderIndex folder)
    implements Description {
  /** Looks for the least and greatest size among at most so many records. */
  private static final long MOST_LOOKED_AT = 10_000_000;

  /** In bytes; null if there are no records, or too many to look at each. */
  private record SizeRange(Long least, Double mean, Long most) {}

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
        sizes(folder.sizes(), records, 1, folder.dataBytes()),
        folder);
  }

  /** Runs of values in a file, such as the sequences of token data, opened as a loader would. */
  static VariableDescription of(Source source, RecordLayout.Variable layout) {
    try (Dataset dataset = Dataset.open(source)) {
      ArrayLayout values = layout.values();
      long records = dataset.recordCount();
      return new VariableDescription(
          source,
          values.format(),
          values.elementType().descr(),
          records,
          values.dataOffset(),
          values.fileBytes(),
          values.dataBytes(),
          dataset.files().getFirst().cachedFraction(),
          sizes(layout, records),
          null);
    }
  }

  private static SizeRange sizes(RecordLayout.Variable layout, long records) {
    ArrayLayout values = layout.values();
    return switch (layout) {
      case RecordLayout.ByLengths sized -> {
        Source lengths = Source.of(sized.lengths().path()).part(sized.lengths().part());
        yield sizes(lengths, records, values.recordBytes(), values.dataBytes());
      }
      case RecordLayout.ByOffsets _ ->
          new SizeRange(null, records == 0 ? null : (double) values.dataBytes() / records, null);
    };
  }

  private static SizeRange sizes(Source source, long records, long unitBytes, long dataBytes) {
    if (records == 0) {
      return new SizeRange(null, null, null);
    }
    if (records > MOST_LOOKED_AT) {
      return new SizeRange(null, (double) dataBytes / records, null);
    }
    try (Dataset dataset = Dataset.builder().column("sizes", source).open()) {
      LongUnaryOperator counts = ColumnValues.integers(dataset, "sizes");
      long least = Long.MAX_VALUE;
      long most = 0;
      double sum = 0;
      for (long i = 0; i < records; i++) {
        long count = counts.applyAsLong(i);
        if (count < 0 || count > dataBytes / unitBytes) {
          throw PenstockException.about(
              ErrorKind.WRONG_FORMAT,
              source.file(),
              "record %d: expected a size of 0 to %d, found %d: the index is damaged, make it again"
                  .formatted(i, dataBytes / unitBytes, count));
        }
        least = Math.min(least, count * unitBytes);
        most = Math.max(most, count * unitBytes);
        sum += count * unitBytes;
      }
      return new SizeRange(least, sum / records, most);
    }
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
    object.addProperty("minRecordBytes", sizes.least);
    object.addProperty("meanRecordBytes", sizes.mean);
    object.addProperty("maxRecordBytes", sizes.most);
    if (folder != null) {
      JsonArray classes = new JsonArray();
      folder.classes().forEach(classes::add);
      object.add("classes", classes);
      object.addProperty("indexFile", folder.file().toString());
    }
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
    fields.put("minRecordBytes", sizes.least == null ? "-" : Human.count(sizes.least));
    fields.put("meanRecordBytes", sizes.mean == null ? "-" : Human.count(Math.round(sizes.mean)));
    fields.put("maxRecordBytes", sizes.most == null ? "-" : Human.count(sizes.most));
    if (folder != null) {
      fields.put("classes", OneLine.of(numbered(folder.classes())));
      fields.put("indexFile", OneLine.of(folder.file().toString()));
    }
    return fields;
  }

  /** Such as {@code 0 ham, 1 spam}. */
  private static String numbered(List<String> names) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> i + " " + names.get(i))
        .collect(Collectors.joining(", "));
  }
}
