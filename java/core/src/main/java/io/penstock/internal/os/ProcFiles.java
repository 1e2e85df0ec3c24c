package io.penstock.internal.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small text files in which the kernel describes processes and limits. */
final class ProcFiles {
  private ProcFiles() {}

  /** The lines of a file; none where it cannot be read: these files are hints, never data. */
  static List<String> lines(Path file) {
    try {
      // Names of groups may be in any encoding.
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  /**
   * The number behind a name, as in "MemAvailable: 123 kB".
   *
   * @return in bytes; Long.MAX_VALUE where there is none
   */
  static long kibibytes(Path file, String name) {
    for (String line : lines(file)) {
      if (line.startsWith(name)) {
        long number = number(line.substring(name.length()).replace("kB", ""), Long.MAX_VALUE);
        return number > Long.MAX_VALUE / 1024 ? Long.MAX_VALUE : number * 1024;
      }
    }
    return Long.MAX_VALUE;
  }

  /** A number with blanks around it; "max" and "unlimited" are none. */
  static long number(String text, long otherwise) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
