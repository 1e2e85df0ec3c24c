package io.penstock.cli.check;

import com.google.gson.JsonObject;
import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Json;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.make.MakingOptions;
import io.penstock.cli.options.ColumnOptions;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.OneLine;
import io.penstock.cli.text.Table;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.checksum.ChecksumNames;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.dataset.SizeSurvey;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.index.Indexes;
import io.penstock.internal.manifest.Manifest;
import io.penstock.internal.manifest.RecordChecksumWriter;
import io.penstock.internal.os.ErrorKinds;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code checksum}: records checksums of a dataset, so that damage can be found later. */
@Command(
    name = "checksum",
    header = "Writes checksums of files and records beside them, for verify and read --verify.",
    description = {
      "Makes two files: a manifest, NAME.penstock.json, with sizes, types and the CRC32C of each"
          + " MiB of each file; and NAME.penstock-records-XXXXXXXX.npy with the CRC32C of each"
          + " record of each column, 4 bytes each. NAME is that of the first column. Both depend on"
          + " contents only, not on times or paths, so they may be moved with the data. Reads the"
          + " data twice. For a folder, the manifest has a digest of the names and sizes of its"
          + " files, and each file is a record, so they are read once.",
      "",
      "With --json, one object on stdout: manifest and recordChecksums (paths), columns, files"
          + " (those of folders, too), records, bytes (of the files), seconds, bytesPerSecond (of"
          + " all that was read), fingerprint (of the contents)."
    })
public final class ChecksumCommand implements Callable<Integer> {
  /** Endings of manifests; their record checksums start with the same name. */
  private static final List<String> SUFFIXES = List.of("", ".json", ".penstock.json");

  private static final double NANOS = 1e9;

  private final Streams streams;

