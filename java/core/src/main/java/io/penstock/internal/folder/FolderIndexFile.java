package io.penstock.internal.folder;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.Directories;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.partial.PartialFile;
import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The index file of a folder: writes a listing, and reads it again.
 *
 * <p>What it owns: the layout. A header (magic, version, counts, time of the scan, digests); for
 * each file its size (int64), modification time (int64, ns), the end of its name (int64), its class
 * (int32, -1 for none); the names; and strings that each end with a zero byte: the pattern, the
 * number of folders, their names and times, the classes. All little-endian, names as the bytes that
 * the system has. It must not trust a file that it did not write.
 */
final class FolderIndexFile {
  static final int HEADER_BYTES = 160;

  /** For each file, before the names. */
  static final int ENTRY_BYTES = 28;

  private static final long MAGIC = 0x3158444954534e50L;
  private static final long VERSION = 3;
  private static final int DIGESTS_AT = 64;
  private static final int DIGEST_BYTES = 32;
  private static final long MOST_BYTES = Integer.MAX_VALUE - 64;

  private final ByteBuffer bytes;
  private final int count;
  private final int tailAt;
  private final List<byte[]> words;

  private FolderIndexFile(ByteBuffer bytes) {
    this.bytes = bytes;
    this.count = (int) bytes.getLong(16);
    this.tailAt = (int) bytes.getLong(24);
    this.words = words(bytes, tailAt);
  }

