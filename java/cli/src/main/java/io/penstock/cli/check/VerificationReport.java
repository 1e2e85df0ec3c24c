package io.penstock.cli.check;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.penstock.cli.command.Json;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one comparison of {@code verify} has found, as a table for people and as JSON for programs:
 * the same for manifests, lists of shards, and checksums in the files themselves.
 */
final class VerificationReport {
  private static final int MAX_LISTED = 1000;
  private static final int MAX_SHOWN = 20;

  /**
   * What is wrong with a file; chunks are given by the offsets of their first bytes, the reason may
   * be empty.
   */
  record FileProblem(
      Path path,
      boolean isFolder,
      String problem,
      long expectedBytes,
      long foundBytes,
      List<Long> damagedChunks,
      List<Long> unreadableChunks,
      String reason) {
    private FileProblem(
        Path path,
        boolean isFolder,
        String problem,
        long expectedBytes,
        long foundBytes,
        List<Long> damagedChunks,
        List<Long> unreadableChunks) {
      this(path, isFolder, problem, expectedBytes, foundBytes, damagedChunks, unreadableChunks, "");
    }

    static FileProblem of(Path path, String problem, long expectedBytes, long foundBytes) {
      return new FileProblem(path, false, problem, expectedBytes, foundBytes, List.of(), List.of());
    }

    /** A file is damaged as a whole, in half a line. */
    static FileProblem ofReason(Path path, long bytes, String reason) {
      return new FileProblem(path, false, "damaged", bytes, bytes, List.of(), List.of(), reason);
    }

    /** Some chunks of a file are damaged, or cannot be read. */
    static FileProblem ofChunks(
        Path path, long bytes, List<Long> damagedChunks, List<Long> unreadableChunks) {
      return new FileProblem(path, false, "damaged", bytes, bytes, damagedChunks, unreadableChunks);
    }

    /** With a folder as a whole. */
    static FileProblem ofFolder(Path path, String problem) {
      return new FileProblem(path, true, problem, 0, -1, List.of(), List.of());
    }

    List<Long> chunks() {
      return Stream.concat(damagedChunks.stream(), unreadableChunks.stream()).sorted().toList();
    }
  }

  /**
   * Where a record begins, if that is known, and what is wrong with it.
   *
   * @param isUnpacked whether the offset is one in what is in a compressed file
   */
  record DamagedPlace(Path path, long offset, boolean isUnpacked, String problem) {}

  /** A record that does not match its checksum. */
  record DamagedRecord(String column, long index, Optional<DamagedPlace> place) {}

  /**
   * What a comparison is about.
   *
   * @param label in one word: manifest, list, file
   * @param path of it
   * @param expected what should have been found, and remedy, what to do if it was not, as in
   *     messages
   */
  record Subject(String label, Path path, String expected, String remedy) {}

  private final Subject subject;
  private final List<FileProblem> problems = new ArrayList<>();
  private final List<DamagedRecord> records = new ArrayList<>();
  private final Map<String, String> rows = new LinkedHashMap<>();
  private Optional<String> unknownRecords = Optional.empty();
  private String ofFiles = "";
  private String checked = "";
  private String remedy;
  private long damagedRecords;
  private long readBytes;
  private double seconds;

  VerificationReport(Subject subject) {
    this.subject = subject;
    this.remedy = subject.remedy();
  }

  void add(FileProblem problem) {
    problems.add(problem);
  }

  /** Lists a record, unless it is there already or there are too many. */
  void list(DamagedRecord record) {
    if (records.size() < MAX_LISTED && !records.contains(record)) {
      records.add(record);
    }
  }

  /** One more record is damaged, whether it is listed or not. */
  void countRecord() {
    damagedRecords++;
  }

  /** Which records are damaged cannot be said; a reason for people, or "" if none is needed. */
  void setUnknownRecords(String reason) {
    unknownRecords = Optional.of(reason);
  }

  /** All files that were compared, "10 shards". */
  void setFiles(String all) {
    ofFiles = " of " + all;
  }

  /** What to do, if that is something else than usual. */
  void setRemedy(String what) {
    remedy = what;
  }

  /** What was compared, "CRC32C of each record". */
  void setChecked(String what) {
    checked = what;
  }

  /** A row of the table for people. */
  void addRow(String label, String text) {
    rows.put(label, text);
  }

  void addReadBytes(long bytes) {
    readBytes += bytes;
  }

  void setSeconds(double elapsed) {
    seconds = elapsed;
  }

