package io.penstock.format;

import io.penstock.PenstockException;
import io.penstock.internal.SystemReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A folder of small files whose names and sizes were written down once: each file is a record.
 *
 * <p>What it owns: the index file. It holds a header (magic, version, counts, when it was made, two
 * digests), of each file its size (int64), time of modification (int64, ns) and where its name ends
 * (int64), its class (int32, the number of the sub-folder that it lies in, or -1), the names, and
 * the folders with their times of modification, all little-endian. It holds as long as no folder
 * was modified, which every new or removed file does to its own; a file that changed is found when
 * it is read. Immutable; holds no open file.
 */
public final class FolderIndex {
  private static final long MAGIC = 0x3158444954534e50L;
  private static final long VERSION = 2;
  private static final int HEADER_BYTES = 128;
  private static final int DIGEST_BYTES = 32;
  private static final long MOST_BYTES = Integer.MAX_VALUE - 64;

  /** A folder that was modified just before it was looked at may be modified again unseen. */
  private static final long TICK_NANOS = 20_000_000;

  private final Path folder;
  private final Path file;
  private final long recordCount;
  private final long dataBytes;
  private final List<String> classes;
  private final String digest;

  private FolderIndex(
      Path folder,
      Path file,
      long recordCount,
      long dataBytes,
      List<String> classes,
      String digest) {
    this.folder = folder;
    this.file = file;
    this.recordCount = recordCount;
    this.dataBytes = dataBytes;
    this.classes = classes;
    this.digest = digest;
  }

  /**
   * Where the index of a folder lies unless somebody chooses another place: beside it.
   *
   * @param folder the folder
   * @return {@code FOLDER.penstock-index}
   */
  public static Path defaultFile(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    Path name = absolute.getFileName();
    return absolute.resolveSibling((name == null ? "root" : name) + ".penstock-index");
  }

  /**
   * Takes the index of a folder, and makes it first where there is none, or where a folder was
   * modified since.
   *
   * @param folder with files in it and in its sub-folders; links to folders are not followed
   * @param pattern of the files' names, with stars and question marks; names that begin with a dot
   *     match only a pattern that does
   * @param file where the index is kept
   * @return the index
   * @throws PenstockException if something in the folder cannot be read or is no file, the index
   *     cannot be written, or another file lies in its place
   */
  public static FolderIndex open(Path folder, String pattern, Path file) {
    try {
      if (!Files.isDirectory(folder)) {
        throw PenstockException.about(folder, "expected a folder of files: check the path");
      }
      FolderIndex known = readOrNull(folder, pattern, file);
      if (known == null) {
        write(file, encode(pattern, FolderScan.of(folder, pattern)));
        known = readOrNull(folder, null, file);
      }
      if (known == null) {
        throw PenstockException.about(
            file, "expected the index that was just written, found another: try again");
      }
      return known;
    } catch (IOException e) {
      throw OpenFile.failure(folder, e);
    }
  }

  /** Null if there is none, or it holds no more; a pattern of null: it was just made. */
  private static FolderIndex readOrNull(Path folder, String pattern, Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    // A pipe in its place would block whoever opens it.
    ByteBuffer bytes = Files.isRegularFile(file) ? bytes(file) : ByteBuffer.allocate(0);
    if (bytes.remaining() < HEADER_BYTES || bytes.getLong(0) != MAGIC) {
      throw PenstockException.about(
          file,
          ("expected a place for the index of %s, found another file: choose another place, with"
                  + " --folder-index FILE or Dataset.Builder.folder")
              .formatted(folder));
    }
    long count = bytes.getLong(16);
    long tailAt = bytes.getLong(24);
    boolean isWhole =
        bytes.getLong(8) == VERSION
            && count >= 0
            && count <= bytes.capacity() / 28
            && tailAt >= HEADER_BYTES + 28 * count
            && tailAt <= bytes.capacity()
            && digest(bytes, HEADER_BYTES, (int) tailAt).equals(hex(bytes, 64))
            && digest(bytes, (int) tailAt, bytes.capacity()).equals(hex(bytes, 96));
    if (!isWhole) {
      return null; // Damaged or of another version: it can be made again.
    }
    try {
      return decodeOrNull(folder, pattern, file, bytes);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return null; // Digests are right, and what they are of was never written by us: make it
      // again.
    }
  }

  private static FolderIndex decodeOrNull(Path folder, String pattern, Path file, ByteBuffer bytes)
      throws IOException {
    int tailAt = Math.toIntExact(bytes.getLong(24));
    byte[] tail = new byte[bytes.capacity() - tailAt];
    bytes.get(tailAt, tail);
    String[] words = new String(tail, StandardCharsets.UTF_8).split("\0", -1);
    int folders = Integer.parseInt(words[1]);
    boolean isCurrent =
        pattern == null
            || (words[0].equals(pattern)
                && areUnmodified(folder, words, folders, bytes.getLong(32)));
    if (!isCurrent) {
      return null;
    }
    List<String> classes =
        List.copyOf(Arrays.asList(words).subList(2 + 2 * folders, words.length - 1));
    return new FolderIndex(
        folder, file, bytes.getLong(16), bytes.getLong(40), classes, hex(bytes, 64));
  }

