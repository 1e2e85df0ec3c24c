package io.penstock.internal.forward;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Memory for blocks, handed from one file to the next: new memory costs a fault for each page,
 * which takes as long as reading it. It is kept as long as any file is being read. Thread-safe.
 */
final class BlockPool {
  private static final ArrayDeque<ByteBuffer> FREE = new ArrayDeque<>();
  private static int users;

  private BlockPool() {}

  /**
   * A file is going to be read.
   *
   * @return how many there are, this one among them
   */
  static synchronized int join() {
    return ++users;
  }

  /** Memory of {@link ForwardBlock#BYTES}, at the beginning of a page. */
  static ByteBuffer take() {
    synchronized (BlockPool.class) {
      if (!FREE.isEmpty()) {
        return FREE.removeLast();
      }
    }
    int page = ForwardBlock.PAGE_BYTES;
    return ByteBuffer.allocateDirect(ForwardBlock.BYTES + page).alignedSlice(page);
  }

  /** Nobody uses this memory any more. */
  static synchronized void giveBack(ByteBuffer memory) {
    FREE.addLast(memory.clear());
  }

  /** A file was read, and its memory was given back. */
  static synchronized void leave() {
    if (--users == 0) {
      FREE.clear();
    }
  }
}
