package io.penstock.internal.format.pickle;

import java.util.Arrays;

/**
 * The stack of the machine that a pickle is a program for, with its marks.
 *
 * <p>What it owns: that nothing is taken from below a mark or from an empty stack, and that all
 * values on it together keep to the limits.
 */
final class PickleStack {
  /** The cost of a place on the stack, besides the value, with room to grow. */
  private static final int SLOT_WEIGHT = 8;

  private final PickleTokens tokens;
  private final PickleLimits limits;
  private PickleValue[] values = new PickleValue[64];
  private int size;
  private int[] marks = new int[16];
  private int markCount;

  PickleStack(PickleTokens tokens, PickleLimits limits) {
    this.tokens = tokens;
    this.limits = limits;
  }

  void clear() {
    Arrays.fill(values, 0, size, null);
    size = 0;
    markCount = 0;
    limits.clearStack();
  }

  /** Removes what is on top: a mark or a value. */
  void popOrUnmark() {
    if (markCount > 0 && marks[markCount - 1] == size) {
      markCount--;
      limits.stack(-SLOT_WEIGHT, tokens);
    } else {
      pop();
    }
  }

  void mark() {
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, 2 * markCount);
    }
    limits.stack(SLOT_WEIGHT, tokens);
    marks[markCount++] = size;
  }

  void push(PickleValue value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size + size / 2);
    }
    limits.stack(SLOT_WEIGHT + value.weight(), tokens);
    values[size++] = value;
  }

  PickleValue top() {
    if (size == floor()) {
      throw tokens.problem("expected a value to work on, found none");
    }
    return values[size - 1];
  }

  PickleValue pop() {
    return popMany(1)[0];
  }

  /** The values on top, the lowest first. */
  PickleValue[] popMany(int count) {
    if (size - count < floor()) {
      throw tokens.problem("expected %d values to work on, found fewer".formatted(count));
    }
    return popFrom(size - count);
  }

  /** Removes all values above the last mark, and the mark. */
  PickleValue[] popToMark() {
    if (markCount == 0) {
      throw tokens.problem("expected a mark before the values, found none");
    }
    limits.stack(-SLOT_WEIGHT, tokens);
    return popFrom(marks[--markCount]);
  }

  private PickleValue[] popFrom(int start) {
    PickleValue[] popped = Arrays.copyOfRange(values, start, size);
    Arrays.fill(values, start, size, null);
    size = start;
    for (PickleValue value : popped) {
      limits.stack(-SLOT_WEIGHT - value.weight(), tokens);
    }
    return popped;
  }

  /** Values below the mark belong to the code that set it. */
  private int floor() {
    return markCount == 0 ? 0 : marks[markCount - 1];
  }
}
