package io.penstock.internal.format;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A path that may name a part of its file: {@code FILE#PART}.
 *
 * <p>A file whose own name has a {@code #} is still found: the whole path is tried first, then what
 * is before each {@code #}, from the left; the first that exists is the file.
 *
 * @param file the file
 * @param part the part, empty for all of it
 */
public record PartPath(Path file, String part) {
  static final char SIGN = '#';

  /** The meaning of a path as it is typed. */
  public static PartPath of(Path path) {
    String text = path.toString();
    int first = text.indexOf(SIGN, 1);
    if (first < 0 || Files.exists(path)) {
      return new PartPath(path, "");
    }
    for (int sign = first; sign >= 0; sign = text.indexOf(SIGN, sign + 1)) {
      PartPath split = split(path, text, sign);
      if (Files.exists(split.file) && !Files.isDirectory(split.file)) {
        return split;
      }
    }
    return split(path, text, first);
  }

  /** Whether the part describes the file as raw elements. */
  public boolean isRaw() {
    return part.startsWith(RawArray.PREFIX);
  }

  /** As it is typed. */
  public String text() {
    return part.isEmpty() ? file.toString() : file + Character.toString(SIGN) + part;
  }

  private static PartPath split(Path path, String text, int sign) {
    Path file = path.getFileSystem().getPath(text.substring(0, sign));
    // A path has turned the slashes of the part around on Windows; in files they are slashes.
    String part = text.substring(sign + 1).replace(path.getFileSystem().getSeparator(), "/");
    return new PartPath(file, part);
  }

  /**
   * The name of a column of this: its part, or else the file without its extension.
   *
   * @param isPattern whether the file is a pattern for several, which are named by what they share
   */
  public String columnName(boolean isPattern) {
    if (!part.isEmpty() && !isRaw()) {
      return part;
    }
    Path fileName = file.getFileName();
    String name = fileName == null ? file.toString() : fileName.toString();
    int dot = name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    if (!isPattern) {
      return stem;
    }
    // "part" for part-*.npy and part-{00..99}.npy; dots in braces end no stem.
    String common =
        name.replaceAll("\\{[^{}]*}", "*")
            .replaceAll("\\{[^{}]*}", "*")
            .replaceAll("(?<=.)\\.[^.]*$", "")
            .replaceAll("[*?]+", "")
            .replaceAll("^[-_.]+|[-_.]+$", "");
    return common.isEmpty() ? "records" : common;
  }
}
