package io.penstock.cli.check;

import io.penstock.cli.convert.CompressedFile;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.SelfCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * What is in a compressed file, for a check that goes forward: unpacked as it is asked for, and
 * nowhere written.
 *
 * <p>What it owns: two blocks, so that a check may go back a little. For a place further back the
 * file is unpacked from its beginning once more. Checks want that only behind damage, and a damaged
 * file is refused when that has happened too often.
 */
final class UnpackedBytes implements SelfCheck.CheckedBytes, AutoCloseable {
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int MOST_STARTS = 16;

  private final Path path;
  private final CompressedFile file;
  private final long sizeBytes;
  private InputStream in;
  private int starts;
  private ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).limit(0);
  private ByteBuffer before = ByteBuffer.allocate(BLOCK_BYTES).limit(0);

  /** Where the block begins; the one before it is full, and lies before it, if there is one. */
  private long blockAt;

  /**
   * Opens it.
   *
   * @param path of the file
   * @param file the same, whose checksums were compared
   * @param sizeBytes of what is in it
   */
  UnpackedBytes(Path path, CompressedFile file, long sizeBytes) {
    this.path = path;
    this.file = file;
    this.sizeBytes = sizeBytes;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public ByteBuffer at(long position) {
    if (in == null || position < blockAt - before.limit()) {
      start();
    }
    while (position >= blockAt + block.limit()) {
      next();
    }
    return position < blockAt
        ? view(before, position - (blockAt - before.limit()))
        : view(block, position - blockAt);
  }

  private static ByteBuffer view(ByteBuffer of, long from) {
    return of.duplicate().order(ByteOrder.LITTLE_ENDIAN).position((int) from);
  }

  private void start() {
    if (++starts > MOST_STARTS) {
      throw PenstockException.about(
          ErrorKind.DAMAGED_RECORD,
          path,
          "expected records that fit the checksums in the file, found damage in many places:"
              + " unpack it with penstock convert, and verify what is in it");
    }
    close();
    block.limit(0);
    before.limit(0);
    blockAt = 0;
    try {
      in = file.open(_ -> {});
    } catch (IOException e) {
      throw changed(e);
    }
  }

  private void next() {
    ByteBuffer oldest = before;
    before = block;
    blockAt += before.limit();
    block = oldest;
    try {
      block.limit(in.readNBytes(block.array(), 0, BLOCK_BYTES));
    } catch (IOException e) {
      throw changed(e);
    }
    if (block.limit() == 0) {
      throw changed(null); // It has been read to its end before.
    }
  }

  private PenstockException changed(IOException e) {
    return PenstockException.about(
        ErrorKind.FILE_CHANGED,
        path,
        "expected the file to stay as it was, found it changed while it was read: try again when"
            + " it is at rest",
        e);
  }

  @Override
  public void close() {
    if (in == null) {
      return;
    }
    try {
      in.close();
    } catch (IOException e) {
      throw PenstockException.about(ErrorKind.UNREADABLE, path, "closing the file failed: " + e, e);
    }
    in = null;
  }
}
