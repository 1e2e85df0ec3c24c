package io.penstock.bench.cold.child;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A buffer for direct reads: they begin and end at multiples of the block size, records do not. So
 * the blocks around a record are read, and the record is copied out.
 */
final class AlignedRead {
  private final int alignment;
  private final ByteBuffer buffer;
  private final MemorySegment memory;
  private int recordBytes;
  private int head;

  /**
   * Allocates the buffer.
   *
   * @param mostBytes of the largest record
   */
  AlignedRead(int alignment, long mostBytes) {
    this.alignment = alignment;
    int bytes = Math.toIntExact((mostBytes + alignment - 1) / alignment * alignment + alignment);
    // Also aligned in memory, which alignedSlice does only for whole multiples.
    this.buffer = ByteBuffer.allocateDirect(bytes + alignment).alignedSlice(alignment);
    this.memory = MemorySegment.ofBuffer(buffer.duplicate().clear());
  }

  /** Sets the buffer up for the blocks around a record; returns where in the file they begin. */
  long prepare(long offsetBytes, long bytes) {
    recordBytes = Math.toIntExact(bytes);
    head = (int) (offsetBytes % alignment);
    int blocks = (head + recordBytes + alignment - 1) / alignment;
    buffer.clear().limit(blocks * alignment);
    return offsetBytes - head;
  }

  ByteBuffer buffer() {
    return buffer;
  }

  /** Copies the record out, after so many bytes were read. */
  void copy(int readBytes, MemorySegment target, long targetOffset) throws IOException {
    // The last blocks of a file may be cut short, but not within a record.
    if (readBytes < head + recordBytes) {
      throw new IOException(
          "expected to read %d bytes at once, found %d".formatted(head + recordBytes, readBytes));
    }
    MemorySegment.copy(memory, head, target, targetOffset, recordBytes);
  }
}
