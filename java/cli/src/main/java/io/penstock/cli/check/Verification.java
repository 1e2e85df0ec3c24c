package io.penstock.cli.check;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.checksum.RecordChecksums;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.checksum.FileChecksums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The comparison of one manifest with its data.
 *
 * <p>Files are compared chunk by chunk at the speed of the device; records are checked one by one
 * only in chunks that differ.
 */
final class Verification {
  private static final int MAX_LISTED = 1000;
  private static final int MAX_SHOWN = 20;
  private static final double NANOS = 1e9;

  /** What is wrong with a file; chunks are given by the offsets of their first bytes. */
  private record FileProblem(
      Path path,
      String problem,
      long expectedBytes,
      long foundBytes,
      List<Long> damagedChunks,
      List<Long> unreadableChunks) {
    static FileProblem of(Path path, String problem, long expectedBytes, long foundBytes) {
      return new FileProblem(path, problem, expectedBytes, foundBytes, List.of(), List.of());
    }

    List<Long> chunks() {
      return Stream.concat(damagedChunks.stream(), unreadableChunks.stream()).sorted().toList();
    }
  }

  /** A record that does not match its checksum. */
  private record DamagedRecord(String column, long index) {}

  private final Path manifestPath;
  private final Manifest manifest;
  private final List<FileProblem> problems = new ArrayList<>();
  private final List<DamagedRecord> records = new ArrayList<>();
  private final Set<Long> recordIndices = new HashSet<>();
  private String unknownRecords = "";
  private long readBytes;
  private double seconds;

  private Verification(Path manifestPath) {
    this.manifestPath = manifestPath;
    this.manifest = Manifest.read(manifestPath);
  }

  static Verification run(Path manifestPath, Streams streams) {
    Verification verification = new Verification(manifestPath);
    long start = System.nanoTime();
    verification.compareFiles(streams);
    verification.findExtraFiles();
    verification.findRecords();
    verification.seconds = (System.nanoTime() - start) / NANOS;
    return verification;
  }

  private void compareFiles(Streams streams) {
    List<Manifest.FileEntry> files = new ArrayList<>(manifest.files());
    files.add(manifest.recordChecksums());
    long total = files.stream().mapToLong(Manifest.FileEntry::bytes).sum();
    try (Progress bar = Progress.start(streams, "verify", "MB", total)) {
      for (Manifest.FileEntry file : files) {
        long before = readBytes;
        compare(file, Manifest.resolve(manifestPath, file.path()), bar, before);
      }
    }
  }

  private void compare(Manifest.FileEntry file, Path path, Progress bar, long before) {
    long size = sizeOrMissing(path);
    if (size != file.bytes()) {
      String problem = size < 0 ? "missing" : "resized";
      problems.add(FileProblem.of(path, problem, file.bytes(), size));
      return;
    }
    long[] found = FileChecksums.of(path, done -> bar.to(before + done));
    readBytes += size;
    List<Long> damaged = new ArrayList<>();
    List<Long> unreadable = new ArrayList<>();
    for (int chunk : FileChecksums.differing(file.chunks(), found)) {
      (found[chunk] == FileChecksums.UNREADABLE ? unreadable : damaged)
          .add((long) chunk * FileChecksums.CHUNK_BYTES);
    }
    if (!damaged.isEmpty() || !unreadable.isEmpty()) {
      problems.add(new FileProblem(path, "damaged", size, size, damaged, unreadable));
    }
  }

  private static long sizeOrMissing(Path path) {
    try {
      return Files.isRegularFile(path) ? Files.size(path) : -1;
    } catch (IOException e) {
      return -1;
    }
  }

  /** Shards that match a pattern now and did not when the manifest was made. */
  private void findExtraFiles() {
    Set<Path> known = new HashSet<>();
    manifest.files().forEach(file -> known.add(Manifest.resolve(manifestPath, file.path())));
    for (Manifest.ColumnEntry column : manifest.columns()) {
      for (String path : column.paths()) {
        if (!path.contains("*") && !path.contains("?")) {
          continue;
        }
        for (Source shard : shardsOrNone(Manifest.resolve(manifestPath, path))) {
          Path file = shard.file();
          if (known.add(file)) {
            problems.add(FileProblem.of(file, "extra", 0, sizeOrMissing(file)));
          }
        }
      }
    }
  }

  private static List<Source> shardsOrNone(Path pattern) {
    try {
      return Source.parse(pattern).shards();
    } catch (PenstockException e) {
      // No file matches: they are all missing, which is reported already.
      return List.of();
    }
  }

  private void findRecords() {
    List<FileProblem> damaged =
        problems.stream().filter(problem -> problem.problem().equals("damaged")).toList();
    Path checksums = Manifest.resolve(manifestPath, manifest.recordChecksums().path());
    if (problems.stream().anyMatch(problem -> problem.path().equals(checksums))) {
      unknownRecords = "the checksums of records are damaged themselves";
      return;
    }
    boolean hasFolders = manifest.columns().stream().anyMatch(column -> column.folder() != null);
    if (damaged.isEmpty() && !hasFolders) {
      return;
    }
    if (findChangedFolders()) {
      unknownRecords = "the files of a folder are others";
      return;
    }
    try (Dataset dataset = manifest.open(manifestPath)) {
      manifest.check(manifestPath, dataset);
      try (RecordChecksums records = RecordChecksums.open(checksums, dataset)) {
        damaged.forEach(file -> findRecords(dataset, records, file));
        manifest.columns().stream()
            .filter(column -> column.folder() != null)
            .forEach(column -> findRecords(dataset, records, column));
      }
    } catch (PenstockException e) {
      unknownRecords = e.getMessage();
    }
  }

