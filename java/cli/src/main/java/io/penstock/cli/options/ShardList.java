package io.penstock.cli.options;

import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.format.ShardPaths;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses a list of shards, such as {@code a.npy,b.npy} or {@code a.npz#x,b.npz#x}.
 *
 * <p>A comma separates shards, unless it is in braces, as in {@code {a,b}.npy}, or a file exists
 * that has this comma in its name, or a file with a part that has.
 */
public final class ShardList {
  private ShardList() {}

  /** The shards, with their parts. */
  public static List<String> of(String text) {
    List<String> pieces = ShardPaths.split(text);
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

  /** Whether the commas between these texts belong to one name. */
  private static boolean isOne(List<String> pieces) {
    Path path = Path.of(String.join(",", pieces));
    Path file = Source.parse(path).file();
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
      return false; // Opening the dataset will say what is wrong with it.
    }
  }
}
