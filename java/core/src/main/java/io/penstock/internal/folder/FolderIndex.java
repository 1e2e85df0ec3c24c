package io.penstock.internal.folder;

import io.penstock.array.ElementType;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.file.FileNames;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.known.ShardFolders;
import io.penstock.internal.index.IndexPlaces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The index of a folder of small files, each of which is a record: their names and sizes.
 *
 * <p>Order and classes are those of {@link FolderScan}. The index is valid as long as all folders
 * and files keep their sizes and times; otherwise it is made again when it is opened. Deleting it
 * loses nothing. Immutable; holds no open file.
 */
public final class FolderIndex {
  private static final String LABELS = "label";

  private final Path folder;
  private final Path file;
  private final long recordCount;
  private final long dataBytes;
  private final List<String> classes;
  private final String digest;
  private final String datedDigest;

  private FolderIndex(Path folder, Path file, FolderIndexFile index) {
    this.folder = folder;
    this.file = file;
    this.recordCount = index.fileCount();
    this.dataBytes = index.dataBytes();
    this.classes = index.classes();
    this.digest = index.digest();
    this.datedDigest = index.datedDigest();
  }

  /**
   * The default place of the index of a folder: in the directory that was named for indexes, or
   * beside the folder.
   *
   * @param folder the folder
   * @return {@code FOLDER.penstock-index}
   */
  public static Path defaultFile(Path folder) {
    Optional<Path> named = IndexPlaces.named(folder);
    if (named.isPresent()) {
      return named.get();
    }
    Path absolute = folder.toAbsolutePath().normalize();
    Path name = absolute.getFileName();
    return absolute.resolveSibling((name == null ? "root" : name) + ".penstock-index");
  }

  /**
   * Opens the index of a folder; makes it first if there is none, or if a folder or file was
   * modified since. It asks the system about each file once, and reads none.
   *
   * @param folder with files in it and in its sub-folders
   * @param pattern of the files' names, as for {@link FolderScan#of}
   * @param file where the index is kept
   * @return the index, of at least one file
   * @throws PenstockException if no file in the folder matches, something in it cannot be examined,
   *     the index cannot be written, or another file lies in its place
   * @throws IllegalArgumentException if the pattern is not valid
   */
  public static FolderIndex open(Path folder, String pattern, Path file) {
    try {
      LocalFiles.check(folder);
      LocalFiles.check(file);
      FolderIndexFile known = FolderIndexFile.readOrNull(folder, file);
      if (known == null
          || !known.pattern().equals(pattern)
          || !FolderCheck.isCurrent(folder, known)) {
        FolderScan listing = settled(folder, pattern);
        FolderIndexFile.write(file, FolderIndexFile.encode(pattern, listing, nanos()));
        known = FolderIndexFile.readOrNull(folder, file);
      }
      if (known == null || !known.pattern().equals(pattern)) {
        throw PenstockException.about(
            ErrorKind.FILE_CHANGED,
            file,
            "expected the index that was just written, found another: try again");
      }
      return new FolderIndex(folder, file, known);
    } catch (IOException e) {
      throw OpenFile.failure(folder, e);
    }
  }

  /**
   * Scans a folder, again after a moment if something in it was modified just now: whoever opened
   * the index of such a scan next would make it again, while others read by it.
   */
  private static FolderScan settled(Path folder, String pattern) {
    FolderScan listing = FolderScan.of(folder, pattern);
    if (!FolderCheck.hasRecent(listing, nanos())) {
      return listing;
    }
    LockSupport.parkNanos(FolderCheck.SETTLING_NANOS);
    return FolderScan.of(folder, pattern);
  }

  /**
   * Reads the names of the classes from an index.
   *
   * @param file any file
   * @return as {@link #classes}; empty if it is not an index
   * @throws PenstockException if it cannot be read, or is a damaged index
   */
  public static List<String> classesIn(Path file) {
    try {
      if (!FolderIndexFile.isOne(file)) {
        return List.of();
      }
      FolderIndexFile index = FolderIndexFile.readOrNull(file, file);
      if (index == null) {
        throw PenstockException.about(
            ErrorKind.FILE_CHANGED,
            file,
            "expected the index of a folder as it was written, found it damaged: open the folder"
                + " again");
      }
      return index.classes();
    } catch (IOException e) {
      throw OpenFile.failure(file, e);
    }
  }

