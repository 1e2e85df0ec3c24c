package io.penstock.internal.format.mds;

import io.penstock.internal.format.OpenFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Walks over the offsets of the samples in a shard, some thousand at a time, and checks that
 * samples follow one another within the file. Used by one thread.
 */
final class SampleOffsets {
  private static final int BUFFER_BYTES = 1 << 18;

  private final OpenFile file;
  private final long count;
  private final ByteBuffer buffer;

  /** The sample that the walk is at, from 0 on; -1 before the first. */
  private long number = -1;

  private long begin;
  private long end;

  /**
   * Begins before the first sample.
   *
   * @param count number of samples, whose offsets the file has
   * @param samplesAt where the first begins
   */
  SampleOffsets(OpenFile file, long count, long samplesAt) {
    this.file = file;
    this.count = count;
    this.buffer =
        ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, 4 * count))
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
    this.end = samplesAt;
  }

  /** Goes to the next sample; false behind the last. */
  boolean next() {
    if (number + 1 == count) {
      return false;
    }
    number++;
    if (!buffer.hasRemaining()) {
      fill();
    }
    begin = end;
    end = Integer.toUnsignedLong(buffer.getInt());
    if (end < begin || end > file.sizeBytes()) {
      throw MdsScan.damaged(
          file,
          MdsHeader.OFFSETS_AT + 4 * (number + 1),
          "expected sample %d to end in bytes %d to %d, found %d"
              .formatted(number, begin, file.sizeBytes(), end));
    }
    return true;
  }

  long number() {
    return number;
  }

  /** Where the sample begins. */
  long begin() {
    return begin;
  }

  /** Where the sample ends; before the first sample, where that begins. */
  long end() {
    return end;
  }

  private void fill() {
    buffer.clear().limit((int) Math.min(buffer.capacity(), 4 * (count - number)));
    // Sample i ends at offset i + 1.
    file.fill(buffer, MdsHeader.OFFSETS_AT + 4 * (number + 1), "the offsets of its samples");
    buffer.flip();
  }
}
