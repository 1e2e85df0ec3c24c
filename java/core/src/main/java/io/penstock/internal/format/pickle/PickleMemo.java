package io.penstock.internal.format.pickle;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The values that a pickle may refer back to, by number.
 *
 * <p>Picklers number almost everything they write, and refer back to almost nothing of it. So a
 * first pass over the opcodes finds the numbers that are used, and only their values are kept:
 * otherwise a list of a million arrays would hold six million values. Open addressing over arrays,
 * so that a number costs 16 bytes.
 */
final class PickleMemo {
  /** Most numbers that are kept. */
  static final int MAX_ENTRIES = 1 << 20;

  private static final long FREE = -1;

  /** Odd, so that no two numbers collide in full; different in each process. */
  private static final long KEY = new SplittableRandom().nextLong() | 1;

  private final boolean isAll;
  private long[] numbers = new long[64];
  private PickleValue[] values = new PickleValue[64];
  private int size;
  private long count;

  private PickleMemo(boolean isAll) {
    this.isAll = isAll;
    Arrays.fill(numbers, FREE);
  }

  /** Whether everything is kept, because the first pass could not tell what is used. */
  boolean isAll() {
    return isAll;
  }

  /**
   * Makes the first pass over one pickle from where the tokens are, and goes back there.
   *
   * <p>Arrays of joblib lie between opcodes, and only a machine that understands them finds the
   * next opcode; so if there is any, everything is kept.
   */
  static PickleMemo of(PickleTokens tokens, PickleLimits limits) {
    long start = tokens.position();
    PickleMemo memo = new PickleMemo(false);
    while (true) {
      tokens.next();
      limits.countToken(tokens);
      switch (tokens.opcode()) {
        case 'h', 'j', 'g' -> memo.want(tokens);
        case 'c' -> {
          if (isJoblib(tokens, tokens.secondOffset(), tokens.secondBytes())) {
            tokens.moveTo(start);
            return new PickleMemo(true);
          }
        }
        case 0x8c, 'X' -> {
          if (isJoblib(tokens, tokens.dataOffset(), tokens.dataBytes())) {
            tokens.moveTo(start);
            return new PickleMemo(true);
          }
        }
        case '.' -> {
          tokens.moveTo(start);
          return memo;
        }
        default -> {}
      }
    }
  }

  private static boolean isJoblib(PickleTokens tokens, long offset, long count) {
    String wanted = PickleGlobal.JOBLIB_CLASS;
    return count == wanted.length() && wanted.equals(PickleText.latin(tokens.bytes(offset, count)));
  }

  private void want(PickleTokens tokens) {
    if (tokens.number() < 0) {
      throw tokens.problem("expected the number of a memo entry, found none");
    }
    int place = place(tokens.number());
    if (numbers[place] == FREE) {
      insert(place, tokens.number(), null, tokens);
    }
  }

  private void insert(int place, long number, PickleValue value, PickleTokens tokens) {
    if (size == MAX_ENTRIES) {
      throw tokens.tooMuch("more than " + MAX_ENTRIES + " memo entries to remember");
    }
    numbers[place] = number;
    values[place] = value;
    if (++size > numbers.length / 2) {
      grow();
    }
  }

  private void grow() {
    long[] oldNumbers = numbers;
    PickleValue[] oldValues = values;
    numbers = new long[2 * oldNumbers.length];
    values = new PickleValue[numbers.length];
    Arrays.fill(numbers, FREE);
    for (int i = 0; i < oldNumbers.length; i++) {
      if (oldNumbers[i] != FREE) {
        int place = place(oldNumbers[i]);
        numbers[place] = oldNumbers[i];
        values[place] = oldValues[i];
      }
    }
  }

  /**
   * Where a number is, or could be put. Numbers of picklers are dense. An attacker who wants
   * numbers to collide, so that each search takes long, would have to know the factor.
   */
  private int place(long number) {
    int mask = numbers.length - 1;
    long mixed = number * KEY;
    mixed = (mixed ^ (mixed >>> 32)) * 0x9e3779b97f4a7c15L;
    int place = (int) (mixed >>> 40) & mask;
    while (numbers[place] != FREE && numbers[place] != number) {
      place = (place + 1) & mask;
    }
    return place;
  }

  /** The number that MEMOIZE gives. */
  long nextNumber() {
    return count;
  }

  /** Remembers a value if it will be asked for. False if not. */
  boolean put(long number, PickleValue value, PickleTokens tokens) {
    count++;
    int place = place(number);
    if (numbers[place] == number) {
      values[place] = value;
      return true;
    }
    if (!isAll || number < 0) {
      return false;
    }
    insert(place, number, value, tokens);
    return true;
  }

  /** Null if nothing is kept under the number. */
  PickleValue get(long number) {
    if (number < 0) {
      return null;
    }
    int place = place(number);
    return numbers[place] == number ? values[place] : null;
  }
}
