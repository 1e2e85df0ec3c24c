package io.penstock.checksum;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The checksums of the records of one shard, in a file without a header: what one of several
 * processes that write shards keeps for {@link ShardChecksums}. It is deleted unless it is
 * {@linkplain #finish finished}. One thread at a time.
 */
public final class RecordChecksumPart implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 << 10;

  private final Path path;
  private final FileChannel file;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private boolean isFinished;

  /**
   * Starts the file.
   *
   * @param path of the file, which must not exist
   * @throws PenstockException if it cannot be made
   */
  public RecordChecksumPart(Path path) {
    this.path = path;
    try {
      this.file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Appends checksums: those of the columns of a record side by side, and one record after another.
   *
   * @param checksums the 32 bits of the CRC32C of each
   * @param count how many of them
   * @throws PenstockException if they cannot be written
   */
  public void append(int[] checksums, int count) {
    try {
      for (int i = 0; i < count; i++) {
        if (!buffer.hasRemaining()) {
          flush();
        }
        buffer.putInt(checksums[i]);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }

  /**
   * Writes what is left, and keeps the file.
   *
   * @throws PenstockException if it cannot be written
   */
  public void finish() {
    try {
      flush();
      file.close();
      isFinished = true;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private PenstockException failed(IOException e) {
    return PenstockException.about(
        ErrorKind.WRITE_FAILED,
        path,
        "the checksums of records were not written: " + SystemReason.of(e),
        e);
  }

  /** Deletes the file unless it is finished. Idempotent. */
  @Override
  public void close() {
    if (isFinished) {
      return;
    }
    try {
      file.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
