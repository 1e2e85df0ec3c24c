package io.penstock.internal.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where the sections of an index are kept while they are found, as soon as they are not small: one
 * file for all of them, so that neither memory nor open files grow with the number of columns. It
 * has no name, and the system deletes it however the process ends. Used by one thread.
 */
final class SpoolFile implements AutoCloseable {
  /** For all sections together. */
  private static final int MEMORY_BYTES = 32 << 20;

  private static final int MOST_PIECE_BYTES = 64 << 10;
  private static final int FEWEST_PIECE_BYTES = 256;

  private final Path directory;

  /** Null until something is written. */
  private FileChannel file;

  /** For reading; null before that. */
  private ByteBuffer buffer;

  private long size;
  private int sections;

  /**
   * Begins without a file.
   *
   * @param directory for it
   */
  SpoolFile(Path directory) {
    this.directory = directory;
  }

  /** A section more shares the memory. */
  void join() {
    sections++;
  }

  /** How much of a section is kept in memory at most, as of now. */
  int pieceBytes() {
    return Math.clamp(
        Integer.highestOneBit(MEMORY_BYTES / Math.max(1, sections)),
        FEWEST_PIECE_BYTES,
        MOST_PIECE_BYTES);
  }

  /**
   * Keeps a piece.
   *
   * @return where it is
   */
  long append(ByteBuffer piece) throws IOException {
    if (file == null) {
      file = nameless();
    }
    long at = size;
    while (piece.hasRemaining()) {
      size += file.write(piece, size);
    }
    return at;
  }

  /**
   * A piece.
   *
   * @param at where it is
   * @return valid until the next call, little-endian
   */
  ByteBuffer read(long at, int bytes) throws IOException {
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(MOST_PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
    buffer.clear().limit(bytes);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("a temporary file was cut short");
      }
    }
    return buffer.flip();
  }

  private FileChannel nameless() throws IOException {
    Path path = Files.createTempFile(directory, ".penstock-index-", ".tmp");
    try {
      return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(path);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