  @Mixin private ColumnOptions columns;

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description =
          "The manifest to write; the checksums of records go beside it. Default:"
              + " NAME.penstock.json beside the first file.")
  private Path manifestPath;

  @Option(
      names = "--force",
      description = "Replace an existing manifest. Default: an existing manifest is an error.")
  private boolean isForced;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a summary for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public ChecksumCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    try (Dataset dataset = columns.open()) {
      Path path =
          (manifestPath == null ? Manifest.defaultPath(columns.firstPath()) : manifestPath)
              .toAbsolutePath();
      LocalFiles.target(path); // Fails before record checksums are written.
      if (Files.exists(path) && !Manifests.isLikelyAt(path)) {
        throw PenstockException.about(
            ErrorKind.WRITE_FAILED,
            path,
            "expected a manifest to replace, found another file: give another name with --manifest,"
                + " or delete it yourself");
      }
      if (!isForced && Files.exists(path)) {
        throw PenstockException.about(
            ErrorKind.WRITE_FAILED,
            path,
            "expected no manifest, found one: verify with it, or replace it with --force");
      }
      Made made = make(dataset, path);
      made.manifest.write(path, isForced);
      deleteOthers(path, made.manifest);
      print(path, made, (System.nanoTime() - start) / NANOS);
    }
    return ExitCodes.DONE;
  }

  /**
   * What was made, and of how much.
   *
   * @param files of the dataset, those of folders included
   * @param bytes of these files
   * @param readBytes all that was read to make it
   */
  private record Made(Manifest manifest, long files, long bytes, long readBytes) {}

  private Made make(Dataset dataset, Path path) {
    Set<Path> files = files(dataset);
    Map<String, FolderIndex> folders = folders();
    Collection<FolderIndex> distinct =
        folders.values().stream()
            .collect(Collectors.toMap(FolderIndex::folder, index -> index, (one, _) -> one))
            .values();
    long fileBytes = files.stream().mapToLong(ChecksumCommand::size).sum();
    long recordBytes = SizeSurvey.of(dataset.columns(), dataset::recordSizes).totalBytes();
    streams.interruption().atEnd(() -> MakingOptions.INTERRUPTED);
    try (Progress bar = Progress.start(streams, "checksum", "MB", fileBytes + recordBytes)) {
      List<Manifest.FileEntry> entries = new ArrayList<>();
      long before = 0;
      for (Path file : files) {
        entries.add(entry(path, file, after(bar, before)));
        before += size(file);
      }
      List<Manifest.ColumnEntry> columnEntries = columnEntries(dataset, path, folders);
      LongConsumer progress = after(bar, fileBytes);
      double meanBytes = (double) recordBytes / Math.max(1, dataset.recordCount());
      Path records =
          RecordChecksumWriter.writeBeside(
              path, dataset, count -> progress.accept(Math.round(count * meanBytes)));
      dataset.check();
      Manifest.FileEntry recordEntry = entry(path, records, _ -> {});
      return new Made(
          Manifest.of(dataset.recordCount(), columnEntries, entries, recordEntry),
          files.size() + distinct.stream().mapToLong(FolderIndex::recordCount).sum(),
          fileBytes + distinct.stream().mapToLong(FolderIndex::dataBytes).sum(),
          fileBytes + recordBytes);
    }
  }

  /** The indexes of the folders that columns are of, by column. */
  private Map<String, FolderIndex> folders() {
    Map<String, FolderIndex> folders = new HashMap<>();
    for (String column : columns.columns().keySet()) {
      columns.folder(column).ifPresent(index -> folders.put(column, index));
    }
    return folders;
  }

  /** The data. Indexes are made anew wherever the data are copied to; what they are of counts. */
  private Set<Path> files(Dataset dataset) {
    Set<Path> files = new LinkedHashSet<>();
    dataset.files().forEach(file -> files.add(file.path().toAbsolutePath().normalize()));
    files.removeIf(FolderIndex::isIndex);
    if (files.removeIf(Indexes::isIndex)) {
      columns.columns().values().stream()
          .flatMap(List::stream)
          .flatMap(path -> Source.parse(path).shards().stream())
          .map(source -> source.file().toAbsolutePath().normalize())
          .filter(Files::isRegularFile)
          .forEach(files::add);
    }
    return files;
  }

  private static LongConsumer after(Progress bar, long before) {
    return done -> bar.to(before + done);
  }

  private static Manifest.FileEntry entry(Path manifest, Path file, LongConsumer progress) {
    long[] chunks = FileChecksums.ofReadable(file, progress);
    return Manifest.FileEntry.of(relative(manifest, file), size(file), chunks);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKinds.of(e), file, "the file cannot be read: " + e.getMessage(), e);
    }
  }

  private List<Manifest.ColumnEntry> columnEntries(
      Dataset dataset, Path path, Map<String, FolderIndex> folders) {
    Map<String, List<Path>> named = columns.columns();
    List<Manifest.ColumnEntry> entries = new ArrayList<>();
    for (Column column : dataset.columns()) {
      List<Path> offsets = columns.offsets(column.name());
      FolderIndex folder = folders.get(column.name());
      entries.add(
          new Manifest.ColumnEntry(
              column.name(),
              column.elementType().descr(),
              column.shape().toList(),
              relative(path, named.get(column.name())),
              columns.tokenWindow(),
              columns.tokenWindowStride(),
              offsets.isEmpty() ? null : relative(path, offsets),
              folder == null
                  ? null
                  : new Manifest.FolderEntry(columns.pattern(), folder.digest())));
    }
    return entries;
  }

  private static List<String> relative(Path manifest, List<Path> files) {
    return files.stream().map(file -> relative(manifest, file)).toList();
  }

  private static String relative(Path manifest, Path file) {
    return manifest.getParent().relativize(file.toAbsolutePath().normalize()).toString();
  }

  /**
   * Deletes record checksums that an older manifest named or a killed process left behind. Keeps
   * those of other manifests, and data files that happen to have such a name.
   */
  private static void deleteOthers(Path path, Manifest manifest) throws IOException {
    String manifestName = path.getFileName().toString();
    Set<Path> kept = new HashSet<>();
    keep(path, manifest, kept);
    for (String suffix : SUFFIXES) {
      Path other = path.resolveSibling(ChecksumNames.stem(manifestName) + suffix);
      // The data may be called so, too: a folder, or a file without an ending.
      if (!other.equals(path) && Manifests.isLikelyAt(other)) {
        try {
          keep(other, Manifests.read(other), kept);
        } catch (PenstockException _) {
          return; // Damaged: we cannot tell which files belong to it.
        }
      }
    }
    try (DirectoryStream<Path> directory = Files.newDirectoryStream(path.getParent())) {
      for (Path file : directory) {
        String name = file.getFileName().toString();
        if (ChecksumNames.isRecords(manifestName, name) && !kept.contains(file.normalize())) {
          Files.delete(file);
        }
      }
    }
  }

  private static void keep(Path path, Manifest manifest, Set<Path> kept) {
    kept.add(Manifests.resolve(path, manifest.recordChecksums().path()));
    manifest.files().forEach(file -> kept.add(Manifests.resolve(path, file.path())));
  }

  private void print(Path path, Made made, double seconds) throws IOException {
    Manifest manifest = made.manifest;
    Path records = Manifests.resolve(path, manifest.recordChecksums().path());
    if (isJson) {
      JsonObject object = new JsonObject();
      object.addProperty("manifest", path.toString());
      object.addProperty("recordChecksums", records.toString());
      object.addProperty("columns", manifest.columns().size());
      object.addProperty("files", made.files);
      object.addProperty("records", manifest.records());
      object.addProperty("bytes", made.bytes);
      object.addProperty("seconds", seconds);
      object.add("bytesPerSecond", Json.number(made.readBytes / seconds));
      object.addProperty("fingerprint", manifest.fingerprint());
      Json.print(streams, object);
      return;
    }
    Table table = Table.ofPairs();
    table.add("manifest", OneLine.of(path.toString()));
    table.add("of records", OneLine.of(records.toString()));
    table.add(
        "of",
        "%s in %s, %s"
            .formatted(
                Human.plural(manifest.records(), "record", "records"),
                Human.plural(made.files, "file", "files"),
                Human.bytes(made.bytes)));
    table.add(
        "time",
        "%s, %s".formatted(Human.seconds(seconds), Human.bytesPerSecond(made.readBytes / seconds)));
    table.add("contents", manifest.fingerprint());
    streams.print(table.toString());
  }
}
