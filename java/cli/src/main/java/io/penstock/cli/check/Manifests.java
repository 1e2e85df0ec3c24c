package io.penstock.cli.check;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.array.Column;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.manifest.Manifest;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Reads manifests, and holds them against files and datasets. */
public final class Manifests {
  private static final long MAX_BYTES = 1L << 30;
  private static final int START_BYTES = 64;
  private static final Gson GSON = new Gson();

  private Manifests() {}

  /** Whether a file starts like a manifest; it may still be damaged. */
  static boolean isLikelyAt(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (InputStream file = Files.newInputStream(path)) {
      return new String(file.readNBytes(START_BYTES), StandardCharsets.UTF_8)
          .contains("\"penstock\"");
    }
  }

  /** Reads one, and checks that it is not damaged. */
  public static Manifest read(Path path) {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT, path, "expected a manifest, found a file of over 1 GiB");
      }
      Manifest manifest = GSON.fromJson(Files.readString(path), Manifest.class);
      if (manifest == null || !Manifest.VERSION.equals(manifest.penstock())) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            path,
            "expected a manifest of version %s, found %s: make it with penstock checksum"
                .formatted(Manifest.VERSION, manifest == null ? "nothing" : manifest.penstock()));
      }
      if (!manifest.isWhole()) {
        throw damaged(path, null);
      }
      return manifest;
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKinds.of(e),
          path,
          "expected the manifest, found that it cannot be read: %s: make it with penstock checksum"
              .formatted(SystemReason.of(e)),
          e);
    } catch (JsonParseException | IllegalArgumentException | NullPointerException e) {
      throw damaged(path, e);
    }
  }

  private static PenstockException damaged(Path path, Throwable cause) {
    return PenstockException.about(
        ErrorKind.WRONG_FORMAT,
        path,
        "expected a manifest as penstock checksum writes it, found one that is damaged: bring it"
            + " back from a copy",
        cause);
  }

  /** Resolves a path of this manifest. */
  public static Path resolve(Path manifest, String path) {
    return manifest.toAbsolutePath().getParent().resolve(path).normalize();
  }

  /** What to do if the checksums of records are not those that a manifest is about. */
  static final String RECORDS_REMEDY =
      "bring them back from a copy, or run penstock checksum again, with --force";

  /**
   * The checksums of records that belong to a manifest.
   *
   * @throws PenstockException if they are not there, or not those that were written with it
   */
  public static Path records(Manifest contents, Path manifest) {
    Manifest.FileEntry entry = contents.recordChecksums();
    Path records = resolve(manifest, entry.path());
    boolean isThere = Files.isRegularFile(records);
    if (!isThere || !isAsWritten(entry, records)) {
      throw PenstockException.about(
          isThere ? ErrorKind.MISMATCH : ErrorKind.NO_ACCESS,
          records,
          "expected the checksums of records that %s was written with, found %s: %s"
              .formatted(manifest, isThere ? "others" : "none", RECORDS_REMEDY));
    }
    return records;
  }

  private static boolean isAsWritten(Manifest.FileEntry entry, Path file) {
    try {
      return Files.size(file) == entry.bytes()
          && Arrays.equals(entry.chunks(), FileChecksums.of(file, _ -> {}));
    } catch (IOException e) {
      throw OpenFile.failure(file, e);
    }
  }

  /** Refuses a file that has the same base name but is not in the manifest: x.csv beside x.npy. */
  static void checkIsAbout(Manifest contents, Path manifest, Path data) {
    List<Path> known =
        Stream.concat(
                contents.files().stream().map(Manifest.FileEntry::path),
                contents.columns().stream().flatMap(column -> column.paths().stream()))
            .map(path -> Manifest.filePart(resolve(manifest, path)))
            .toList();
    boolean isKnown =
        Source.parse(data).shards().stream()
            .allMatch(shard -> known.contains(shard.file().toAbsolutePath().normalize()));
    if (!isKnown) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          manifest,
          "expected a manifest of %s, found one of %s: name the file that it is about, or make one"
                  .formatted(data, contents.files().stream().map(Manifest.FileEntry::path).toList())
              + " with penstock checksum --manifest");
    }
  }

  /** Opens the dataset of this manifest. */
  static Dataset open(Manifest contents, Path manifest) {
    DatasetBuilder builder = Dataset.builder();
    for (Manifest.ColumnEntry column : contents.columns()) {
      List<Source> sources = sources(manifest, column.paths());
      Source[] shards = sources.toArray(Source[]::new);
      if (column.folder() != null) {
        addFolder(builder, column, sources.getFirst());
      } else if (column.offsets() != null) {
        builder.variable(column.name(), sources, sources(manifest, column.offsets()));
      } else if (column.window() == null) {
        builder.column(column.name(), shards);
      } else {
        builder.windows(column.name(), column.window(), column.windowStride(), shards);
      }
    }
    return builder.open();
  }

  private static List<Source> sources(Path manifest, List<String> paths) {
    return paths.stream().map(path -> Source.parse(resolve(manifest, path))).toList();
  }

  /** The files that a folder has now, of those that a column of a manifest is of. */
  static FolderIndex folder(Manifest.ColumnEntry column, Path folder) {
    return FolderIndex.open(folder, column.folder().pattern(), FolderIndex.defaultFile(folder));
  }

  /** Files of a folder, or their labels. */
  private static void addFolder(
      DatasetBuilder builder, Manifest.ColumnEntry column, Source source) {
    String pattern = column.folder().pattern();
    Path index = FolderIndex.defaultFile(source.file());
    if (source.partName().isPresent()) {
      builder.column(column.name(), FolderIndex.open(source.file(), pattern, index).labels());
    } else {
      builder.folder(column.name(), source.file(), pattern, index);
    }
  }

  /** Refuses a dataset whose columns differ; the manifest may have more columns. */
  public static void check(Manifest contents, Path path, Dataset dataset) {
    for (Column column : dataset.columns()) {
      Manifest.ColumnEntry entry =
          contents.columns().stream()
              .filter(other -> other.name().equals(column.name()))
              .findFirst()
              .orElseThrow(
                  () ->
                      PenstockException.about(
                          ErrorKind.MISMATCH,
                          path,
                          "expected a manifest of a column '%s', found one of %s: name another with"
                                  .formatted(
                                      column.name(),
                                      contents.columns().stream()
                                          .map(Manifest.ColumnEntry::name)
                                          .toList())
                              + " --manifest, or make it with penstock checksum"));
      if (!entry.dtype().equals(column.elementType().descr())
          || !entry.shape().equals(column.shape().toList())
          || contents.records() != column.recordCount()) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            path,
            ("expected %d records of %s %s in column '%s', found %d of %s %s: the data is not what"
                    + " it was: bring it back, or make the checksums anew")
                .formatted(
                    contents.records(),
                    entry.dtype(),
                    Shape.of(entry.shape()),
                    column.name(),
                    column.recordCount(),
                    column.elementType(),
                    column.shape()));
      }
    }
  }
}