  /**
   * Null if there is no index, or it is damaged or of another version; it can then be made again.
   *
   * @throws PenstockException if another file lies in its place
   */
  static FolderIndexFile readOrNull(Path folder, Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    // Opening a pipe in its place would block.
    ByteBuffer bytes = Files.isRegularFile(file) ? bytes(file) : ByteBuffer.allocate(0);
    if (bytes.remaining() < 2 * DIGESTS_AT || bytes.getLong(0) != MAGIC) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          file,
          ("expected a place for the index of %s, found another file: choose another place, with"
                  + " --folder-index FILE or DatasetBuilder.folder")
              .formatted(folder));
    }
    try {
      FolderIndexFile index = isWhole(bytes) ? new FolderIndexFile(bytes) : null;
      return index != null && index.hasAllWords() ? index : null;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return null; // The digests are right, but these bytes were never written here.
    }
  }

  /** Whether a file begins as an index does. */
  static boolean isOne(Path file) throws IOException {
    return Uninterrupted.call(
        () -> {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            return channel.read(start, 0) == Long.BYTES && start.getLong(0) == MAGIC;
          }
        });
  }

  private static boolean isWhole(ByteBuffer bytes) {
    if (bytes.capacity() < HEADER_BYTES || bytes.getLong(8) != VERSION) {
      return false;
    }
    long count = bytes.getLong(16);
    long tailAt = bytes.getLong(24);
    return count >= 1
        && count <= bytes.capacity() / ENTRY_BYTES
        && tailAt >= HEADER_BYTES + ENTRY_BYTES * count
        && tailAt <= bytes.capacity()
        && digests(bytes, (int) count, (int) tailAt).equals(storedDigests(bytes));
  }

  private boolean hasAllWords() {
    return words.size() >= 2 && folderCount() >= 1 && words.size() >= 2 + 2 * folderCount();
  }

  private static List<byte[]> words(ByteBuffer bytes, int tailAt) {
    byte[] tail = new byte[bytes.capacity() - tailAt];
    bytes.get(tailAt, tail);
    List<byte[]> words = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < tail.length; i++) {
      if (tail[i] == 0) {
        words.add(Arrays.copyOfRange(tail, from, i));
        from = i + 1;
      }
    }
    return words;
  }

  private static String text(byte[] word) {
    return new String(word, StandardCharsets.UTF_8);
  }

  String pattern() {
    return text(words.getFirst());
  }

  int folderCount() {
    return Integer.parseInt(text(words.get(1)));
  }

  /** Path of a folder from the whole folder on. */
  byte[] folderName(int number) {
    return words.get(2 + 2 * number);
  }

  long folderModifiedNanos(int number) {
    return Long.parseLong(text(words.get(3 + 2 * number)));
  }

  List<String> classes() {
    return words.subList(2 + 2 * folderCount(), words.size()).stream()
        .map(FolderIndexFile::text)
        .toList();
  }

  int fileCount() {
    return count;
  }

  long sizeBytes(int number) {
    return bytes.getLong(HEADER_BYTES + 8 * number);
  }

  long modifiedNanos(int number) {
    return bytes.getLong(HEADER_BYTES + 8 * (count + number));
  }

  /** The path of a file from the folder on. */
  byte[] fileName(int number) {
    int namesAt = HEADER_BYTES + ENTRY_BYTES * count;
    int ends = HEADER_BYTES + 16 * count;
    int from = number == 0 ? 0 : Math.toIntExact(bytes.getLong(ends + 8 * (number - 1)));
    int to = Math.toIntExact(bytes.getLong(ends + 8 * number));
    byte[] name = new byte[to - from];
    bytes.get(namesAt + from, name);
    return name;
  }

  /** When the scan of the folder began, since 1970. */
  long startNanos() {
    return bytes.getLong(32);
  }

  /** When it ended. */
  long endNanos() {
    return bytes.getLong(48);
  }

  long dataBytes() {
    return bytes.getLong(40);
  }

  /** Of names, sizes and classes of all files. */
  String digest() {
    return storedDigests(bytes).get(2);
  }

  /** Of names, sizes, times and classes of all files, as in version 2 of the index. */
  String datedDigest() {
    return storedDigests(bytes).get(0);
  }

  private static ByteBuffer bytes(Path file) throws IOException {
    return Uninterrupted.call(
        () -> {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > MOST_BYTES) {
              throw PenstockException.about(
                  ErrorKind.WRONG_FORMAT,
                  file,
                  "expected an index of less than 2 GiB, found " + channel.size() + " bytes");
            }
            ByteBuffer bytes =
                Directories.isPosix(file)
                    ? channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    : copy(channel); // What is mapped cannot be replaced there.
            return bytes.order(ByteOrder.LITTLE_ENDIAN);
          }
        });
  }

  private static ByteBuffer copy(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = channel.read(bytes);
    }
    return bytes.flip();
  }

  /** The bytes of an index. */
  static byte[] encode(String pattern, FolderScan listing, long endNanos) {
    byte[] tail = tail(pattern, listing);
    int count = listing.fileCount();
    long nameBytes = listing.files().stream().mapToLong(file -> file.bytes().length).sum();
    long size = HEADER_BYTES + (long) ENTRY_BYTES * count + nameBytes + tail.length;
    if (size > MOST_BYTES) {
      throw PenstockException.about(
          ErrorKind.RESOURCE_LIMIT,
          listing.folder(),
          "expected files whose names and sizes take less than 2 GiB, found %d files: divide the"
                  .formatted(count)
              + " folder, or join files into an array of values");
    }
    byte[] index = new byte[(int) size];
    ByteBuffer bytes = ByteBuffer.wrap(index).order(ByteOrder.LITTLE_ENDIAN);
    int nameAt = HEADER_BYTES + ENTRY_BYTES * count;
    long nameEnd = 0;
    long dataBytes = 0;
    for (int i = 0; i < count; i++) {
      FolderScan.Found found = listing.files().get(i);
      nameEnd += found.bytes().length;
      dataBytes += found.sizeBytes();
      bytes.putLong(HEADER_BYTES + 8 * i, found.sizeBytes());
      bytes.putLong(HEADER_BYTES + 8 * (count + i), found.modifiedNanos());
      bytes.putLong(HEADER_BYTES + 8 * (2 * count + i), nameEnd);
      bytes.putInt(HEADER_BYTES + 24 * count + 4 * i, listing.label(i));
      bytes.put(nameAt, found.bytes());
      nameAt += found.bytes().length;
    }
    bytes.put(nameAt, tail);
    bytes.putLong(0, MAGIC).putLong(8, VERSION).putLong(16, count).putLong(24, nameAt);
    bytes.putLong(32, listing.startNanos()).putLong(40, dataBytes).putLong(48, endNanos);
    List<String> digests = digests(bytes, count, nameAt);
    for (int i = 0; i < digests.size(); i++) {
      bytes.put(DIGESTS_AT + i * DIGEST_BYTES, HexFormat.of().parseHex(digests.get(i)));
    }
    return index;
  }

  private static byte[] tail(String pattern, FolderScan listing) {
    List<byte[]> words = new ArrayList<>();
    words.add(pattern.getBytes(StandardCharsets.UTF_8));
    words.add(String.valueOf(listing.folders().size()).getBytes(StandardCharsets.UTF_8));
    for (FolderScan.Found found : listing.folders()) {
      words.add(found.bytes());
      words.add(String.valueOf(found.modifiedNanos()).getBytes(StandardCharsets.UTF_8));
    }
    listing.classes().forEach(name -> words.add(name.getBytes(StandardCharsets.UTF_8)));
    ByteBuffer tail = ByteBuffer.allocate(words.stream().mapToInt(word -> word.length + 1).sum());
    words.forEach(word -> tail.put(word).put((byte) 0));
    return tail.array();
  }

  /** Atomically: other processes may be reading the old index, or making the same. */
  static void write(Path file, byte[] index) {
    try (PartialFile unfinished = PartialFile.create(file, true)) {
      ByteBuffer bytes = ByteBuffer.wrap(index);
      while (bytes.hasRemaining()) {
        unfinished.channel().write(bytes);
      }
      unfinished.commit();
    } catch (PenstockException e) {
      throw e.getCause() instanceof IOException reason ? notWritten(file, reason) : e;
    } catch (IOException e) {
      throw notWritten(file, e);
    }
  }

  private static PenstockException notWritten(Path file, IOException e) {
    return PenstockException.about(
        ErrorKind.WRITE_FAILED,
        file,
        "expected a place where the index of the folder can be written, found: %s: choose another"
                .formatted(SystemReason.of(e))
            + " place for it, with --folder-index FILE or DatasetBuilder.folder",
        e);
  }

  private static List<String> storedDigests(ByteBuffer bytes) {
    List<String> digests = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      byte[] digest = new byte[DIGEST_BYTES];
      bytes.get(DIGESTS_AT + i * DIGEST_BYTES, digest);
      digests.add(HexFormat.of().formatHex(digest));
    }
    return digests;
  }

  /** Of the files with their times; of the header and the words; of the files without times. */
  private static List<String> digests(ByteBuffer bytes, int count, int tailAt) {
    int timesAt = HEADER_BYTES + 8 * count;
    int endsAt = HEADER_BYTES + 16 * count;
    return List.of(
        digest(bytes, HEADER_BYTES, tailAt),
        digest(bytes, 0, DIGESTS_AT, tailAt, bytes.capacity()),
        digest(bytes, HEADER_BYTES, timesAt, endsAt, tailAt));
  }

  /** Of ranges, each from one number to the next. */
  private static String digest(ByteBuffer bytes, int... ranges) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int i = 0; i < ranges.length; i += 2) {
        digest.update(bytes.slice(ranges[i], ranges[i + 1] - ranges[i]));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
