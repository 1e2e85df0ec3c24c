package io.penstock.cli.options;

import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Several files that are laid end to end, as they are typed: {@code a.npy,b.npy}, {@code
 * a.npz#x,b.npz#x}.
 *
 * <p>A comma divides, unless there is a file with this comma in its name, or a part with it in a
 * file that is there.
 */
public final class ShardList {
  private ShardList() {}

  /** The files, with their parts. */
  public static List<String> of(String text) {
    List<String> pieces = List.of(text.split(",", -1));
    List<String> files = new ArrayList<>();
    int start = 0;
    while (start < pieces.size()) {
      int end = pieces.size();
      while (end > start + 1 && !isOne(pieces.subList(start, end))) {
        end--;
      }
      files.add(String.join(",", pieces.subList(start, end)));
      start = end;
    }
    return files;
  }

  /** Whether commas do not divide these pieces but belong to a name. */
  private static boolean isOne(List<String> pieces) {
    Path path = Path.of(String.join(",", pieces));
    Path file = Formats.file(path);
    if (!Files.exists(file)) {
      return false;
    }
    int inName = file.toString().split(",", -1).length;
    return inName == pieces.size() || (inName < pieces.size() && hasPart(file, path));
  }

  private static boolean hasPart(Path file, Path path) {
    String part = path.toString().substring(file.toString().length() + 1);
    try {
      return Files.isRegularFile(file)
          && Formats.parts(file).stream().anyMatch(known -> known.name().equals(part));
    } catch (PenstockException _) {
      return false; // Opening the file will say what is wrong with it.
    }
  }
}
