package io.penstock.cli.make;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.Streams;
import io.penstock.cli.convert.RecordSource;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The report of a command that makes files: a few lines for people, or JSON. */
final class MakingReport {
  private final long startNanos = System.nanoTime();
  private final List<Path> files = new ArrayList<>();
  private ElementType type;
  private Shape recordShape = Shape.SCALAR;
  private boolean isVariable;
  private int columns;
  private long records;
  private long bytes;
  private final JsonArray labels = new JsonArray();
  private Path classes;

  /** Adds the files of a column; all columns have the same number of records. */
  void add(List<Path> paths, RecordSource source, long recordCount) {
    add(paths, source.elementType(), source.recordShape(), recordCount, source.recordBytes());
  }

  void add(List<Path> paths, Column column, long recordCount) {
    add(paths, column.elementType(), column.shape(), recordCount, column.recordBytes());
  }

  void add(List<Path> paths, ElementType elements, Shape shape, long count, long recordBytes) {
    if (type == null) {
      type = elements;
      recordShape = shape;
    }
    columns++;
    files.addAll(paths);
    records = count;
    bytes += count * recordBytes;
  }

  /** Adds the files of a column of bytes whose records have different sizes. */
  void addVariable(List<Path> paths, long recordCount, long byteCount) {
    addVariable(paths, ElementType.UINT8, Shape.SCALAR, recordCount, byteCount);
  }

  /** Adds the files of a column whose records have different sizes. */
  void addVariable(
      List<Path> paths, ElementType elements, Shape valueShape, long recordCount, long byteCount) {
    isVariable |= type == null;
    add(paths, elements, valueShape, recordCount, 0);
    bytes += byteCount;
  }

  /** Adds the files of a folder of shards, which hold all columns. */
  void addShards(List<Path> paths, long recordCount, long byteCount) {
    addVariable(paths, recordCount, byteCount);
    columns = paths.size();
  }

  /** Adds a file that is what was compressed. */
  void addUnpacked(Path path, long byteCount) {
    files.add(path);
    bytes += byteCount;
  }

  /** Adds files of labels, the names of the classes, and the file of these names. */
  void addLabels(List<Path> paths, List<String> names, Path classesFile) {
    files.addAll(paths);
    classes = classesFile;
    names.forEach(labels::add);
  }

  void print(Streams streams, boolean isJson) throws IOException {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    if (isJson) {
      JsonObject object = new JsonObject();
      JsonArray paths = new JsonArray();
      files.forEach(file -> paths.add(file.toString()));
      object.add("files", paths);
      object.addProperty("dtype", type == null ? null : type.descr());
      object.add("recordShape", type == null ? JsonNull.INSTANCE : shape());
      object.addProperty("records", type == null ? null : records);
      object.addProperty("bytes", bytes);
      object.addProperty("seconds", seconds);
      object.add("bytesPerSecond", Json.number(bytes / seconds));
      object.add("labels", labels);
      object.addProperty("classesFile", classes == null ? null : classes.toString());
      Json.print(streams, object);
      return;
    }
    String first = files.getFirst().toString();
    if (columns > 1) {
      streams.print(
          "%s: %s in %s, %s in %s (%s)\n"
              .formatted(
                  OneLine.of(String.valueOf(files.getFirst().toAbsolutePath().getParent())),
                  Human.plural(records, "record", "records"),
                  Human.plural(files.size(), "file", "files"),
                  Human.bytes(bytes),
                  Human.seconds(seconds),
                  Human.bytesPerSecond(bytes / seconds)));
    } else if (type == null) {
      streams.print(
          "%s: %s in %s (%s)\n"
              .formatted(
                  first,
                  Human.bytes(bytes),
                  Human.seconds(seconds),
                  Human.bytesPerSecond(bytes / seconds)));
    } else {
      streams.print(
          "%s%s: %s of %s %s, %s in %s (%s)\n"
              .formatted(
                  first,
                  files.size() == 1 ? "" : (files.size() == 2 ? " and " : " to ") + files.getLast(),
                  Human.plural(records, "record", "records"),
                  type,
                  isVariable ? "of different sizes" : recordShape,
                  Human.bytes(bytes),
                  Human.seconds(seconds),
                  Human.bytesPerSecond(bytes / seconds)));
    }
    for (int i = 0; i < labels.size(); i++) {
      streams.print("label %d: %s\n".formatted(i, labels.get(i).getAsString()));
    }
  }

  private JsonArray shape() {
    JsonArray shape = new JsonArray();
    if (isVariable) {
      shape.add(JsonNull.INSTANCE);
    }
    recordShape.toList().forEach(shape::add);
    return shape;
  }
}
