package io.penstock.write;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes on its way into a file: copied into blocks, which are written when they are full.
 *
 * <p>Only one thread puts bytes into it at a time. What it owns: the block that is being filled,
 * and the count of those that are under way.
 */
final class BlockStream {
  private final BlockWriter writer;
  private long offset;
  private BlockWriter.@Nullable WriteBlock block;
  private int underWay;

  BlockStream(BlockWriter writer, long offset) {
    this.writer = writer;
    this.offset = offset;
  }

  /** Where in the file the next byte goes. */
  long offset() {
    return offset;
  }

  /** Appends bytes of a segment, which is free for other use afterwards. */
  void put(MemorySegment source, long start, long bytes) {
    long done = 0;
    while (done < bytes) {
      BlockWriter.WriteBlock filling = filling();
      int room = room(filling, bytes - done);
      MemorySegment.copy(
          source, start + done, filling.memory, filling.endOffset - filling.baseOffset, room);
      advance(filling, room);
      done += room;
    }
  }

  /** Appends zeros. */
  void putZeros(long bytes) {
    long done = 0;
    while (done < bytes) {
      BlockWriter.WriteBlock filling = filling();
      int room = room(filling, bytes - done);
      filling.memory.asSlice(filling.endOffset - filling.baseOffset, room).fill((byte) 0);
      advance(filling, room);
      done += room;
    }
  }

  private BlockWriter.WriteBlock filling() {
    BlockWriter.WriteBlock filling = block == null ? writer.take(this, offset) : block;
    block = filling;
    return filling;
  }

  private int room(BlockWriter.WriteBlock filling, long wanted) {
    return (int) Math.min(wanted, writer.blockBytes() - (filling.endOffset - filling.baseOffset));
  }

  private void advance(BlockWriter.WriteBlock filling, int bytes) {
    filling.endOffset += bytes;
    offset += bytes;
    if (filling.endOffset - filling.baseOffset == writer.blockBytes()) {
      submit(filling);
    }
  }

  private void submit(BlockWriter.WriteBlock filled) {
    synchronized (this) {
      underWay++;
    }
    writer.submit(filled);
    block = null;
  }

  /** Told by the writing threads, once for each block. */
  synchronized void completed() {
    underWay--;
    notifyAll();
  }

  /**
   * Writes what is still in a block, and waits until the system has all bytes.
   *
   * @throws io.penstock.error.PenstockException if any could not be written
   */
  void flush() {
    if (block != null) {
      submit(block);
    }
    awaitWrites();
    writer.checkFailure();
  }

  private synchronized void awaitWrites() {
    boolean isInterrupted = false;
    try {
      while (underWay > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          isInterrupted = true;
          writer.checkPatience(e);
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
