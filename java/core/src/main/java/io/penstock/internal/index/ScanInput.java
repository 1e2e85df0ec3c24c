package io.penstock.internal.index;

import io.penstock.internal.format.OpenFile;
import io.penstock.internal.forward.ForwardReading;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A container as a scan reads it: forward, with jumps over what need not be read.
 *
 * <p>What it owns: when to read on, and when to jump. It begins with small reads, for scans that
 * look at a few places only. Where it reads on for a while, a {@link ForwardReading} reads ahead,
 * at the device's speed. Where what a scan passes over is large on average ({@link JumpRule}), it
 * jumps over it, and reads only what is looked at; several files are scanned at once, so that
 * several such reads are in flight.
 *
 * <p>Used by one thread that is never interrupted; the file, which is a whole one, belongs to
 * whoever opened it, and must stay open until this is closed.
 */
public final class ScanInput implements AutoCloseable {
  /** What can be looked at in one piece. */
  static final int MOST_PEEK_BYTES = 1 << 20;

  /** After a jump, as the next jump may be near. Each read behind it is twice as large. */
  private static final int FIRST_READ_BYTES = 16 << 10;

  /** Where reads would be as large, blocks are read ahead instead. */
  private static final int AHEAD_FROM_BYTES = 512 << 10;

  private final OpenFile file;
  private final LongConsumer progress;
  private final JumpRule jumps = new JumpRule();

  /** For small reads, and for what lies across two blocks. */
  private final ByteBuffer buffer;

  /** The bytes at hand, in the buffer or in a block; its position is where the scan is. */
  private ByteBuffer view = ByteBuffer.allocate(0);

  /** Where the view's first byte is in the file. */
  private long viewOffset;

  private int nextReadBytes = FIRST_READ_BYTES;

  /** Null until that is so. */
  private @Nullable ForwardReading ahead;

  /**
   * Begins at the start of a file.
   *
   * @param progress is told how far the scan has come, in bytes, now and then
   */
  public ScanInput(OpenFile file, LongConsumer progress) {
    this.file = file;
    this.progress = progress;
    this.buffer = ByteBuffer.allocateDirect((int) Math.min(MOST_PEEK_BYTES, file.sizeBytes()));
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
    return viewOffset + view.position();
  }

  public long remaining() {
    return file.sizeBytes() - position();
  }

  /**
   * Goes to a place; forward costs least. Scans call it for each place that they look at: by that
   * the mean of what they pass over is known.
   *
   * @param position from 0 to the end of the file
   */
  public void moveTo(long position) {
    if (position < 0 || position > file.sizeBytes()) {
      throw new IllegalArgumentException(
          "position must be 0 to %d, was %d".formatted(file.sizeBytes(), position));
    }
    jumps.pass(position - position());
    long within = position - viewOffset;
    if (within >= 0 && within <= view.limit()) {
      view.position((int) within);
      return;
    }
    long gap = within - view.limit();
    viewOffset = position;
    view = ByteBuffer.allocate(0);
    if (gap < 0 || jumps.isWorthwhile(gap)) {
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
   * @throws io.penstock.error.PenstockException if the file is cut short, or these bytes cannot be
   *     read
   */
  public ByteBuffer peek(int bytes, String what) {
    if (view.remaining() < bytes) {
      file.checkHas(position(), bytes, what);
      fetch(bytes, what);
    }
    return view.slice(view.position(), view.remaining()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next bytes, in an array of their own; passes over them. */
  public byte[] take(int bytes, String what) {
    if (bytes > MOST_PEEK_BYTES) {
      byte[] large = file.read(position(), bytes, what);
      skip(bytes);
      return large;
    }
    byte[] taken = new byte[bytes];
    peek(bytes, what).get(taken);
    skip(bytes);
    return taken;
  }

  /**
   * Whatever is at hand, at least one byte unless the file is at its end: for scans that look at
   * each byte. The view is valid until the next call; {@link #skip} passes over what was used.
   */
  public ByteBuffer peekSome() {
    return remaining() == 0 ? ByteBuffer.allocate(0) : peek(1, "the next bytes");
  }

  private void fetch(int atLeast, String what) {
    long position = position();
    if (nextReadBytes < AHEAD_FROM_BYTES) {
      fetchSome(position, atLeast, what);
    } else {
      fetchAhead(position, atLeast);
    }
    viewOffset = position;
    progress.accept(position);
  }

  /** By one read, behind what is at hand already. */
  private void fetchSome(long position, int atLeast, String what) {
    int kept = view.remaining();
    buffer.clear().put(0, view, view.position(), kept); // The view may be a slice of the buffer.
    int wanted = Math.max(atLeast - kept, Math.min(nextReadBytes, buffer.capacity() - kept));
    int count = (int) Math.min(wanted, file.sizeBytes() - position - kept);
    buffer.limit(kept + count).position(kept);
    long start = System.nanoTime();
    file.fillOnOwnThread(buffer, position + kept, what);
    if (nextReadBytes == FIRST_READ_BYTES) {
      jumps.tookNanos(System.nanoTime() - start);
    }
    nextReadBytes *= 2;
    view = buffer.flip().slice();
  }

  /** From a block, or copied from neighbouring ones. */
  private void fetchAhead(long position, int atLeast) {
    if (ahead == null) {
      ahead = ForwardReading.open(file.path(), _ -> {});
    }
    ByteBuffer block = ahead.readableAt(position);
    if (block.remaining() >= atLeast) {
      view = block.slice();
      return;
    }
    buffer.clear().limit(atLeast).put(block);
    while (buffer.hasRemaining()) {
      ByteBuffer next = ahead.readableAt(position + buffer.position());
      buffer.put(next.limit(next.position() + Math.min(next.remaining(), buffer.remaining())));
    }
    view = buffer.flip().slice();
  }

  /** Ends what is being read ahead. */
  @Override
  public void close() {
    if (ahead != null) {
      ahead.close();
    }
  }
}
