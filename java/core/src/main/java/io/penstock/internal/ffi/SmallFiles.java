package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;
import java.lang.foreign.MemorySegment;

/**
 * Reads of files that are opened for this and closed again: penstock_file_read.
 *
 * <p>Stateless; any platform thread. Allocates nothing.
 */
public final class SmallFiles {
  private SmallFiles() {}

  /**
   * Reads a part of a file, which must be what it was when it was listed.
   *
   * @param path bytes of the system with a zero at the end, in native memory
   * @param sizeBytes that the file must have
   * @param modifiedNanos when it must have been modified
   * @param offsetBytes where to begin in it
   * @param lengthBytes how much to read
   * @param address where to
   * @return the length, or the number of an error, negative
   */
  public static long read(
      MemorySegment path,
      long sizeBytes,
      long modifiedNanos,
      long offsetBytes,
      long lengthBytes,
      long address) {
    return Penstock.penstock_file_read(
        path, sizeBytes, modifiedNanos, offsetBytes, lengthBytes, address);
  }
}
