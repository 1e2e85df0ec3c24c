package io.penstock.internal.dataset;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Records of different sizes: how large each is, and its bytes.
 *
 * <p>Any thread; calls may block for the device. Batches are not read by it, but by native readers,
 * which are told where records lie. What is wrong with a record is a PenstockException that names
 * it, each time it is asked for.
 */
public interface VariableSource extends AutoCloseable {
  /** Size of one value: a record is a whole number of them. */
  int elementBytes();

  /** About how large records are, in bytes, at least 1. */
  long meanBytes();

  /**
   * Size of a record, a multiple of {@link #elementBytes}.
   *
   * @throws io.penstock.error.PenstockException if the files give it an impossible place
   */
  long bytes(long index);

  /**
   * Where records lie, for a table of them. Asked in ascending order of records.
   *
   * @param first index of the first record
   * @param count how many
   * @param files uint32, for the number of the file of each record
   * @param offsets uint64, for where each begins in its file, in bytes
   * @param lengths uint64, for how many bytes each has; -1 for a record that has an impossible
   *     place
   * @throws io.penstock.error.PenstockException if what says so was cut short
   */
  void places(
      long first, int count, MemorySegment files, MemorySegment offsets, MemorySegment lengths);

  /**
   * Where a record begins.
   *
   * @throws io.penstock.error.PenstockException if the files give it an impossible place
   */
  RecordPlace place(long index);

  /**
   * What people call a record: the file that it is, or the container that it lies in and what it is
   * called there, or the byte that it begins at.
   *
   * @throws io.penstock.error.PenstockException if the files give it an impossible place
   */
  String name(long index);

  /**
   * Whether a record has bytes in a range of a file, or its place is said there. A place that makes
   * no sense is none.
   *
   * @param index of the record
   * @param file any
   * @param from first byte of the range
   * @param to end of the range
   */
  boolean dependsOn(long index, Path file, long from, long to);

  /**
   * Reads one record, also on a thread of the user: an interrupt makes no difference, and closes
   * nothing that others read from.
   *
   * @param index of the record
   * @param into filled from its position to its limit
   * @throws io.penstock.error.PenstockException if the bytes are not there, or reading fails
   */
  void readSteadily(long index, ByteBuffer into);

  /** Closes its files. Idempotent; no thread may read any more. */
  @Override
  void close();
}
