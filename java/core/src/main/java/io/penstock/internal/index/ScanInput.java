package io.penstock.internal.index;

import io.penstock.internal.format.OpenFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A container as a scan reads it: forward, in large pieces, with jumps over what need not be read.
 *
 * <p>Short gaps are read, since a device reads on faster than it starts anew; longer ones are
 * jumped over. Where much is read in one go, the next blocks are read ahead. Used by one thread
 * that is never interrupted; the file belongs to whoever opened it, and must stay open until this
 * is closed.
 */
public final class ScanInput implements AutoCloseable {
  static final int BUFFER_BYTES = 1 << 20;

  /** What is read rather than jumped over, if the bytes behind it are wanted. */
  private static final int LEAST_JUMP_BYTES = 256 << 10;

  /** After a jump, as the next jump may be near. */
  private static final int FIRST_READ_BYTES = 16 << 10;

  private final OpenFile file;
  private final LongConsumer progress;
  private final ByteBuffer buffer;

  /** Where the buffer begins in the file. */
  private long bufferOffset;

  private int nextReadBytes = FIRST_READ_BYTES;

  /** Null until as much was read in one go as a block has. */
  private @Nullable ReadAhead ahead;

  /**
   * Begins at the start of a file.
   *
   * @param progress is told how far the scan has come, in bytes, now and then
   */
  public ScanInput(OpenFile file, LongConsumer progress) {
    this.file = file;
    this.progress = progress;
    int bytes = (int) Math.min(BUFFER_BYTES, file.sizeBytes());
    this.buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  public Path path() {
    return file.path();
  }

  /** For errors: {@link OpenFile#problemAt} and its like. */
  public OpenFile file() {
    return file;
  }

  public long sizeBytes() {
    return file.sizeBytes();
  }

  /** Where the next byte is. */
  public long position() {
    return bufferOffset + buffer.position();
  }

  public long remaining() {
    return file.sizeBytes() - position();
  }

  /**
   * Goes to a place; forward costs least.
   *
   * @param position from 0 to the end of the file
   */
  public void moveTo(long position) {
    if (position < 0 || position > file.sizeBytes()) {
      throw new IllegalArgumentException(
          "position must be 0 to %d, was %d".formatted(file.sizeBytes(), position));
    }
    long within = position - bufferOffset;
    if (within >= 0 && within <= buffer.limit()) {
      buffer.position((int) within);
      return;
    }
    long gap = within - buffer.limit();
    bufferOffset = position;
    buffer.position(0).limit(0);
    if (gap < 0 || gap >= LEAST_JUMP_BYTES) {
      nextReadBytes = FIRST_READ_BYTES;
    }
  }

  /** Passes over bytes, at most those that remain. */
  public void skip(long bytes) {
    moveTo(position() + bytes);
  }

  /**
   * The next bytes, without passing over them.
   *
   * @param bytes how many, at most 1 MiB; the view has them from its position on, and more if more
   *     was read anyway. It is little-endian and valid until the next call
   * @param what names the bytes in the message if the file ends before them
   * @throws io.penstock.error.PenstockException if the file is cut short, or cannot be read
   */
  public ByteBuffer peek(int bytes, String what) {
    if (buffer.remaining() < bytes) {
      file.checkHas(position(), bytes, what);
      fill(bytes, what);
    }
    return buffer.slice(buffer.position(), buffer.remaining()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next bytes, in an array of their own; passes over them. */
  public byte[] take(int bytes, String what) {
    if (bytes > BUFFER_BYTES) {
      byte[] large = file.read(position(), bytes, what);
      skip(bytes);
      return large;
    }
    peek(bytes, what);
    byte[] taken = new byte[bytes];
    buffer.get(taken);
    return taken;
  }

  /**
   * Whatever is in the buffer, at least one byte unless the file is at its end: for scans that look
   * at each byte. The view is valid until the next call; {@link #skip} passes over what was used.
   */
  public ByteBuffer peekSome() {
    return remaining() == 0 ? ByteBuffer.allocate(0) : peek(1, "the next bytes");
  }

  private void fill(int atLeast, String what) {
    bufferOffset = position();
    buffer.compact();
    int kept = buffer.position();
    int wanted = Math.max(atLeast - kept, Math.min(nextReadBytes, buffer.remaining()));
    int count = (int) Math.min(wanted, file.sizeBytes() - bufferOffset - kept);
    buffer.limit(kept + count);
    read(bufferOffset + kept, what);
    buffer.flip();
    nextReadBytes = Math.min(BUFFER_BYTES, 2 * nextReadBytes);
    progress.accept(bufferOffset);
  }

  private void read(long offset, String what) {
    if (nextReadBytes < BUFFER_BYTES) {
      file.fillOnOwnThread(buffer, offset, what);
      return;
    }
    if (ahead == null) {
      ahead = new ReadAhead(file);
    }
    ahead.fill(buffer, offset, what);
  }

  /** Ends what is being read ahead. */
  @Override
  public void close() {
    if (ahead != null) {
      ahead.close();
    }
  }
}