  /**
   * Whether a file is the index of a folder.
   *
   * @param file any file
   * @return false if it is something else
   * @throws PenstockException if it cannot be read
   */
  public static boolean isIndex(Path file) {
    try {
      return FolderIndexFile.isOne(file);
    } catch (IOException e) {
      throw OpenFile.failure(file, e);
    }
  }

  private static long nanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
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
   * The index file.
   *
   * @return where it lies
   */
  public Path file() {
    return file;
  }

  /**
   * How many files there are.
   *
   * @return at least 1
   */
  public long recordCount() {
    return recordCount;
  }

  /**
   * Size of all files together.
   *
   * @return in bytes, at least 0
   */
  public long dataBytes() {
    return dataBytes;
  }

  /**
   * Names of the folders in the folder, which are the classes: label {@code i} is the i-th.
   *
   * @return as {@link FolderScan#classes}
   */
  public List<String> classes() {
    return classes;
  }

  /**
   * A digest of names, sizes and classes of all files.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    return digest;
  }

  /**
   * A digest of names, sizes, modification times and classes of all files.
   *
   * @return 64 hexadecimal digits
   */
  public String datedDigest() {
    return datedDigest;
  }

  /**
   * Some of the files, as many from the beginning as from the end, with their sizes.
   *
   * @param most how many at most, at least 1
   * @return sizes in bytes by path, in index order
   * @throws PenstockException if the index file is no longer what it was
   */
  public Map<Path, Long> sample(int most) {
    try {
      FolderIndexFile index = contents();
      Map<Path, Long> sample = new LinkedHashMap<>();
      int count = Math.min(most, index.fileCount());
      for (int i = 0; i < count; i++) {
        int number = count == 1 ? 0 : (int) ((long) i * (index.fileCount() - 1) / (count - 1));
        sample.put(FileNames.path(folder, index.fileName(number)), index.sizeBytes(number));
      }
      return sample;
    } catch (IOException e) {
      throw OpenFile.failure(folder, e);
    }
  }

  /**
   * The paths of some files.
   *
   * @param files their numbers, from 0
   * @return in the order of the numbers
   * @throws PenstockException as {@link #sample}
   */
  public List<Path> paths(List<Long> files) {
    try {
      FolderIndexFile index = contents();
      return files.stream()
          .map(number -> FileNames.path(folder, index.fileName(Math.toIntExact(number))))
          .toList();
    } catch (IOException e) {
      throw OpenFile.failure(folder, e);
    }
  }

  /** The index file, which must be the one that was opened. */
  private FolderIndexFile contents() throws IOException {
    FolderIndexFile index = FolderIndexFile.readOrNull(folder, file);
    if (index == null || !index.digest().equals(digest)) {
      throw PenstockException.about(
          ErrorKind.FILE_CHANGED,
          file,
          "expected the index of the folder, found that it was changed: open it again");
    }
    return index;
  }

  /**
   * The folder whose labels a source is, part {@code label}: the number of the sub-folder that each
   * file is in.
   *
   * @param source any
   * @return the folder; empty if the source is something else
   */
  public static Optional<Path> folderOfLabels(Source source) {
    return source
        .partName()
        .filter(LABELS::equals)
        .map(_ -> source.file())
        .filter(ShardFolders::isOfRecords);
  }

  /**
   * Where the labels lie in the index file: the number of the class of each file, -1 for files in
   * no sub-folder.
   *
   * @return a source of integers of 4 bytes
   */
  public Source labels() {
    return numbers("<i4", FolderIndexFile.HEADER_BYTES + 24 * recordCount);
  }

  /**
   * Where the sizes of the files lie in the index file, in bytes.
   *
   * @return a source of integers of 8 bytes
   */
  public Source sizes() {
    return numbers("<i8", FolderIndexFile.HEADER_BYTES);
  }

  private Source numbers(String dtype, long offsetBytes) {
    RawLayout layout = RawLayout.of(ElementType.named(dtype));
    return Source.of(file).raw(layout.recordCount(recordCount).skipBytes(offsetBytes));
  }

  /**
   * Where names start in the index file; sizes start at {@link #sizesAt}, followed by modification
   * times and ends of names, 8 bytes for each file.
   *
   * @param recordCount number of files
   * @return in bytes
   */
  public static long namesAt(long recordCount) {
    return FolderIndexFile.HEADER_BYTES + FolderIndexFile.ENTRY_BYTES * recordCount;
  }

  /**
   * Where the sizes of the files start in the index file, 8 bytes each.
   *
   * @return in bytes
   */
  public static long sizesAt() {
    return FolderIndexFile.HEADER_BYTES;
  }
}
