package io.penstock.internal.forward;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

/**
 * Memory for a block of a file, and what came of reading it. A reading thread fills it; the
 * consumer looks at it when that has ended.
 */
final class ForwardBlock {
  static final int BYTES = 1 << 20;
  static final int PAGE_BYTES = 4096;

  private static final long NONE = -1;

  final ByteBuffer memory = BlockPool.take();

  /** Which block of the file it has, or will have. */
  long number = NONE;

  /** Null before the first. */
  Future<?> reading;

  /** Where pages begin that could not be read, in the file, ascending. */
  private final List<Long> unreadable = new ArrayList<>(0);

  /** Why the first of them could not be. */
  private IOException reason;

  long offset() {
    return number * BYTES;
  }

  void begin(long next) {
    number = next;
    unreadable.clear();
    reason = null;
  }

  /** A page is zeros in memory, as it could not be read. */
  void addUnreadable(long page, IOException why) {
    reason = unreadable.isEmpty() ? why : reason;
    unreadable.add(page);
  }

  List<Long> unreadable() {
    return unreadable;
  }

  /** Null if all was read. */
  IOException reason() {
    return reason;
  }

  /** Where the first unreadable page from a place on begins; the given end if there is none. */
  long readableEnd(long position, long end) {
    for (long page : unreadable) {
      if (page + PAGE_BYTES > position) {
        return Math.min(end, Math.max(page, position));
      }
    }
    return end;
  }
}
