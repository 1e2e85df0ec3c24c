package io.penstock.cli;

import io.penstock.format.Formats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Several files that are laid end to end, as they are typed: a.npy,b.npy. */
final class ShardList {
  private ShardList() {}

  /** The files; only one where there is a file with these commas in its name. */
  static List<String> of(String text) {
    return Files.exists(Formats.file(Path.of(text))) ? List.of(text) : List.of(text.split(",", -1));
  }
}
