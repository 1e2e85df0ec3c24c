package io.penstock.internal.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What lies behind a small piece of a file, read along with it: the headers of many small members
 * of an archive are neighbours, and a read of each would take longer than all else.
 *
 * <p>Nothing is read along until a small piece lies close behind another one. Thread-safe.
 */
final class NearbyBytes {
  /** Larger pieces are read by themselves. */
  private static final int MOST_BYTES = 4 << 10;

  /** From one piece to the next. */
  private static final int NEAR_BYTES = 8 << 10;

  private static final int BLOCK_BYTES = 64 << 10;

  /** Of a file, as FileChannel.read. */
  @FunctionalInterface
  interface PieceReads {
    int read(ByteBuffer bytes, long position) throws IOException;
  }

  private final PieceReads file;
  private byte[] block = {};
  private long blockAt;
  private long lastEnd = -1;

  NearbyBytes(PieceReads file) {
    this.file = file;
  }

  /**
   * Brings a piece, if it is there or worth reading along with what follows.
   *
   * @param position where it begins in the file
   * @param bytes filled with it
   * @return whether it was: if not, it is to be read by itself
   */
  synchronized boolean fill(long position, byte[] bytes) throws IOException {
    if (bytes.length > MOST_BYTES) {
      return false;
    }
    boolean isNear = position >= lastEnd && position - lastEnd <= NEAR_BYTES && lastEnd >= 0;
    lastEnd = position + bytes.length;
    if (!has(position, bytes.length) && isNear) {
      read(position);
    }
    if (!has(position, bytes.length)) {
      return false;
    }
    System.arraycopy(block, (int) (position - blockAt), bytes, 0, bytes.length);
    return true;
  }

  private boolean has(long position, int count) {
    return position >= blockAt && position + count <= blockAt + block.length;
  }

  private void read(long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BLOCK_BYTES);
    while (buffer.hasRemaining() && file.read(buffer, position + buffer.position()) >= 0) {
      // On, to its end or that of the file.
    }
    block = new byte[buffer.position()];
    buffer.flip().get(block);
    blockAt = position;
  }
}
