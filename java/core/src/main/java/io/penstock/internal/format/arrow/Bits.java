package io.penstock.internal.format.arrow;

import io.penstock.internal.format.OpenFile;
import java.nio.ByteBuffer;

/** Bits of a buffer in a file, one after another. */
final class Bits {
  private static final int PIECE_BYTES = 1 << 13;

  private final OpenFile file;
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES).limit(0);
  private final long end;
  private long next;
  private int left;
  private int bits;

  /**
   * Begins with the lowest bit of the first byte.
   *
   * @param buffer that the file has
   */
  Bits(OpenFile file, ArrowBatch.Buffer buffer) {
    this.file = file;
    this.next = buffer.offset();
    this.end = buffer.offset() + buffer.bytes();
  }

  /** The next bit, of which the buffer must have one. */
  boolean next() {
    if (left == 0) {
      if (!piece.hasRemaining()) {
        piece.clear().limit((int) Math.min(PIECE_BYTES, end - next));
        file.fill(piece, next, "bits");
        next += piece.flip().remaining();
      }
      bits = piece.get();
      left = Byte.SIZE;
    }
    boolean bit = (bits & 1) != 0;
    bits >>= 1;
    left--;
    return bit;
  }
}
