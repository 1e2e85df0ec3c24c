package io.penstock.cli.convert;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * Size and time of a file when reading began, to find out whether it has changed at the end.
 *
 * @param path of the file
 * @param sizeBytes its size
 * @param modified when it was modified last
 */
record SourceFile(Path path, long sizeBytes, FileTime modified) {
  static SourceFile of(Path path) {
    try {
      BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class);
      return new SourceFile(path, facts.size(), facts.lastModifiedTime());
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.NO_ACCESS,
          path,
          "expected a readable file, found none: check the path and its mode",
          e);
    }
  }

  /** Size and time of a file, as text. */
  static String identity(Path path) {
    SourceFile file = of(path);
    return "%s %d %s".formatted(path.toAbsolutePath(), file.sizeBytes, file.modified);
  }

  /** Throws if the file has changed. */
  void check() {
    if (!equals(of(path))) {
      throw PenstockException.about(
          ErrorKind.FILE_CHANGED,
          path,
          "expected the file to stay as it was, found it changed while it was read: try again when"
              + " it is at rest");
    }
  }
}
