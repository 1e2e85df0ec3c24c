package io.penstock.internal.folder;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.FileNames;
import io.penstock.internal.format.NaturalOrder;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.kind.ArrayFolder;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The files of a folder and its sub-folders in a defined order, with the numbers of their classes.
 * Everything that reads folders uses it, so that records and labels of a folder always belong
 * together.
 *
 * <p>Files come in the order of their paths, name by name, with numbers as numbers. A class is a
 * folder in the folder, whether there are files in it or not; classes are numbered from 0 in the
 * same order. Links are followed, to files and to folders. Names that begin with a dot and {@code
 * lost+found} are left out. A file that cannot be examined is an error, and so are links that lead
 * nowhere or to a folder above, pipes and devices: nothing else is left out unless a pattern says
 * so. Immutable.
 */
public final class FolderScan {
  /** A file or folder, by its path relative to the folder, as text and as the system has it. */
  static final class Found {
    private final String name;
    private final byte[] bytes;
    private final long sizeBytes;
    private final long modifiedNanos;

    Found(String name, byte[] bytes, long sizeBytes, long modifiedNanos) {
      this.name = name;
      this.bytes = bytes;
      this.sizeBytes = sizeBytes;
      this.modifiedNanos = modifiedNanos;
    }

    String name() {
      return name;
    }

    byte[] bytes() {
      return bytes;
    }

    long sizeBytes() {
      return sizeBytes;
    }

    long modifiedNanos() {
      return modifiedNanos;
    }
  }

  private static final Comparator<Found> ORDER =
      Comparator.comparing(Found::name, NaturalOrder.PATHS)
          .thenComparing(Found::bytes, Arrays::compareUnsigned);

  private final Path folder;
  private final long startNanos;
  private final List<Found> files = new ArrayList<>();
  private final List<Found> folders = new ArrayList<>();
  private final List<String> classes;

