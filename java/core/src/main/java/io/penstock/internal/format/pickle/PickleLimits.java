package io.penstock.internal.format.pickle;

/**
 * Limits on how much of a pickle is examined and held, for all pickles of a file together.
 *
 * <p>A pickle of arrays has few opcodes for many bytes. One with more opcodes or values than this
 * must be converted before it can be read; and a file made to exhaust memory or time reaches these
 * limits first.
 */
final class PickleLimits {
  /** A list of a million arrays takes some 35 million opcodes, each read twice. */
  private static final long MAX_TOKENS = 1L << 28;

  /** Held in the skeleton: room for a list of a million arrays. */
  private static final long MAX_HELD_BYTES = 40 << 20;

  /** Held on the stack: room for two million small numbers in a tuple. */
  private static final long MAX_STACK_BYTES = 16 << 20;

  private long tokens;
  private long heldBytes;
  private long stackBytes;

  void countToken(PickleTokens at) {
    countWork(1, at);
  }

  /**
   * Counts the work that one opcode causes, in opcodes: a short opcode may name a long list again.
   */
  void countWork(long items, PickleTokens at) {
    tokens += items;
    if (tokens > MAX_TOKENS) {
      throw at.tooMuch("more than " + MAX_TOKENS + " opcodes");
    }
  }

  /** Counts what is held until the end. */
  void hold(long bytes, PickleTokens at) {
    heldBytes += bytes;
    if (heldBytes > MAX_HELD_BYTES) {
      throw at.tooMuch("more than %d MiB of lists, names and arrays".formatted(heldBytes >> 20));
    }
  }

  /** Counts what was put on the stack, or taken off it if negative. */
  void stack(long bytes, PickleTokens at) {
    stackBytes += bytes;
    if (stackBytes > MAX_STACK_BYTES) {
      throw at.tooMuch("more than %d MiB of values at once".formatted(stackBytes >> 20));
    }
  }

  /** The pickle has ended, and its stack is gone. */
  void clearStack() {
    stackBytes = 0;
  }
}
