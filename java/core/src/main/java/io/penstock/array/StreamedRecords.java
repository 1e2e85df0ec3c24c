package io.penstock.array;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Records of different sizes that do not lie in the file as they are, but can be read from the
 * first to the last: strings in the compressed pages of a Parquet file. They cannot be shuffled in
 * place; {@code penstock convert} writes them out once, and the result can.
 *
 * <p>Immutable; holds no open file.
 */
public final class StreamedRecords {
  /** The source of the records. */
  public interface RecordStreamSource {
    /**
     * Opens a stream of the records, from the first on.
     *
     * @return the records, to be closed by the caller
     * @throws IOException if the file cannot be opened
     */
    RecordStream open() throws IOException;
  }

  private final Path path;
  private final String part;
  private final ElementType elementType;
  private final long recordCount;
  private final RecordStreamSource source;

  private StreamedRecords(
      Path path,
      String part,
      ElementType elementType,
      long recordCount,
      RecordStreamSource source) {
    this.path = Objects.requireNonNull(path, "path");
    this.part = Objects.requireNonNull(part, "part");
    this.elementType = Objects.requireNonNull(elementType, "elementType");
    this.recordCount = recordCount;
    this.source = Objects.requireNonNull(source, "source");
    if (recordCount < 0) {
      throw new IllegalArgumentException("recordCount must be at least 0, was " + recordCount);
    }
  }

  /**
   * Records that a source delivers.
   *
   * @param path the file
   * @param part name of the part of the file; empty if the records are the whole file
   * @param elementType type of the values, as delivered
   * @param recordCount how many there are
   * @param source of the records
   * @return the records
   * @throws IllegalArgumentException if the number is negative
   */
  public static StreamedRecords of(
      Path path,
      String part,
      ElementType elementType,
      long recordCount,
      RecordStreamSource source) {
    return new StreamedRecords(path, part, elementType, recordCount, source);
  }

  /**
   * The file.
   *
   * @return its path
   */
  public Path path() {
    return path;
  }

  /**
   * Name of the part of the file.
   *
   * @return the name; empty if the records are the whole file
   */
  public String part() {
    return part;
  }

  /**
   * Type of the values, as delivered.
   *
   * @return the type; uint8 for bytes and strings
   */
  public ElementType elementType() {
    return elementType;
  }

  /**
   * How many records there are.
   *
   * @return at least 0
   */
  public long recordCount() {
    return recordCount;
  }

  /**
   * The source of the records.
   *
   * @return opens them, any number of times
   */
  public RecordStreamSource source() {
    return source;
  }

  @Override
  public String toString() {
    return "StreamedRecords[%s, part='%s', %d of %s]"
        .formatted(path, part, recordCount, elementType);
  }
}
