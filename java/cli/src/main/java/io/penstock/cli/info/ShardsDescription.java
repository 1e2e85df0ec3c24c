package io.penstock.cli.info;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.array.FileInfo;
import io.penstock.array.Part;
import io.penstock.cli.command.Json;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.known.KnownFormats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Describes a column over all shards of a folder that lists them, with records of one size.
 *
 * @param source the folder, with the name of the column
 * @param format of the shards
 * @param column over all shards
 * @param shards how many there are
 * @param fileBytes size of all shards, wherever the records of the column lie
 * @param cachedFraction of the files that they lie in; NaN if unknown
 */
record ShardsDescription(
    Source source, String format, Column column, int shards, long fileBytes, double cachedFraction)
    implements Description {
  /** Of more records than this, only so many are looked at. */
  private static final long MOST_SIZES = 1 << 20;

  /** What a folder has: the column that is named, or all of them, each over all shards. */
  static List<Description> of(Source folder) {
    Path first = folder.shards().getFirst().file();
    if (folder.partName().isPresent()) {
      return List.of(column(folder, folder.partName().get(), first));
    }
    List<Description> all = new ArrayList<>();
    KnownFormats.ListedParts parts = KnownFormats.all(first);
    Stream.concat(
            parts.parts().stream().filter(part -> !part.isField()).map(Part::name),
            parts.variableNames().stream())
        .forEach(name -> all.add(columnOrProblem(folder.part(name), name, first)));
    return all;
  }

  private static Description columnOrProblem(Source source, String name, Path first) {
    try {
      return column(source, name, first);
    } catch (PenstockException e) {
      return new BadPath(source.toString(), e.getMessage());
    }
  }

  private static Description column(Source source, String name, Path first) {
    Set<Path> shards =
        source.shards().stream().map(Source::file).collect(Collectors.toUnmodifiableSet());
    String format = format(first, name);
    try (Dataset dataset = Dataset.builder().column(name, source).open()) {
      long bytes = shards.stream().mapToLong(ShardsDescription::size).sum();
      double cached = cachedFraction(dataset, shards);
      Column column = dataset.column(name);
      return column.isVariable()
          ? variable(source, format, dataset, name, bytes, cached)
          : new ShardsDescription(source, format, column, shards.size(), bytes, cached);
    }
  }

  private static long size(Path shard) {
    try {
      return Files.size(shard);
    } catch (IOException e) {
      throw OpenFile.failure(shard, e);
    }
  }

  /** Of the files that the records lie in: the shards, or, if they were copied, their indexes. */
  private static double cachedFraction(Dataset dataset, Set<Path> shards) {
    List<FileInfo> lyingIn =
        dataset.files().stream().filter(file -> shards.contains(file.path())).toList();
    List<FileInfo> files = lyingIn.isEmpty() ? dataset.files() : lyingIn;
    double cachedBytes =
        files.stream().mapToDouble(file -> file.cachedFraction() * file.sizeBytes()).sum();
    return cachedBytes / files.stream().mapToLong(FileInfo::sizeBytes).sum();
  }

  private static String format(Path shard, String part) {
    return switch (KnownFormats.records(new PartPath(shard, part))) {
      case RecordLayout.Fixed fixed -> fixed.array().format();
      case RecordLayout.Variable records -> records.values().format();
    };
  }

  private static Description variable(
      Source source, String format, Dataset dataset, String name, long fileBytes, double cached) {
    long records = dataset.recordCount();
    LongUnaryOperator sizes = dataset.recordSizes(name);
    SizeHistogram histogram = new SizeHistogram();
    long step = Math.ceilDiv(records, MOST_SIZES);
    for (long i = 0; i < records; i += step) {
      histogram.add(sizes.applyAsLong(i));
    }
    Double mean = histogram.mean();
    return new VariableDescription(
        source,
        format,
        dataset.column(name).elementType().descr(),
        records,
        0,
        null,
        fileBytes,
        mean == null ? 0 : Math.round(mean * records),
        cached,
        RecordSurvey.of(histogram),
        null,
        null);
  }

  @Override
  public JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("path", source.toString());
    object.addProperty("format", format);
    object.addProperty("dtype", column.elementType().descr());
    JsonArray shape = new JsonArray();
    shape.add(column.recordCount());
    column.shape().toList().forEach(shape::add);
    object.add("shape", shape);
    object.addProperty("order", "C");
    object.addProperty("records", column.recordCount());
    object.addProperty("recordBytes", column.recordBytes());
    object.add("dataOffset", JsonNull.INSTANCE);
    object.addProperty("fileBytes", fileBytes);
    object.addProperty("directAligned", false);
    object.add("cachedFraction", Json.number(cachedFraction));
    return object;
  }

  @Override
  public Map<String, String> toHuman() {
    List<String> values =
        List.of(
            format,
            column.elementType().descr(),
            Stream.concat(Stream.of(column.recordCount()), column.shape().toList().stream())
                .map(String::valueOf)
                .collect(Collectors.joining(" x ")),
            "C",
            Human.count(column.recordCount()),
            Human.count(column.recordBytes()),
            "-",
            Human.count(fileBytes),
            "no",
            Double.isNaN(cachedFraction) ? "-" : Human.percent(cachedFraction));
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < NAMES.size(); i++) {
      fields.put(NAMES.get(i), values.get(i));
    }
    fields.put("path", OneLine.of(source.toString()));
    return fields;
  }

  @Override
  public Map<String, String> more() {
    return Map.of("shards", Human.count(shards));
  }
}
