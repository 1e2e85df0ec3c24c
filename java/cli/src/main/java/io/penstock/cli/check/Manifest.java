package io.penstock.cli.check;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
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
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.partial.PartialFile;
import io.penstock.write.DatasetShuffle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a dataset at the time of {@code penstock checksum}: one JSON object in a file beside
 * them.
 *
 * <p>Paths are relative to the manifest, so that it moves with the data; it holds no timestamps.
 * The fingerprint covers everything else, so that damage to the manifest itself is found.
 * Components have the names of the JSON fields.
 *
 * @param penstock {@value #VERSION}
 * @param records number of records
 * @param columns in the order of the dataset
 * @param files that the columns are in
 * @param recordChecksums the file of record checksums
 * @param fingerprint hexadecimal SHA-256 over columns and files
 */
public record Manifest(
    String penstock,
    long records,
    List<ColumnEntry> columns,
    List<FileEntry> files,
    FileEntry recordChecksums,
    String fingerprint) {
  static final String VERSION = "manifest/1";
  private static final long MAX_BYTES = 1L << 30;
  private static final int START_BYTES = 64;
  private static final int CRC_DIGITS = 8;
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().setPrettyPrinting().create();

  /**
   * A column.
   *
   * @param name of the column
   * @param dtype type of its elements
   * @param shape of a record
   * @param paths as they were given, patterns and parts included
   * @param window tokens of a window; null where records are as they are
   * @param windowStride tokens from window to window; null likewise
   * @param offsets paths of what divides the values; null where records have one size, or the
   *     format says where they lie
   * @param folder that it is of; null if it is of files that are named
   */
  record ColumnEntry(
      String name,
      String dtype,
      List<Long> shape,
      List<String> paths,
      Long window,
      Long windowStride,
      List<String> offsets,
      FolderEntry folder) {
    /** Identifies the column by its contents, not by its path. */
    private String identity() {
      return "column %s %s %s %s %s%s%s%n"
          .formatted(
              name,
              dtype,
              shape,
              window,
              windowStride,
              offsets == null ? "" : " offsets",
              folder == null ? "" : " " + folder);
    }
  }

  /**
   * A file.
   *
   * @param path relative to the manifest
   * @param bytes size
   * @param crc32c 8 hexadecimal digits for each chunk of 1 MiB
   */
  public record FileEntry(String path, long bytes, String crc32c) {
    static FileEntry of(String path, long bytes, long[] chunks) {
      StringBuilder digits = new StringBuilder(chunks.length * CRC_DIGITS);
      for (long chunk : chunks) {
        digits.append(HexFormat.of().toHexDigits((int) chunk));
      }
      return new FileEntry(path, bytes, digits.toString());
    }

    long[] chunks() {
      long[] chunks = new long[crc32c.length() / CRC_DIGITS];
      for (int i = 0; i < chunks.length; i++) {
        chunks[i] = HexFormat.fromHexDigitsToLong(crc32c, i * CRC_DIGITS, (i + 1) * CRC_DIGITS);
      }
      return chunks;
    }

    private boolean isWhole() {
      long chunks = Math.ceilDiv(bytes, (long) FileChecksums.CHUNK_BYTES);
      return path != null && bytes >= 0 && crc32c.length() == CRC_DIGITS * chunks;
    }

    private String identity() {
      return "file %s %s%n".formatted(bytes, crc32c);
    }
  }

  static Manifest of(
      long records, List<ColumnEntry> columns, List<FileEntry> files, FileEntry recordChecksums) {
    return new Manifest(
        VERSION, records, columns, files, recordChecksums, fingerprint(columns, files));
  }

  /** A digest of the contents, independent of paths. */
  static String fingerprint(List<ColumnEntry> columns, List<FileEntry> files) {
    StringBuilder text = new StringBuilder("penstock contents 1\n");
    columns.forEach(column -> text.append(column.identity()));
    files.forEach(file -> text.append(file.identity()));
    try {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** The default manifest of a column file. */
  public static Path defaultPath(Path column) {
    String name = DatasetShuffle.fileName(Source.parse(column).columnName());
    Path directory = filePart(column).toAbsolutePath().getParent();
    return directory.resolve(name + ".penstock.json");
  }

  private static Path filePart(Path column) {
    String text = column.toString();
    int sign = text.indexOf('#', 1);
    return sign < 0 || Files.exists(column) ? column : Path.of(text.substring(0, sign));
  }

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

  public static Manifest read(Path path) {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT, path, "expected a manifest, found a file of over 1 GiB");
      }
      Manifest manifest = GSON.fromJson(Files.readString(path), Manifest.class);
      if (manifest == null || !VERSION.equals(manifest.penstock)) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            path,
            "expected a manifest of version %s, found %s: make it with penstock checksum"
                .formatted(VERSION, manifest == null ? "nothing" : manifest.penstock));
      }
      manifest.check(path);
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

  private void check(Path path) {
    boolean isWhole = recordChecksums.isWhole() && files.stream().allMatch(FileEntry::isWhole);
    if (!isWhole || !fingerprint(columns, files).equals(fingerprint)) {
      throw damaged(path, null);
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

  void write(Path path, boolean mayReplace) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(GSON.toJson(this) + "\n");
    try (PartialFile file = PartialFile.create(path, mayReplace)) {
      while (bytes.hasRemaining()) {
        file.channel().write(bytes);
      }
      file.commit();
    }
  }

  /** Resolves a path of this manifest. */
  public static Path resolve(Path manifest, String path) {
    return manifest.toAbsolutePath().getParent().resolve(path).normalize();
  }

  /** Refuses a file that has the same base name but is not in the manifest: x.csv beside x.npy. */
  void checkIsAbout(Path manifest, Path data) {
    List<Path> known =
        Stream.concat(
                files.stream().map(FileEntry::path),
                columns.stream().flatMap(column -> column.paths().stream()))
            .map(path -> filePart(resolve(manifest, path)))
            .toList();
    boolean isKnown =
        Source.parse(data).shards().stream()
            .allMatch(shard -> known.contains(shard.file().toAbsolutePath().normalize()));
    if (!isKnown) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          manifest,
          "expected a manifest of %s, found one of %s: name the file that it is about, or make one"
                  .formatted(data, files.stream().map(FileEntry::path).toList())
              + " with penstock checksum --manifest");
    }
  }

  /** Opens the dataset of this manifest. */
  Dataset open(Path manifest) {
    DatasetBuilder builder = Dataset.builder();
    for (ColumnEntry column : columns) {
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

  /** Files of a folder, or their labels. */
  private static void addFolder(DatasetBuilder builder, ColumnEntry column, Source source) {
    String pattern = column.folder().pattern();
    Path index = FolderIndex.defaultFile(source.file());
    if (source.partName().isPresent()) {
      builder.column(column.name(), FolderIndex.open(source.file(), pattern, index).labels());
    } else {
      builder.folder(column.name(), source.file(), pattern, index);
    }
  }

  /** Refuses a dataset whose columns differ; the manifest may have more columns. */
  public void check(Path path, Dataset dataset) {
    for (Column column : dataset.columns()) {
      ColumnEntry entry =
          columns.stream()
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
                                      columns.stream().map(ColumnEntry::name).toList())
                              + " --manifest, or make it with penstock checksum"));
      if (!entry.dtype().equals(column.elementType().descr())
          || !entry.shape().equals(column.shape().toList())
          || records != column.recordCount()) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            path,
            ("expected %d records of %s %s in column '%s', found %d of %s %s: the data is not what"
                    + " it was: bring it back, or make the checksums anew")
                .formatted(
                    records,
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
