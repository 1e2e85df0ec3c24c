package io.penstock.internal.index;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.index.IndexColumn.Kind;
import io.penstock.internal.index.IndexColumn.Section;
import io.penstock.internal.wait.Uninterrupted;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * An index file: what a scan found in one container.
 *
 * <p>What it owns: the layout of the file. A header of {@value #HEADER_BYTES} bytes (magic,
 * version, size and CRC32C of the directory); the sections, each at a multiple of {@value
 * #ALIGNMENT}, little-endian; behind them the directory, big-endian: the scan's id, size and
 * modification time of the container, facts, columns with the place and CRC32C of each section. It
 * must not trust a file that it did not write. Immutable; holds no open file.
 */
final class IndexFile {
  static final int ALIGNMENT = 64;
  static final int HEADER_BYTES = 64;

  private static final byte[] MAGIC = "PNSTKIDX".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;

  /** Names of columns and facts; the records are not in it. */
  private static final int MOST_DIRECTORY_BYTES = 64 << 20;

  private final Path path;
  private final long fileBytes;
  private final FileTime modified;
  private final Container container;
  private final Map<String, String> facts;
  private final List<IndexColumn> columns;

  /**
   * What an index is of.
   *
   * @param scanId of the scan that made it
   * @param bytes size of the container
   * @param modified when that was last modified
   */
  record Container(String scanId, long bytes, FileTime modified) {}

  private IndexFile(Path path, BasicFileAttributes attributes, DataInputStream directory)
      throws IOException {
    this.path = path;
    this.fileBytes = attributes.size();
    this.modified = attributes.lastModifiedTime();
    this.container = new Container(text(directory), directory.readLong(), time(directory));
    this.facts = new LinkedHashMap<>();
    int factCount = directory.readInt();
    for (int i = 0; i < factCount; i++) {
      facts.put(text(directory), text(directory));
    }
    this.columns = new ArrayList<>();
    int columnCount = directory.readInt();
    for (int i = 0; i < columnCount; i++) {
      columns.add(column(directory));
    }
  }

  Path path() {
    return path;
  }

  long fileBytes() {
    return fileBytes;
  }

  FileTime modified() {
    return modified;
  }

  Container container() {
    return container;
  }

  Map<String, String> facts() {
    return facts;
  }

  List<IndexColumn> columns() {
    return columns;
  }

  /** Whether the file is still the one that was read. */
  boolean isThere() {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return now.size() == fileBytes && now.lastModifiedTime().equals(modified);
    } catch (IOException e) {
      return false; // Then it is made again.
    }
  }

  /**
   * Reads an index. All of it is checked, so that a damaged one is never believed.
   *
   * @param path where it may be
   * @return empty if there is none, or it is damaged or of another version: it can be made again
   * @throws IOException if it cannot be read
   */
  static Optional<IndexFile> read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return Optional.empty(); // Opening a pipe in its place would block.
    }
    return Uninterrupted.call(
        () -> {
          try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
              Arena arena = Arena.ofConfined()) {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            MemorySegment all = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
            return whole(path, attributes, all);
          } catch (NoSuchFileException e) {
            return Optional.empty(); // It was being replaced.
          }
        });
  }

  private static Optional<IndexFile> whole(
      Path path, BasicFileAttributes attributes, MemorySegment all) throws IOException {
    if (all.byteSize() < HEADER_BYTES || !isOne(all)) {
      return Optional.empty();
    }
    ByteBuffer header = all.asSlice(0, HEADER_BYTES).asByteBuffer();
    int directoryBytes = header.getInt(12);
    long directoryAt = header.getLong(16);
    if (header.getInt(8) != VERSION
        || directoryBytes < 0
        || directoryBytes > MOST_DIRECTORY_BYTES
        || directoryAt != all.byteSize() - directoryBytes
        || header.getInt(24) != crc(all.asSlice(directoryAt))) {
      return Optional.empty();
    }
    byte[] directory = new byte[directoryBytes];
    all.asSlice(directoryAt).asByteBuffer().get(directory);
    try {
      IndexFile index =
          new IndexFile(path, attributes, new DataInputStream(new ByteArrayInputStream(directory)));
      return index.isSound(all, directoryAt) ? Optional.of(index) : Optional.empty();
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      return Optional.empty(); // The sums are right, but these bytes were never written here.
    }
  }

  /** Whether a file begins as an index does. */
  static boolean isOne(Path path) throws IOException {
    return Uninterrupted.call(
        () -> {
          try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            byte[] start = new byte[MAGIC.length];
            return file.read(ByteBuffer.wrap(start), 0) == start.length
                && MemorySegment.ofArray(start).mismatch(MemorySegment.ofArray(MAGIC)) < 0;
          }
        });
  }

  private static boolean isOne(MemorySegment all) {
    return all.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) < 0;
  }

  private boolean isSound(MemorySegment all, long end) {
    for (IndexColumn column : columns) {
      boolean isSound =
          column.records() >= 0
              && column.missing() >= 0
              && column.dataBytes() >= 0
              && isWhole(all, end, column.first())
              && isWhole(all, end, column.second())
              && isWhole(all, end, column.third())
              && hasAllRecords(column);
      if (!isSound) {
        return false;
      }
    }
    return columns.stream().mapToLong(IndexColumn::records).distinct().count() <= 1;
  }

  private static boolean isWhole(MemorySegment all, long end, Section section) {
    return section.offsetBytes() >= 0
        && section.bytes() >= 0
        && section.offsetBytes() <= end
        && section.bytes() <= end - section.offsetBytes()
        && crc(all.asSlice(section.offsetBytes(), section.bytes())) == section.crc();
  }

  private static boolean hasAllRecords(IndexColumn column) {
    long records = column.records();
    long starts = Math.multiplyExact(records, Long.BYTES);
    boolean hasLengths =
        column.second().bytes() == starts
            || column.second().bytes() == Math.multiplyExact(records, Integer.BYTES);
    return switch (column.kind()) {
      case PLACES -> column.first().bytes() == starts && hasLengths;
      case TEXTS -> column.third().bytes() == starts && hasLengths;
      case RUNS -> column.first().bytes() % (3 * Long.BYTES) == 0;
      case VALUES ->
          column.first().bytes()
              == Math.multiplyExact(
                  records, column.type().sizeBytes() * column.recordShape().elementCount());
    };
  }

  private static int crc(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    for (long at = 0; at < bytes.byteSize(); at += 1 << 30) {
      crc.update(bytes.asSlice(at, Math.min(1 << 30, bytes.byteSize() - at)).asByteBuffer());
    }
    return (int) crc.getValue();
  }

  /**
   * Writes an index: sections, directory, and the header last, so that a file that was not finished
   * is none.
   *
   * @param file empty
   * @param container what it is of
   * @param found all that is in it
   */
  static void write(FileChannel file, Container container, FoundColumns found) throws IOException {
    file.position(HEADER_BYTES);
    List<IndexColumn> columns = found.writeTo(file);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream directory = new DataOutputStream(bytes);
    put(directory, container.scanId());
    directory.writeLong(container.bytes());
    directory.writeLong(container.modified().to(TimeUnit.NANOSECONDS));
    directory.writeInt(found.facts().size());
    for (Map.Entry<String, String> fact : found.facts().entrySet()) {
      put(directory, fact.getKey());
      put(directory, fact.getValue());
    }
    directory.writeInt(columns.size());
    for (IndexColumn column : columns) {
      put(directory, column);
    }
    if (bytes.size() > MOST_DIRECTORY_BYTES) {
      throw new IOException(
          "expected names of columns of at most %d bytes in all, found %d"
              .formatted(MOST_DIRECTORY_BYTES, bytes.size()));
    }
    MemorySegment all = MemorySegment.ofArray(bytes.toByteArray());
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).put(MAGIC);
    header.putInt(VERSION).putInt(bytes.size()).putLong(file.position()).putInt(crc(all));
    writeAll(file, all.asByteBuffer(), file.position());
    writeAll(file, header.rewind(), 0);
  }

  private static void writeAll(FileChannel file, ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes, at + bytes.position());
    }
  }

  private static void put(DataOutputStream out, IndexColumn column) throws IOException {
    put(out, column.kind().name());
    put(out, column.name());
    put(out, column.type().descr());
    out.writeInt(column.recordShape().rank());
    for (long size : column.recordShape().toArray()) {
      out.writeLong(size);
    }
    out.writeLong(column.records());
    out.writeLong(column.missing());
    out.writeLong(column.dataBytes());
    out.writeLong(column.fromBytes());
    out.writeLong(column.toBytes());
    for (Section section : List.of(column.first(), column.second(), column.third())) {
      out.writeLong(section.offsetBytes());
      out.writeLong(section.bytes());
      out.writeInt(section.crc());
    }
  }

  private static IndexColumn column(DataInputStream in) throws IOException {
    Kind kind = Kind.valueOf(text(in));
    String name = text(in);
    ElementType type = ElementType.parse(text(in));
    long[] sizes = new long[Math.min(in.readInt(), ArrayLayout.MAX_AXES)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = in.readLong();
    }
    return new IndexColumn(
        kind,
        name,
        type,
        Shape.of(sizes),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        section(in),
        section(in),
        section(in));
  }

  private static Section section(DataInputStream in) throws IOException {
    return new Section(in.readLong(), in.readLong(), in.readInt());
  }

  private static void put(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("a text is longer than the directory");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static FileTime time(DataInputStream in) throws IOException {
    return FileTime.from(in.readLong(), TimeUnit.NANOSECONDS);
  }
}