  private void findRecords(Dataset dataset, RecordChecksums checksums, FileProblem file) {
    for (long from : file.chunks()) {
      checksums.forEachDamaged(
          dataset,
          file.path(),
          from,
          from + FileChecksums.CHUNK_BYTES,
          (column, index) -> add(dataset.columns().get(column).name(), index));
    }
  }

  /** Folders that are missing, or whose files have other names or sizes than they had. */
  private boolean findChangedFolders() {
    int before = problems.size();
    Set<Path> folders = new HashSet<>();
    for (Manifest.ColumnEntry column : manifest.columns()) {
      if (column.folder() == null) {
        continue;
      }
      Path folder = Source.parse(Manifest.resolve(manifestPath, column.paths().getFirst())).file();
      if (!folders.add(folder)) {
        continue;
      }
      if (!Files.isDirectory(folder)) {
        problems.add(FileProblem.of(folder, "missing", 0, -1));
      } else if (!column.folder().isOf(folder)) {
        problems.add(FileProblem.of(folder, "changed", 0, -1));
      }
    }
    return problems.size() > before;
  }

  private void findRecords(
      Dataset dataset, RecordChecksums checksums, Manifest.ColumnEntry column) {
    int before = recordIndices.size();
    checksums.forEachDamaged(dataset, column.name(), (_, index) -> add(column.name(), index));
    LongUnaryOperator sizes = dataset.recordSizes(column.name());
    long bytes = LongStream.range(0, dataset.recordCount()).map(sizes).sum();
    readBytes += bytes;
    if (recordIndices.size() > before) {
      Path folder = Manifest.resolve(manifestPath, column.paths().getFirst());
      problems.add(FileProblem.of(folder, "damaged", bytes, bytes));
    }
  }

  private void add(String column, long index) {
    DamagedRecord record = new DamagedRecord(column, index);
    recordIndices.add(index);
    if (records.size() < MAX_LISTED && !records.contains(record)) {
      records.add(record);
    }
  }

  Path manifest() {
    return manifestPath;
  }

  boolean isGood() {
    return problems.isEmpty();
  }

  /** What is wrong, in half a line. */
  String summary() {
    return "%s with problems, %s"
        .formatted(
            Human.plural(problems.size(), "file", "files"),
            unknownRecords.isEmpty()
                ? Human.plural(recordIndices.size(), "damaged record", "damaged records")
                : "records unknown (" + unknownRecords + ")");
  }

  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("manifest", manifestPath.toString());
    object.addProperty("ok", isGood());
    object.addProperty("bytes", readBytes);
    object.addProperty("seconds", seconds);
    object.add("bytesPerSecond", Json.number(readBytes / seconds));
    JsonArray files = new JsonArray();
    problems.forEach(problem -> files.add(toJson(problem)));
    object.add("files", files);
    object.add("damagedRecords", Json.count(unknownRecords.isEmpty() ? recordIndices.size() : -1));
    JsonArray list = new JsonArray();
    for (DamagedRecord record : records) {
      JsonObject entry = new JsonObject();
      entry.addProperty("index", record.index());
      entry.addProperty("column", record.column());
      list.add(entry);
    }
    object.add("records", list);
    return object;
  }

  private static JsonObject toJson(FileProblem problem) {
    JsonObject object = new JsonObject();
    object.addProperty("path", problem.path().toString());
    object.addProperty("problem", problem.problem());
    object.addProperty("expectedBytes", problem.expectedBytes());
    object.add("foundBytes", Json.count(problem.foundBytes()));
    JsonArray damaged = new JsonArray();
    problem.damagedChunks().forEach(damaged::add);
    JsonArray unreadable = new JsonArray();
    problem.unreadableChunks().forEach(unreadable::add);
    object.add("damagedChunks", damaged);
    object.add("unreadableChunks", unreadable);
    return object;
  }

  String toHuman() {
    Table table = Table.ofPairs();
    table.add("manifest", OneLine.of(manifestPath.toString()));
    table.add(
        "read",
        "%s in %s, %s"
            .formatted(
                Human.bytes(readBytes),
                Human.seconds(seconds),
                Human.bytesPerSecond(readBytes / seconds)));
    table.add("found", isGood() ? "all as it was" : summary());
    problems.stream()
        .limit(MAX_SHOWN)
        .forEach(problem -> table.add(problem.problem(), toHuman(problem)));
    records.stream()
        .limit(MAX_SHOWN)
        .forEach(
            record ->
                table.add("record", record.index() + " of column " + OneLine.of(record.column())));
    int left = Math.max(0, problems.size() - MAX_SHOWN) + Math.max(0, records.size() - MAX_SHOWN);
    if (left > 0) {
      table.add("", "and more, which --json lists");
    }
    return table.toString();
  }

  private static String chunks(FileProblem problem) {
    return "%s, the first one at byte %,d"
        .formatted(
            Human.plural(problem.chunks().size(), "MiB", "MiB"), problem.chunks().getFirst());
  }

  private static String toHuman(FileProblem problem) {
    String name = OneLine.of(problem.path().toString());
    return switch (problem.problem()) {
      case "resized" ->
          "%s: expected %,d bytes, found %,d"
              .formatted(name, problem.expectedBytes(), problem.foundBytes());
      case "damaged" -> problem.chunks().isEmpty() ? name : name + ": " + chunks(problem);
      default -> name;
    };
  }
}
