package io.penstock.internal.dataset;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C of ranges of a native segment.
 *
 * <p>The JDK's CRC32C takes ByteBuffers only, of at most 2 GiB each. The views of the segment are
 * made once, so computing allocates nothing. One thread at a time.
 */
public final class SegmentCrc {
  /** A power of two. */
  private static final long VIEW_BYTES = 1 << 30;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer[] views;

  /**
   * Makes the views.
   *
   * @param segment native memory, which must outlive this
   */
  public SegmentCrc(MemorySegment segment) {
    views = new ByteBuffer[Math.toIntExact(Math.ceilDiv(segment.byteSize(), VIEW_BYTES))];
    for (int i = 0; i < views.length; i++) {
      long bytes = Math.min(VIEW_BYTES, segment.byteSize() - i * VIEW_BYTES);
      views[i] = segment.asSlice(i * VIEW_BYTES, bytes).asByteBuffer();
    }
  }

  /**
   * The checksum of a range.
   *
   * @param offset where it starts in the segment
   * @param bytes how long it is
   * @return CRC32C, its 32 bits
   */
  public int of(long offset, long bytes) {
    crc.reset();
    long at = offset;
    long end = offset + bytes;
    while (at < end) {
      ByteBuffer view = views[(int) (at / VIEW_BYTES)];
      int from = (int) (at % VIEW_BYTES);
      int until = (int) Math.min(view.capacity(), from + (end - at));
      crc.update(view.limit(until).position(from));
      at += until - from;
    }
    return (int) crc.getValue();
  }
}