  private static boolean areUnmodified(Path folder, String[] words, int folders, long scannedNanos)
      throws IOException {
    for (int i = 0; i < folders; i++) {
      Path path = folder.resolve(words[2 + 2 * i]);
      long known = Long.parseLong(words[3 + 2 * i]);
      if (!Files.isDirectory(path)
          || modifiedNanos(Files.readAttributes(path, BasicFileAttributes.class)) != known
          || known > scannedNanos - TICK_NANOS) {
        return false;
      }
    }
    return true;
  }

  static long modifiedNanos(BasicFileAttributes attributes) {
    return attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
  }

  private static ByteBuffer bytes(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > MOST_BYTES) {
        throw PenstockException.about(
            file, "expected an index of less than 2 GiB, found " + channel.size() + " bytes");
      }
      return channel
          .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
          .order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static byte[] encode(String pattern, FolderScan scan) {
    byte[] tail = tail(pattern, scan);
    long size = HEADER_BYTES + 28L * scan.files().size() + scan.nameBytes() + tail.length;
    if (size > MOST_BYTES) {
      throw PenstockException.about(
          scan.folder(),
          "expected files whose names and sizes take less than 2 GiB, found %d files: divide the"
                  .formatted(scan.files().size())
              + " folder, or join files into an array of values");
    }
    int count = scan.files().size();
    byte[] index = new byte[(int) size];
    ByteBuffer bytes = ByteBuffer.wrap(index).order(ByteOrder.LITTLE_ENDIAN);
    int nameAt = HEADER_BYTES + 28 * count;
    long nameEnd = 0;
    long dataBytes = 0;
    for (int i = 0; i < count; i++) {
      FolderScan.Found found = scan.files().get(i);
      byte[] name = found.name().getBytes(StandardCharsets.UTF_8);
      nameEnd += name.length;
      dataBytes += found.sizeBytes();
      bytes.putLong(HEADER_BYTES + 8 * i, found.sizeBytes());
      bytes.putLong(HEADER_BYTES + 8 * (count + i), found.modifiedNanos());
      bytes.putLong(HEADER_BYTES + 8 * (2 * count + i), nameEnd);
      bytes.putInt(HEADER_BYTES + 24 * count + 4 * i, scan.label(found.name()));
      bytes.put(nameAt, name);
      nameAt += name.length;
    }
    bytes.put(nameAt, tail);
    bytes.putLong(0, MAGIC).putLong(8, VERSION).putLong(16, count).putLong(24, nameAt);
    bytes.putLong(32, scan.startNanos()).putLong(40, dataBytes);
    HexFormat digits = HexFormat.of();
    bytes.put(64, digits.parseHex(digest(bytes, HEADER_BYTES, nameAt)));
    bytes.put(96, digits.parseHex(digest(bytes, nameAt, index.length)));
    return index;
  }

  /**
   * Words that each end with a zero: pattern, number of folders, their names and times, classes.
   */
  private static byte[] tail(String pattern, FolderScan scan) {
    StringBuilder words = new StringBuilder(pattern).append('\0');
    words.append(scan.folders().size()).append('\0');
    for (Map.Entry<String, Long> entry : scan.folders().entrySet()) {
      words.append(entry.getKey()).append('\0').append(entry.getValue()).append('\0');
    }
    scan.classes().forEach(name -> words.append(name).append('\0'));
    return words.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Whole or not at all: other processes may be reading the index that was there. */
  private static void write(Path file, byte[] index) {
    // Of this call alone: others may make the same index at the same time.
    Path unfinished = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    try {
      try {
        Files.write(unfinished, index, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw PenstockException.about(
          file,
          "expected a place where the index of the folder can be written, found: %s: choose another"
                  .formatted(SystemReason.of(e))
              + " place for it, with --folder-index FILE or Dataset.Builder.folder",
          e);
    }
  }

  private static String hex(ByteBuffer bytes, int at) {
    byte[] digest = new byte[DIGEST_BYTES];
    bytes.get(at, digest);
    return HexFormat.of().formatHex(digest);
  }

  private static String digest(ByteBuffer bytes, int from, int to) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.slice(from, to - from));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
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
   * @return at least 0
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
   * Names of the sub-folders with files in them, which are the classes: label {@code i} is the
   * i-th.
   *
   * @return in order of their names, numbers as numbers; empty if all files lie in the folder
   *     itself
   */
  public List<String> classes() {
    return classes;
  }

  /**
   * A number that stands for names, sizes, times and classes of all files.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    return digest;
  }

  /**
   * Where the labels lie in the index file: of each file the number of its class, -1 for files in
   * no sub-folder.
   *
   * @return a path that can be opened wherever one can, of integers of 4 bytes
   */
  public Path labels() {
    return Formats.raw(file, "<i4", List.of(recordCount), HEADER_BYTES + 24 * recordCount);
  }

  /**
   * Where the sizes of the files lie in the index file, in bytes.
   *
   * @return a path that can be opened wherever one can, of integers of 8 bytes
   */
  public Path sizes() {
    return Formats.raw(file, "<i8", List.of(recordCount), HEADER_BYTES);
  }

  /**
   * Where names start in the index file; sizes start at {@link #sizesAt}, ends of names behind two
   * numbers a file.
   *
   * @param recordCount number of files
   * @return in bytes
   */
  public static long namesAt(long recordCount) {
    return HEADER_BYTES + 28 * recordCount;
  }

  /**
   * Where the sizes of the files start in the index file, 8 bytes each.
   *
   * @return in bytes
   */
  public static long sizesAt() {
    return HEADER_BYTES;
  }
}
