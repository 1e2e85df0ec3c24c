package io.penstock.internal.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** A section of an index while it is found: its end in memory, and what is before it in a file. */
final class Spool {
  private static final int FIRST_BYTES = 64;
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final SpoolFile file;
  private ByteBuffer buffer = NONE;

  /** Where the pieces before the buffer are in the file, and the bytes of each. */
  private long[] offsets = {};

  private int[] sizes = {};
  private int pieces;
  private long written;

  /**
   * An empty section.
   *
   * @param file that it shares with others
   */
  Spool(SpoolFile file) {
    this.file = file;
  }

  long bytes() {
    return written + buffer.position();
  }

  void putLong(long number) throws IOException {
    reserve(Long.BYTES);
    buffer.putLong(number);
  }

  void putInt(int number) throws IOException {
    reserve(Integer.BYTES);
    buffer.putInt(number);
  }

  void put(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      reserve(1);
      int count = Math.min(bytes.remaining(), buffer.remaining());
      buffer.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
    }
  }

  /** Makes room for a few bytes. */
  private void reserve(int count) throws IOException {
    if (buffer.remaining() >= count) {
      return;
    }
    int most = file.pieceBytes();
    if (buffer.capacity() == 0) {
      file.join();
    }
    if (buffer.capacity() >= most) {
      flush();
    } else {
      int grown = Math.clamp(2L * buffer.capacity(), FIRST_BYTES, most);
      buffer = ByteBuffer.allocate(grown).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
    }
  }

  private void flush() throws IOException {
    if (pieces == sizes.length) {
      int room = Math.max(4, pieces + pieces / 2);
      offsets = Arrays.copyOf(offsets, room);
      sizes = Arrays.copyOf(sizes, room);
    }
    buffer.flip();
    sizes[pieces] = buffer.remaining();
    written += buffer.remaining();
    offsets[pieces++] = file.append(buffer);
    buffer.clear();
  }

  /** Takes numbers, one after another. */
  interface SpooledNumbers {
    void next(long number) throws IOException;
  }

  /** Goes through all int64 numbers in it. */
  void forEachLong(SpooledNumbers numbers) throws IOException {
    forEachPiece(
        piece -> {
          while (piece.hasRemaining()) {
            numbers.next(piece.getLong());
          }
        });
  }

  private interface Pieces {
    void next(ByteBuffer piece) throws IOException;
  }

  private void forEachPiece(Pieces all) throws IOException {
    for (int i = 0; i < pieces; i++) {
      all.next(file.read(offsets[i], sizes[i]));
    }
    all.next(buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip());
  }

  /**
   * Appends it to a file.
   *
   * @param target at the place where it is to begin
   * @return where it lies there
   */
  IndexColumn.Section copyTo(FileChannel target) throws IOException {
    CRC32C crc = new CRC32C();
    long offset = target.position();
    forEachPiece(
        piece -> {
          crc.update(piece.duplicate());
          while (piece.hasRemaining()) {
            target.write(piece);
          }
        });
    return new IndexColumn.Section(offset, target.position() - offset, (int) crc.getValue());
  }

  /** Forgets all of it. */
  void clear() {
    buffer = NONE;
    pieces = 0;
    written = 0;
  }
}
