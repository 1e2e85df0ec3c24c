package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Field;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Records of one type, from the first to the last. One thread at a time.
 *
 * <p>What is wrong with the data is a {@link io.penstock.error.PenstockException} that names the
 * file.
 */
public interface RecordSource extends AutoCloseable {
  /** What {@link #recordCount} returns while it is unknown. */
  long UNKNOWN = -1;

  /** About how much is handed over at a time: enough for the device, little for the memory. */
  int CHUNK_BYTES = 4 << 20;

  /**
   * Type of the elements.
   *
   * @return as they are handed over
   */
  ElementType elementType();

  /**
   * What structured elements are made of.
   *
   * @return empty for plain elements
   */
  default List<Field> fields() {
    return List.of();
  }

  /**
   * Sizes of the axes of a record.
   *
   * @return empty where a record is one element
   */
  List<Long> recordShape();

  /**
   * How many records there are.
   *
   * @return at least 0, or {@link #UNKNOWN}
   */
  long recordCount();

  /**
   * What the records follow from, so that work that was interrupted is continued with the same ones
   * only.
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
    long bytes = elementType().sizeBytes();
    for (long size : recordShape()) {
      bytes = Math.multiplyExact(bytes, size);
    }
    return bytes;
  }

  @Override
  void close() throws IOException;
}
