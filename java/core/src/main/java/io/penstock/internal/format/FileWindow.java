package io.penstock.internal.format;

import java.nio.ByteBuffer;

/**
 * Reads a file byte by byte, in one direction, with jumps over what need not be read.
 *
 * <p>After a jump it reads little, because the next jump may be near; without jumps it reads more
 * and more at a time. So a file of large payloads costs a small read for each, and a file of small
 * items is read in large pieces. Bytes that are skipped are not read.
 */
public final class FileWindow {
  private static final int LEAST_BYTES = 1 << 12;
  private static final int MOST_BYTES = 1 << 17;

  private final OpenFile file;
  private final byte[] window = new byte[MOST_BYTES];
  private int nextBytes = LEAST_BYTES;

  /** Where the window starts in the file, how much of it is filled, and how much was consumed. */
  private long windowOffset;

  private int filled;
  private int taken;

  public FileWindow(OpenFile file) {
    this.file = file;
  }

  /** Where the next byte is. */
  public long position() {
    return windowOffset + taken;
  }

  public long remaining() {
    return file.sizeBytes() - position();
  }

  /** The next byte, 0 to 255. The file must have one. */
  public int next() {
    if (taken == filled) {
      fill();
    }
    return window[taken++] & 0xff;
  }

  /** Goes to a place in the file, which must not be beyond its end. */
  public void moveTo(long position) {
    long within = position - windowOffset;
    if (within >= 0 && within <= filled) {
      taken = (int) within;
      return;
    }
    windowOffset = position;
    filled = 0;
    taken = 0;
    nextBytes = LEAST_BYTES;
  }

  /** Bytes from anywhere, without moving; taken from the window if it has them. */
  public byte[] peek(long offset, int count) {
    byte[] bytes = new byte[count];
    long within = offset - windowOffset;
    if (within >= 0 && within + count <= filled) {
      System.arraycopy(window, (int) within, bytes, 0, count);
    } else {
      file.fill(ByteBuffer.wrap(bytes), offset, "bytes of a name");
    }
    return bytes;
  }

  private void fill() {
    windowOffset += filled;
    int count = (int) Math.min(nextBytes, file.sizeBytes() - windowOffset);
    filled = 0;
    taken = 0;
    file.fill(ByteBuffer.wrap(window, 0, count), windowOffset, "the next bytes");
    filled = count;
    nextBytes = Math.min(MOST_BYTES, 2 * nextBytes);
  }
}