  private FolderScan(Path folder, String pattern) throws IOException {
    Instant now = Instant.now();
    this.folder = folder;
    this.startNanos = now.getEpochSecond() * 1_000_000_000 + now.getNano();
    FolderVisitor visitor = new FolderVisitor(folder, new NamePattern(pattern));
    Files.walkFileTree(
        folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
    files.sort(ORDER);
    TreeSet<String> names = new TreeSet<>(NaturalOrder.NAMES);
    folders.stream()
        .map(Found::name)
        .filter(name -> !name.isEmpty() && name.indexOf('/') < 0)
        .forEach(names::add);
    this.classes = List.copyOf(names);
  }

  /**
   * Scans a folder.
   *
   * @param folder the folder, or a link to it
   * @param pattern of the files' names, with stars and question marks; several separated by commas;
   *     {@code !NAME} for files and folders to leave out: {@code *.jpg,*.png,!thumbs}. Names that
   *     begin with a dot match only a pattern that does
   * @return what is in it now; at least one file
   * @throws PenstockException if it is not a folder, no file in it matches, or something in it
   *     cannot be examined; if it is a folder of Zarr, unless a pattern says which files are meant
   * @throws IllegalArgumentException if the pattern is none
   */
  public static FolderScan of(Path folder, String pattern) {
    if (!Files.isDirectory(folder)) {
      throw PenstockException.about(
          ErrorKind.NO_ACCESS, folder, "expected a folder of files: check the path");
    }
    if (pattern.equals("*")) {
      ArrayFolder.problem(folder)
          .ifPresent(
              problem -> {
                throw PenstockException.about(ErrorKind.WRONG_FORMAT, folder, problem);
              });
    }
    try {
      FolderScan found = new FolderScan(folder, pattern);
      if (found.files.isEmpty()) {
        throw PenstockException.about(
            ErrorKind.NO_ACCESS,
            folder,
            "expected files%s in the folder, found none: check the path"
                .formatted(pattern.equals("*") ? "" : " that match '" + pattern + "'"));
      }
      return found;
    } catch (IOException e) {
      throw OpenFile.failure(folder, e);
    }
  }

  /**
   * Refuses an invalid pattern, before any folder is scanned.
   *
   * @param pattern as for {@link #of}
   * @throws IllegalArgumentException if it has empty names or slashes
   */
  public static void checkPattern(String pattern) {
    new NamePattern(pattern);
  }

  /**
   * The folder.
   *
   * @return as it was given
   */
  public Path folder() {
    return folder;
  }

  /**
   * How many files there are.
   *
   * @return at least 1
   */
  public int fileCount() {
    return files.size();
  }

  /**
   * A file by its number.
   *
   * @param number from 0 on, in order
   * @return a path that opens it
   */
  public Path file(int number) {
    return FileNames.path(folder, files.get(number).bytes);
  }

  /**
   * The name of a file.
   *
   * @param number from 0 on, in order
   * @return its path from the folder on, with slashes; bytes that are not UTF-8 as {@code \xff}
   */
  public String name(int number) {
    return files.get(number).name;
  }

  /**
   * The name of a file as the system has it.
   *
   * @param number from 0 on, in order
   * @return its path from the folder on, with slashes; not to be changed
   */
  public byte[] nameBytes(int number) {
    return files.get(number).bytes;
  }

  /**
   * Size of a file when the folder was scanned.
   *
   * @param number from 0 on, in order
   * @return in bytes
   */
  public long sizeBytes(int number) {
    return files.get(number).sizeBytes;
  }

  /**
   * When a file was modified.
   *
   * @param number from 0 on, in order
   * @return in seconds since 1970
   */
  public long modifiedSeconds(int number) {
    return Math.floorDiv(files.get(number).modifiedNanos, 1_000_000_000L);
  }

  /**
   * The number of a file's class.
   *
   * @param number of the file
   * @return index in {@link #classes}; -1 if it lies in no sub-folder
   */
  public int label(int number) {
    String name = files.get(number).name;
    int slash = name.indexOf('/');
    return slash < 0
        ? -1
        : Collections.binarySearch(classes, name.substring(0, slash), NaturalOrder.NAMES);
  }

  /**
   * Names of the folders in the folder, which are the classes: label {@code i} is the i-th.
   *
   * @return in order, those without files too; empty if there are none
   */
  public List<String> classes() {
    return classes;
  }

  /** When the scan began, since 1970. */
  long startNanos() {
    return startNanos;
  }

  List<Found> files() {
    return files;
  }

  /** All folders with their times of modification; the folder itself has an empty name. */
  List<Found> folders() {
    return folders;
  }

  static long modifiedNanos(BasicFileAttributes attributes) {
    return attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
  }

  private final class FolderVisitor extends SimpleFileVisitor<Path> {
    private final Path root;
    private final NamePattern pattern;

    FolderVisitor(Path root, NamePattern pattern) {
      this.root = root;
      this.pattern = pattern;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      if (!path.equals(root) && pattern.leavesOutFolder(text(path))) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      folders.add(found(path, attributes));
      return FileVisitResult.CONTINUE;
    }

    private Found found(Path path, BasicFileAttributes attributes) {
      byte[] bytes = FileNames.bytes(root.relativize(path));
      return new Found(FileNames.text(bytes), bytes, attributes.size(), modifiedNanos(attributes));
    }

    private static String text(Path path) {
      return FileNames.text(FileNames.bytes(path.getFileName()));
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      if (!pattern.matches(text(path))) {
        return FileVisitResult.CONTINUE;
      }
      if (attributes.isSymbolicLink()) {
        throw refused(path, "a file, found a link that leads nowhere");
      }
      if (!attributes.isRegularFile()) {
        throw refused(path, "a file, found a pipe, socket or device");
      }
      files.add(found(path, attributes));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) {
      if (!path.equals(root) && pattern.leavesOutFolder(text(path))) {
        return FileVisitResult.CONTINUE;
      }
      if (e instanceof FileSystemLoopException) {
        throw refused(path, "a folder, found a link to a folder above it, which has no end");
      }
      throw refused(path, "a readable file or folder, found: " + SystemReason.of(e));
    }

    private static PenstockException refused(Path path, String problem) {
      return PenstockException.about(
          ErrorKind.UNSUPPORTED,
          path,
          "expected %s: take it away, or leave it out by a pattern of names, as '*,!%s'"
              .formatted(problem, text(path)));
    }
  }
}
