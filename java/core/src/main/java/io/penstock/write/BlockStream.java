package io.penstock.write;

import java.lang.foreign.MemorySegment;

/**
 * A run of bytes on its way into a file: copied into blocks, which are written when they are full.
 *
 * <p>Only one thread puts bytes into it at a time. What it owns: the block that is being filled,
 * and the count of those that are under way.
 */
final class BlockStream {
  private final BlockWriter writer;
  private long offset;
  private BlockWriter.WriteBlock block;
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
      int room = room(bytes - done);
      MemorySegment.copy(
          source, start + done, block.memory, block.endOffset - block.baseOffset, room);
      advance(room);
      done += room;
    }
  }

  /** Appends zeros. */
  void putZeros(long bytes) {
    long done = 0;
    while (done < bytes) {
      int room = room(bytes - done);
      block.memory.asSlice(block.endOffset - block.baseOffset, room).fill((byte) 0);
      advance(room);
      done += room;
    }
  }

  private int room(long wanted) {
    if (block == null) {
      block = writer.take(this, offset);
    }
    return (int) Math.min(wanted, writer.blockBytes() - (block.endOffset - block.baseOffset));
  }

  private void advance(int bytes) {
    block.endOffset += bytes;
    offset += bytes;
    if (block.endOffset - block.baseOffset == writer.blockBytes()) {
      submit();
    }
  }

  private void submit() {
    synchronized (this) {
      underWay++;
    }
    writer.submit(block);
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
      submit();
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
