package io.penstock.internal.format;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the shards that a pattern stands for: {@code part-*.npy}, in the order of their names with
 * numbers as numbers, so that {@code part-10} follows {@code part-9}; {@code part-{00..99}.tar}, in
 * the order in which they are written, and each of them must be there.
 *
 * <p>Stars and question marks are special only in the last name of a path, {@link Braces} anywhere.
 */
public final class ShardPaths {
  /**
   * More than this are records rather than shards, and would not fit into the table of open files.
   */
  private static final int MAX_SHARDS = 1 << 20;

  private ShardPaths() {}

  /**
   * All files that match.
   *
   * @param file pattern of names in its directory, or several of them by braces
   * @return at least one, in order
   * @throws PenstockException if there is none, one of those that braces name is missing, or the
   *     directory cannot be read
   */
  public static List<Path> of(Path file) {
    if (!Braces.has(file.toString())) {
      return matching(file);
    }
    List<Path> paths = expanded(file);
    List<Path> missing =
        paths.stream().filter(path -> !isStarred(path) && !Files.exists(path)).toList();
    if (!missing.isEmpty()) {
      throw PenstockException.about(
          ErrorKind.NO_ACCESS,
          missing.getFirst(),
          "expected a file, as one of the %d of '%s', found none%s: check the range"
              .formatted(
                  paths.size(),
                  file.getFileName(),
                  switch (missing.size()) {
                    case 1 -> "";
                    case 2 -> ", nor 1 other";
                    default -> ", nor %d others".formatted(missing.size() - 1);
                  }));
    }
    return paths.stream()
        .flatMap(path -> isPattern(path) ? matching(path).stream() : Stream.of(path))
        .toList();
  }

  private static List<Path> expanded(Path file) {
    try {
      return Braces.expand(file.toString(), MAX_SHARDS).stream()
          .map(file.getFileSystem()::getPath)
          .toList();
    } catch (IllegalArgumentException e) {
      throw PenstockException.about(ErrorKind.RESOURCE_LIMIT, file, e.getMessage(), e);
    }
  }

  private static List<Path> matching(Path file) {
    Pattern pattern = pattern(file.getFileName().toString());
    List<String> names = names(file, pattern);
    if (names.isEmpty()) {
      throw PenstockException.about(
          ErrorKind.NO_ACCESS, file, "expected files that match, found none: check the path");
    }
    names.sort(NaturalOrder.NAMES);
    return names.stream().map(file::resolveSibling).toList();
  }

  /**
   * Whether a typed path is a pattern: it has stars, question marks or braces, and no file has
   * exactly this name.
   */
  public static boolean isPattern(Path file) {
    return isPatternName(file) && !Files.exists(file);
  }

  /**
   * Whether the last name of a path has stars or question marks, or the path has braces that stand
   * for several.
   */
  public static boolean isPatternName(Path file) {
    return isStarred(file) || Braces.has(file.toString());
  }

  /**
   * Divides paths at commas, other than those in braces.
   *
   * @param text such as {@code a.npy,b-{0,1}.npy}
   */
  public static List<String> split(String text) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    for (int comma = text.indexOf(','); comma >= 0; comma = text.indexOf(',', comma + 1)) {
      if (!Braces.isInside(text, comma)) {
        pieces.add(text.substring(start, comma));
        start = comma + 1;
      }
    }
    pieces.add(text.substring(start));
    return pieces;
  }

  private static boolean isStarred(Path file) {
    Path name = file.getFileName();
    return name != null && (name.toString().indexOf('*') >= 0 || name.toString().indexOf('?') >= 0);
  }

  public static Pattern pattern(String name) {
    StringBuilder expression = new StringBuilder();
    for (String piece : name.split("(?<=[*?])|(?=[*?])", -1)) {
      expression.append(
          switch (piece) {
            case "*" -> ".*";
            case "?" -> ".";
            default -> Pattern.quote(piece);
          });
    }
    return Pattern.compile(expression.toString(), Pattern.DOTALL);
  }

  private static List<String> names(Path file, Pattern pattern) {
    Path parent = file.getParent();
    Path directory = parent == null ? file.getFileSystem().getPath("") : parent;
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (pattern.matcher(name).matches()) {
          names.add(name);
        }
        if (names.size() > MAX_SHARDS) {
          throw PenstockException.about(
              ErrorKind.RESOURCE_LIMIT,
              file,
              "expected at most %d files that match, found more".formatted(MAX_SHARDS));
        }
      }
      return names;
    } catch (DirectoryIteratorException e) {
      throw OpenFile.failure(directory, e.getCause());
    } catch (IOException e) {
      throw OpenFile.failure(directory, e);
    }
  }
}
