package io.penstock.format;

import io.penstock.PenstockException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What is in a folder at the moment: all files that match, in order, and all folders.
 *
 * <p>Links to files are files; links to folders are not entered, so there are no loops. What cannot
 * be looked at is an error, and so is what is neither: nothing is left out unsaid.
 */
final class FolderScan {
  /** A file by its path from the folder on. */
  record Found(String name, long sizeBytes, long modifiedNanos) {}

  private final Path folder;
  private final long startNanos;
  private final List<Found> files = new ArrayList<>();
  private final Map<String, Long> folders = new TreeMap<>();
  private final List<String> classes;

  private FolderScan(Path folder, String pattern) throws IOException {
    Instant now = Instant.now();
    this.folder = folder;
    this.startNanos = now.getEpochSecond() * 1_000_000_000 + now.getNano();
    Files.walkFileTree(folder.toRealPath(), new Visitor(folder.toRealPath(), pattern));
    files.sort((left, right) -> ShardPaths.BY_NUMBERS.compare(left.name, right.name));
    TreeSet<String> names = new TreeSet<>(ShardPaths.BY_NUMBERS);
    files.stream().map(Found::name).filter(FolderScan::isInClass).forEach(n -> names.add(top(n)));
    this.classes = List.copyOf(names);
  }

  static FolderScan of(Path folder, String pattern) throws IOException {
    return new FolderScan(folder, pattern);
  }

  private static boolean isInClass(String name) {
    return name.indexOf('/') > 0;
  }

  private static String top(String name) {
    return name.substring(0, name.indexOf('/'));
  }

  Path folder() {
    return folder;
  }

  /** When it began, since 1970. */
  long startNanos() {
    return startNanos;
  }

  List<Found> files() {
    return files;
  }

  /** Times of modification by the path from the folder on, which is empty for itself. */
  Map<String, Long> folders() {
    return folders;
  }

  List<String> classes() {
    return classes;
  }

  long nameBytes() {
    return files.stream().mapToLong(f -> f.name.getBytes(StandardCharsets.UTF_8).length).sum();
  }

  /** Number of a file's class; -1 if it lies in no sub-folder. */
  int label(String name) {
    return isInClass(name)
        ? Collections.binarySearch(classes, top(name), ShardPaths.BY_NUMBERS)
        : -1;
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Pattern pattern;
    private final boolean matchesDots;

    Visitor(Path root, String pattern) {
      this.root = root;
      this.pattern = ShardPaths.pattern(pattern);
      this.matchesDots = pattern.startsWith(".");
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      if (!path.equals(root) && path.getFileName().toString().startsWith(".")) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      folders.put(root.relativize(path).toString(), FolderIndex.modifiedNanos(attributes));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      String name = path.getFileName().toString();
      if ((name.startsWith(".") && !matchesDots) || !pattern.matcher(name).matches()) {
        return FileVisitResult.CONTINUE;
      }
      BasicFileAttributes found = attributes.isSymbolicLink() ? target(path) : attributes;
      if (found.isRegularFile()) {
        files.add(
            new Found(
                root.relativize(path).toString(), found.size(), FolderIndex.modifiedNanos(found)));
      } else if (!found.isDirectory()) {
        throw PenstockException.about(
            path,
            "expected a file, found a pipe, socket or device: move it away, or choose files by"
                + " a pattern of their names");
      }
      return FileVisitResult.CONTINUE;
    }

    private BasicFileAttributes target(Path link) {
      try {
        return Files.readAttributes(link, BasicFileAttributes.class);
      } catch (IOException e) {
        throw OpenFile.failure(link, e);
      }
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) {
      throw OpenFile.failure(path, e);
    }
  }
}
