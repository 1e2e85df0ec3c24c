package io.penstock.internal.manifest;

import io.penstock.format.Source;
import io.penstock.internal.checksum.ChecksumNames;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.partial.PartialFile;
import io.penstock.write.DatasetShuffle;
import java.io.IOException;
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
 * Components have the names and the order of the JSON fields.
 *
 * @param penstock {@value #VERSION}
 * @param records number of records
 * @param columns in the order of the dataset
 * @param files that the columns are in
 * @param recordChecksums the file of record checksums
 * @param fingerprint hexadecimal SHA-256 over columns and files and, if there are folders, the
 *     checksums of records: all that is known of what is in their files
 */
public record Manifest(
    String penstock,
    long records,
    List<ColumnEntry> columns,
    List<FileEntry> files,
    FileEntry recordChecksums,
    String fingerprint) {
  /** The version that is written, and read. */
  public static final String VERSION = "manifest/1";

  private static final int CRC_DIGITS = 8;

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
  public record ColumnEntry(
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
   * The folder of a column, whose files are its records, or whose classes are its labels. Its files
   * are many and small, so they are compared record by record.
   *
   * @param pattern of the names of its files
   * @param digest of names, sizes and classes
   */
  public record FolderEntry(String pattern, String digest) {}

  /**
   * A file.
   *
   * @param path relative to the manifest
   * @param bytes size
   * @param crc32c 8 hexadecimal digits for each chunk of 1 MiB
   */
  public record FileEntry(String path, long bytes, String crc32c) {
    /** Of the checksums of its chunks. */
    public static FileEntry of(String path, long bytes, long[] chunks) {
      return new FileEntry(path, bytes, digits(chunks));
    }

    /** The checksums of chunks as one string. */
    public static String digits(long[] chunks) {
      StringBuilder digits = new StringBuilder(chunks.length * CRC_DIGITS);
      for (long chunk : chunks) {
        digits.append(HexFormat.of().toHexDigits((int) chunk));
      }
      return digits.toString();
    }

    /** The checksums of its chunks. */
    public long[] chunks() {
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

  /** Of this version, with the fingerprint of its columns and files. */
  public static Manifest of(
      long records, List<ColumnEntry> columns, List<FileEntry> files, FileEntry recordChecksums) {
    return new Manifest(
        VERSION,
        records,
        columns,
        files,
        recordChecksums,
        fingerprint(columns, files, recordChecksums));
  }

  private static String fingerprint(
      List<ColumnEntry> columns, List<FileEntry> files, FileEntry recordChecksums) {
    boolean hasFolders = columns.stream().anyMatch(column -> column.folder != null);
    return digest(
        columns,
        hasFolders ? Stream.concat(files.stream(), Stream.of(recordChecksums)).toList() : files);
  }

  /** A digest of the contents, independent of paths. */
  private static String digest(List<ColumnEntry> columns, List<FileEntry> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update("penstock contents 1\n".getBytes(StandardCharsets.UTF_8));
      columns.forEach(c -> digest.update(c.identity().getBytes(StandardCharsets.UTF_8)));
      files.forEach(f -> digest.update(f.identity().getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Whether nothing is missing, and the fingerprint is that of the contents. */
  public boolean isWhole() {
    boolean areWhole = recordChecksums.isWhole() && files.stream().allMatch(FileEntry::isWhole);
    return areWhole && fingerprint(columns, files, recordChecksums).equals(fingerprint);
  }

  /**
   * The default manifest of a column.
   *
   * @param column its file, with a part or a pattern as on the command line
   */
  public static Path defaultPath(Path column) {
    String name = DatasetShuffle.fileName(Source.parse(column).columnName());
    return filePart(column).toAbsolutePath().resolveSibling(ChecksumNames.manifest(name));
  }

  /** The file of a path that may name a part of it. */
  public static Path filePart(Path column) {
    String text = column.toString();
    int sign = text.indexOf('#', 1);
    return sign < 0 || Files.exists(column) ? column : Path.of(text.substring(0, sign));
  }

  /** The text of the file: JSON, two blanks for each level. */
  public String text() {
    JsonLines json = new JsonLines();
    json.open('{').field("penstock").text(penstock).field("records").number(records);
    json.field("columns").open('[');
    for (ColumnEntry column : columns) {
      json.item().open('{').field("name").text(column.name).field("dtype").text(column.dtype);
      json.field("shape").open('[');
      column.shape.forEach(size -> json.item().number(size));
      json.close(']').field("paths").texts(column.paths);
      json.field("window").number(column.window);
      json.field("windowStride").number(column.windowStride);
      json.field("offsets").texts(column.offsets).field("folder");
      if (column.folder == null) {
        json.text(null);
      } else {
        json.open('{').field("pattern").text(column.folder.pattern);
        json.field("digest").text(column.folder.digest).close('}');
      }
      json.close('}');
    }
    json.close(']').field("files").open('[');
    for (FileEntry file : files) {
      add(json.item(), file);
    }
    add(json.close(']').field("recordChecksums"), recordChecksums);
    return json.field("fingerprint").text(fingerprint).close('}') + "\n";
  }

  private static void add(JsonLines json, FileEntry file) {
    json.open('{').field("path").text(file.path).field("bytes").number(file.bytes);
    json.field("crc32c").text(file.crc32c).close('}');
  }

  /**
   * Writes the file, whole or not at all.
   *
   * @param mayReplace whether an existing file is replaced
   */
  public void write(Path path, boolean mayReplace) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text());
    try (PartialFile file = PartialFile.create(path, mayReplace)) {
      while (bytes.hasRemaining()) {
        file.channel().write(bytes);
      }
      file.commit();
    }
  }
}
