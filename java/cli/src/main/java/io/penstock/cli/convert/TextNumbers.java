package io.penstock.cli.convert;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;

/**
 * Numbers in text as {@code numpy.loadtxt} takes them, to the bit.
 *
 * <p>Floating point: decimal digits with a point and an exponent, rounded to the nearest, and inf,
 * infinity and nan in any case, with signs. No other notation of Java's or Python's: neither
 * hexadecimal digits nor underscores, suffixes or digits of other scripts. Whole numbers: a sign
 * and decimal digits. Blanks around them mean nothing.
 *
 * <p>FastDoubleParser rounds as {@code Double.parseDouble} does, from characters, several times as
 * fast.
 */
final class TextNumbers {
  private static final long NAN_BITS = 0x7ff8000000000000L;

  private TextNumbers() {}

  /**
   * Reads a floating point number.
   *
   * @return its bits, since a NaN has a sign as well
   * @throws NumberFormatException if it is none
   */
  static long floatingBits(char[] text, int from, int to) {
    int start = start(text, from, to);
    int end = end(text, start, to);
    if (start == end) {
      throw new NumberFormatException("empty");
    }
    char last = text[end - 1];
    if (!isDigit(last) && last != '.') {
      return specialBits(text, start, end);
    }
    int unsigned = isSign(text[start]) ? start + 1 : start;
    boolean isDecimal = isDigit(text[unsigned]) || text[unsigned] == '.';
    boolean isHexadecimal = unsigned + 1 < end && (text[unsigned + 1] | 0x20) == 'x';
    if (!isDecimal || isHexadecimal) {
      throw new NumberFormatException("not decimal");
    }
    return Double.doubleToRawLongBits(JavaDoubleParser.parseDouble(text, start, end - start));
  }

  /** What does not end with a digit or a point. */
  private static long specialBits(char[] text, int start, int end) {
    boolean isNegative = text[start] == '-';
    int unsigned = isSign(text[start]) ? start + 1 : start;
    if (is(text, unsigned, end, "nan")) {
      return isNegative ? NAN_BITS | Long.MIN_VALUE : NAN_BITS;
    }
    if (is(text, unsigned, end, "inf") || is(text, unsigned, end, "infinity")) {
      return Double.doubleToRawLongBits(
          isNegative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    throw new NumberFormatException("no number");
  }

  private static boolean is(char[] text, int from, int to, String word) {
    boolean isIt = to - from == word.length();
    for (int i = 0; isIt && i < word.length(); i++) {
      char c = text[from + i];
      isIt = (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) == word.charAt(i);
    }
    return isIt;
  }

  /**
   * Reads a whole number.
   *
   * @param isUnsigned whether it is from 0 to 2^64 - 1; otherwise, from -2^63 to 2^63 - 1
   * @return of unsigned ones the same 64 bits
   * @throws NumberFormatException if it is none, or out of range
   */
  static long whole(char[] text, int from, int to, boolean isUnsigned) {
    int start = start(text, from, to);
    int end = end(text, start, to);
    boolean isNegative = start < end && text[start] == '-';
    int digits = start < end && isSign(text[start]) ? start + 1 : start;
    if (digits == end || (isUnsigned && isNegative)) {
      throw new NumberFormatException("no digits");
    }
    long most = isUnsigned ? -1 : isNegative ? Long.MIN_VALUE : Long.MAX_VALUE;
    long tenth = Long.divideUnsigned(most, 10);
    long last = Long.remainderUnsigned(most, 10);
    long value = 0;
    for (int i = digits; i < end; i++) {
      int digit = text[i] - '0';
      int order = Long.compareUnsigned(value, tenth);
      if (!isDigit(text[i]) || order > 0 || (order == 0 && digit > last)) {
        throw new NumberFormatException("out of range");
      }
      value = 10 * value + digit;
    }
    return isNegative ? -value : value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isSign(char c) {
    return c == '+' || c == '-';
  }

  private static int start(char[] text, int from, int to) {
    int start = from;
    while (start < to && TextRows.isBlank(text[start])) {
      start++;
    }
    return start;
  }

  private static int end(char[] text, int from, int to) {
    int end = to;
    while (end > from && TextRows.isBlank(text[end - 1])) {
      end--;
    }
    return end;
  }
}
