package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.Part;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.wait.Uninterrupted;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The checksums of records, mapped from their file, and found by the names of columns. What it owns
 * is the mapping: closing it ends all use. Thread-safe.
 */
public final class ChecksumTable implements AutoCloseable {
  private static final ValueLayout.OfInt CRC =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The NumPy type of a column of checksums. */
  public static final String DESCR = "<u4";

  private final Path path;
  private final long[] offsets;
  private final long[] strides;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment data;

  /**
   * Opens the checksums of some columns.
   *
   * @param path of the file
   * @param columns to be checked; the file may have others beside
   * @return the checksums, to be closed by the caller
   * @throws PenstockException if the file cannot be read, or is of other data
   */
  public static ChecksumTable open(Path path, List<Column> columns) {
    Map<String, Part> parts =
        Formats.parts(path).stream().collect(Collectors.toMap(Part::name, Function.identity()));
    List<ArrayLayout> layouts =
        columns.stream().map(column -> layout(path, parts, column)).toList();
    return new ChecksumTable(path, layouts);
  }

  private ChecksumTable(Path path, List<ArrayLayout> layouts) {
    this.path = path;
    this.offsets = layouts.stream().mapToLong(ArrayLayout::dataOffset).toArray();
    this.strides =
        layouts.stream().mapToLong(layout -> layout.runs().getFirst().strideBytes()).toArray();
    try {
      data = Uninterrupted.call(() -> map(path, arena));
    } catch (IOException e) {
      arena.close();
      throw PenstockException.about(
          ErrorKinds.of(e), path, "the checksums cannot be read: " + SystemReason.of(e), e);
    }
  }

  private static MemorySegment map(Path path, Arena arena) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      return file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
    }
  }

  private static ArrayLayout layout(Path path, Map<String, Part> parts, Column column) {
    Part part = parts.get(column.name());
    if (part == null || !part.isField()) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          path,
          "expected checksums of a column '%s', found those of %s: make them with penstock checksum"
              .formatted(
                  column.name(), parts.keySet().stream().filter(name -> !name.isEmpty()).toList()));
    }
    ArrayLayout layout = part.layout();
    if (!layout.elementType().descr().equals(DESCR)
        || !layout.recordShape().isScalar()
        || layout.recordCount() != column.recordCount()) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          path,
          ("expected checksums (%s) of the %d records of column '%s', found %s of shape %s: they"
                  + " are of other data: make them with penstock checksum")
              .formatted(
                  DESCR,
                  column.recordCount(),
                  column.name(),
                  layout.elementType(),
                  layout.shape()));
    }
    return layout;
  }

  /**
   * The checksum of a record.
   *
   * @param column number of the column in the dataset
   * @param index of the record
   * @return CRC32C of its bytes as they are stored, its 32 bits
   * @throws PenstockException if the file has been cut short
   */
  public int get(int column, long index) {
    try {
      return data.get(CRC, offsets[column] + index * strides[column]);
    } catch (InternalError e) {
      throw PenstockException.about(
          ErrorKind.FILE_CHANGED,
          path,
          "expected the checksums, found that the file was cut short: make them again",
          e);
    }
  }

  /** Ends all use. Idempotent; any thread. */
  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