  List<FileProblem> problems() {
    return problems;
  }

  long readBytes() {
    return readBytes;
  }

  boolean isGood() {
    return problems.isEmpty();
  }

  /** The line on stderr if something is wrong. */
  PenstockException failure() {
    return PenstockException.about(
        ErrorKind.DAMAGED_RECORD,
        subject.path(),
        "expected %s, found %s: %s".formatted(subject.expected(), summary(), remedy));
  }

  /** What is wrong, in half a line. */
  private String summary() {
    long folders = problems.stream().filter(FileProblem::isFolder).count();
    long plain = problems.size() - folders;
    String files = ofFiles.isEmpty() ? Human.plural(plain, "file", "files") : plain + ofFiles;
    if (folders > 0) {
      String some = Human.plural(folders, "folder", "folders");
      files = plain > 0 ? files + " and " + some : some;
    }
    String inRecords =
        unknownRecords
            .map(reason -> reason.isEmpty() ? "" : ", records unknown (" + reason + ")")
            .orElseGet(
                () -> ", " + Human.plural(damagedRecords, "damaged record", "damaged records"));
    return files + " with problems" + inRecords;
  }

  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("manifest", subject.path().toString());
    object.addProperty("ok", isGood());
    object.addProperty("checked", checked);
    object.addProperty("bytes", readBytes);
    object.addProperty("seconds", seconds);
    object.add("bytesPerSecond", Json.number(readBytes / seconds));
    JsonArray files = new JsonArray();
    problems.forEach(problem -> files.add(toJson(problem)));
    object.add("files", files);
    object.add(
        "damagedRecords",
        unknownRecords.isPresent() ? JsonNull.INSTANCE : Json.count(damagedRecords));
    JsonArray list = new JsonArray();
    records.forEach(record -> list.add(toJson(record)));
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
    if (!problem.reason().isEmpty()) {
      object.addProperty("reason", problem.reason());
    }
    return object;
  }

  private static JsonObject toJson(DamagedRecord record) {
    JsonObject entry = new JsonObject();
    entry.addProperty("index", record.index());
    entry.addProperty("column", record.column());
    record
        .place()
        .ifPresent(
            place -> {
              entry.addProperty("path", place.path().toString());
              entry.addProperty("offset", place.offset());
              entry.addProperty("problem", place.problem());
            });
    return entry;
  }

  String toHuman() {
    Table table = Table.ofPairs();
    table.add(subject.label(), OneLine.of(subject.path().toString()));
    table.add(
        "read",
        "%s in %s, %s"
            .formatted(
                Human.bytes(readBytes),
                Human.seconds(seconds),
                Human.bytesPerSecond(readBytes / seconds)));
    table.add("checked", OneLine.of(checked));
    rows.forEach(table::add);
    table.add("found", isGood() ? "all as it was" : summary());
    problems.stream()
        .limit(MAX_SHOWN)
        .forEach(problem -> table.add(problem.problem(), toHuman(problem)));
    records.stream().limit(MAX_SHOWN).forEach(record -> table.add("record", toHuman(record)));
    int left = Math.max(0, problems.size() - MAX_SHOWN) + Math.max(0, records.size() - MAX_SHOWN);
    if (left > 0) {
      table.add("", "and more, which --json lists");
    }
    return table.toString();
  }

  private static String toHuman(DamagedRecord record) {
    return record
        .place()
        .map(
            place ->
                "%,d of %s, at byte %,d%s: %s"
                    .formatted(
                        record.index(),
                        OneLine.of(place.path().toString()),
                        place.offset(),
                        place.isUnpacked() ? " of what is in it" : "",
                        place.problem()))
        .orElseGet(() -> record.index() + " of column " + OneLine.of(record.column()));
  }

  private static String chunks(FileProblem problem) {
    return "%s, the first one at byte %,d"
        .formatted(
            Human.plural(problem.chunks().size(), "MiB", "MiB"), problem.chunks().getFirst());
  }

  private static String toHuman(FileProblem problem) {
    String name = OneLine.of(problem.path().toString());
    if (!problem.reason().isEmpty()) {
      return name + ": " + OneLine.of(problem.reason());
    }
    return switch (problem.problem()) {
      case "resized" ->
          "%s: expected %,d bytes, found %,d"
              .formatted(name, problem.expectedBytes(), problem.foundBytes());
      case "damaged" -> problem.chunks().isEmpty() ? name : name + ": " + chunks(problem);
      default -> name;
    };
  }
}
