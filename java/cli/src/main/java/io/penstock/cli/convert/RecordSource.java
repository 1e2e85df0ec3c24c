package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A sequence of records of one type. Used by one thread at a time.
 *
 * <p>Wrong data throws a {@link io.penstock.error.PenstockException} that names the file.
 */
public interface RecordSource extends AutoCloseable {
  /** What {@link #recordCount} returns while it is unknown. */
  long UNKNOWN = -1;

  /** Bytes of a chunk, about: enough for the device, small for the memory. */
  int CHUNK_BYTES = 4 << 20;

  /**
   * Type of the elements.
   *
   * @return the type of the elements in chunks
   */
  ElementType elementType();

  /**
   * Fields of structured elements.
   *
   * @return empty for plain elements
   */
  default List<Field> fields() {
    return List.of();
  }

  /**
   * Sizes of the axes of a record.
   *
   * @return no axes where a record is one element
   */
  Shape recordShape();

  /**
   * The number of records.
   *
   * @return at least 0, or {@link #UNKNOWN}
   */
  long recordCount();

  /**
   * Identifies the records, so that interrupted work is resumed with the same records only.
   *
   * @return files with their sizes and times, and options
   */
  String identity();

  /**
   * The next records.
   *
   * @return whole records, at least one, to be used until the next call; they may be changed. Null
   *     behind the last one
   * @throws IOException if they cannot be read
   */
  MemorySegment next() throws IOException;

  /**
   * Size of a record.
   *
   * @return in bytes, at least 1
   */
  default long recordBytes() {
    return Math.multiplyExact(elementType().sizeBytes(), recordShape().elementCount());
  }

  @Override
  void close() throws IOException;
}
