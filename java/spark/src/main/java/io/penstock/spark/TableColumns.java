package io.penstock.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.write.DatasetShuffle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/**
 * The columns that a path of a table names: those of a directory of shards, or files as on the
 * command line. On the driver.
 *
 * <p>A directory that a shuffle made has a note, which says how many shards there must be, and what
 * the columns were called; one that Spark wrote says what types they had.
 */
final class TableColumns {
  private static final String NOTE = "penstock-shuffle.txt";
  private static final Pattern SHARD = Pattern.compile("(.+)-([0-9]{5,9})\\.npy");
  private static final Pattern COLUMN =
      Pattern.compile("column (.+) \\S+ \\[[0-9, ]*\\](?: of different sizes)?");
  private static final Pattern COUNT = Pattern.compile("records [0-9]+ shards ([0-9]+)");
  private static final String OFFSETS = ".offsets";

  private final SparkSource source;
  private final Map<String, DataType> types;

  private TableColumns(SparkSource source, Map<String, DataType> types) {
    this.source = source;
    this.types = types;
  }

  SparkSource source() {
    return source;
  }

  /** What the column was when Spark wrote it; null if it did not. */
  @Nullable DataType type(String column) {
    return types.get(column);
  }

  /** The path that a table is read from or written to. */
  static List<String> paths(CaseInsensitiveStringMap options) {
    List<String> all = new ArrayList<>();
    if (options.containsKey("paths")) {
      try {
        all.addAll(List.of(new ObjectMapper().readValue(options.get("paths"), String[].class)));
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException("paths must be a JSON array of strings", e);
      }
    }
    if (options.containsKey("path")) {
      all.add(options.get("path"));
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException("load must be given a path, was given none");
    }
    return all.stream().map(TableColumns::local).toList();
  }

  /** Spark users write {@code file:/data/x}; other schemes are of other file systems. */
  static String local(String path) {
    if (path.startsWith("file:")) {
      return Path.of(java.net.URI.create(path.replaceFirst("^file:/+", "file:///"))).toString();
    }
    if (path.matches("[a-z][a-z0-9+.-]+:.*")) {
      throw new IllegalArgumentException(
          "path must be of a file system that machines have mounted, was " + path);
    }
    return path;
  }

  /** Finds the columns. */
  static TableColumns find(List<String> paths) {
    SparkSource source = SparkSource.of();
    Map<String, DataType> types = new LinkedHashMap<>();
    for (String path : paths) {
      Path folder = Path.of(path);
      Map<String, SortedMap<Integer, String>> shards =
          Files.isDirectory(folder) ? shards(folder) : Map.of();
      if (shards.isEmpty()) {
        source = source.add(SparkSource.of(path));
      } else {
        source = add(source, folder, shards, note(folder), types);
      }
    }
    return new TableColumns(source, types);
  }

  private static SparkSource add(
      SparkSource source,
      Path folder,
      Map<String, SortedMap<Integer, String>> shards,
      List<String> note,
      Map<String, DataType> types) {
    Map<String, String> names = names(shards, note);
    int count = count(note);
    SparkSource all = source;
    for (Map.Entry<String, String> name : names.entrySet()) {
      List<String> files = files(folder, name.getKey(), shards.get(name.getKey()), count);
      SortedMap<Integer, String> offsets = shards.get(name.getKey() + OFFSETS);
      all =
          all.column(
              name.getValue(),
              files,
              offsets == null
                  ? List.of()
                  : files(folder, name.getKey() + OFFSETS, offsets, files.size()));
    }
    for (String line : note) {
      if (line.startsWith(RowShards.SCHEMA)) {
        DataType schema = DataType.fromJson(line.substring(RowShards.SCHEMA.length()));
        for (StructField field : ((StructType) schema).fields()) {
          types.put(field.name(), field.dataType());
        }
      }
    }
    return all;
  }

  /** The names of columns by those of their files, in the order of the note. */
  private static Map<String, String> names(
      Map<String, SortedMap<Integer, String>> shards, List<String> note) {
    Map<String, String> names = new LinkedHashMap<>();
    for (String line : note) {
      Matcher column = COLUMN.matcher(line);
      if (column.matches()) {
        names.put(DatasetShuffle.fileName(column.group(1)), column.group(1));
      }
    }
    if (names.isEmpty()) {
      for (String name : shards.keySet()) {
        boolean isOfOther =
            name.endsWith(OFFSETS)
                && shards.containsKey(name.substring(0, name.length() - OFFSETS.length()));
        if (!isOfOther) {
          names.put(name, name);
        }
      }
    }
    return names;
  }

  private static int count(List<String> note) {
    for (String line : note) {
      Matcher count = COUNT.matcher(line);
      if (count.matches()) {
        return Integer.parseInt(count.group(1));
      }
    }
    return -1;
  }

  private static List<String> files(
      Path folder, String name, @Nullable SortedMap<Integer, String> found, int count) {
    List<String> files = new ArrayList<>();
    int expected = count < 0 && found != null ? found.lastKey() + 1 : count;
    for (int i = 0; i < expected; i++) {
      String file = found == null ? null : found.get(i);
      if (file == null) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            folder,
            "expected %d shards of column '%s', found no shard %d: bring the file back, or make the directory anew"
                .formatted(expected, name, i));
      }
      files.add(folder.resolve(file).toString());
    }
    return files;
  }

  private static List<String> note(Path folder) {
    Path note = folder.resolve(NOTE);
    try {
      return Files.isRegularFile(note) ? Files.readAllLines(note) : List.of();
    } catch (IOException e) {
      throw unreadable(note, e);
    }
  }

  private static Map<String, SortedMap<Integer, String>> shards(Path folder) {
    Map<String, SortedMap<Integer, String>> shards = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(
          file -> {
            String name = String.valueOf(file.getFileName());
            Matcher shard = SHARD.matcher(name);
            if (shard.matches() && !name.startsWith(".")) {
              shards
                  .computeIfAbsent(shard.group(1), _ -> new TreeMap<>())
                  .put(Integer.valueOf(shard.group(2)), name);
            }
          });
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
    return shards;
  }

  private static PenstockException unreadable(Path path, IOException e) {
    return PenstockException.about(
        ErrorKind.UNREADABLE, path, "expected to read it, found: " + e.getMessage(), e);
  }
}
