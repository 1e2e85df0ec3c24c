package io.penstock.internal.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A section of an index while it is found: in memory as long as it is small, then in a file without
 * a name, which the system deletes however the process ends.
 */
final class Spool implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final Path directory;
  private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

  /** Null until the buffer was full. */
  private FileChannel file;

  private long written;

  /**
   * An empty section.
   *
   * @param directory for the file
   */
  Spool(Path directory) {
    this.directory = directory;
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
      reserve(Math.min(bytes.remaining(), BUFFER_BYTES));
      int count = Math.min(bytes.remaining(), buffer.remaining());
      buffer.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
    }
  }

  private void reserve(int count) throws IOException {
    if (buffer.remaining() >= count) {
      return;
    }
    if (buffer.capacity() < BUFFER_BYTES) {
      int grown =
          Math.min(BUFFER_BYTES, Math.max(2 * buffer.capacity(), buffer.position() + count));
      buffer = ByteBuffer.allocate(grown).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
    }
    if (buffer.remaining() < count) {
      flush();
    }
  }

  private void flush() throws IOException {
    if (file == null) {
      file = nameless();
    }
    buffer.flip();
    while (buffer.hasRemaining()) {
      written += file.write(buffer, written);
    }
    buffer.clear();
  }

  private FileChannel nameless() throws IOException {
    Path path = Files.createTempFile(directory, ".penstock-index-", ".tmp");
    try {
      return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(path);
    }
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

  private void forEachPiece(Pieces pieces) throws IOException {
    if (file != null) {
      flush();
      ByteBuffer piece = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (long at = 0; at < written; at += piece.limit()) {
        piece.clear().limit((int) Math.min(BUFFER_BYTES, written - at));
        while (piece.hasRemaining()) {
          if (file.read(piece, at + piece.position()) < 0) {
            throw new IOException("a temporary file was cut short");
          }
        }
        pieces.next(piece.flip());
      }
    } else {
      pieces.next(buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip());
    }
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

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
