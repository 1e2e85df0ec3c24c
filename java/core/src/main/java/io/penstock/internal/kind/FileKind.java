package io.penstock.internal.kind;

import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What a file looks like, by its first bytes. For messages about unexpected files, and for code
 * that must know whether bytes are records or have a format.
 *
 * <p>It recognises far more than this library reads, such as a pointer of git-lfs, a page of HTML
 * that was saved in place of a download, or a checkpoint of PyTorch. It is a guess: only the first
 * bytes are looked at, so a file that is damaged further on has a kind too. Immutable.
 *
 * @param name of the kind with its article, to be read after "found": "a Parquet file"
 * @param content what such files hold
 * @param remedy what to do with such a file, to be read after a colon: "unpack it with tar -xf"
 */
public record FileKind(String name, Content content, String remedy) {

  /** What a file contains, as far as it matters here. */
  public enum Content {
    /** Arrays in a format that this library, or a jar beside it, reads. */
    ARRAYS,
    /** A picture. */
    IMAGE,
    /** Sound or video. */
    MEDIA,
    /** An archive of other files: tar, zip. */
    ARCHIVE,
    /** One file, compressed. */
    COMPRESSED,
    /** Records or tables in a format that this library does not read. */
    RECORDS,
    /** Parameters of a model, or its program. */
    MODEL,
    /** Text for people or programs, tables in text among them. */
    TEXT,
    /** A document or a program. */
    DOCUMENT,
    /** Nothing: an empty file, only zeros, or a pointer to a file elsewhere. */
    ABSENT
  }

  /** How many bytes are examined; fewer are enough for most kinds. */
  public static final int START_BYTES = 4096;

  /** Checks that no part is null. */
  public FileKind {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(remedy, "remedy");
  }

  /**
   * Examines a file.
   *
   * @param file a regular file or a link to one
   * @return its kind; empty for unknown bytes
   * @throws PenstockException if it cannot be read
   */
  public static Optional<FileKind> of(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return of(in.readNBytes(START_BYTES), Files.size(file));
    } catch (IOException e) {
      throw OpenFile.failure(file, e);
    }
  }

  /**
   * Examines the first bytes of a file.
   *
   * @param start the first {@link #START_BYTES} bytes, or all there are
   * @param fileBytes size of the whole file
   * @return its kind; empty for bytes of which nothing is known
   */
  public static Optional<FileKind> of(byte[] start, long fileBytes) {
    return ofOpen(start, fileBytes, true);
  }

  /** Compressed data is unpacked once only: it may contain itself. */
  static Optional<FileKind> ofOpen(byte[] start, long fileBytes, boolean looksInside) {
    if (start.length == 0) {
      return Optional.of(
          new FileKind("an empty file", Content.ABSENT, "check that it was written or copied"));
    }
    return ArchiveKinds.of(start, looksInside)
        .or(() -> BinaryKinds.of(start, fileBytes))
        .or(() -> TextKinds.of(start));
  }
}
