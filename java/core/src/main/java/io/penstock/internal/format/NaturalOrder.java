package io.penstock.internal.format;

import java.util.Comparator;

/**
 * The order of names with numbers as numbers, so that {@code part-10} follows {@code part-9}. It is
 * the order of shards, of files in a folder and of its classes, so states and labels depend on it:
 * it must not change.
 *
 * <p>Names are compared run by run of digits and of other characters. Runs of digits are compared
 * by value, other runs as text. A name that ends comes first, and a digit comes before anything
 * else. Names that are still equal, such as 1 and 01, are compared as text. Nothing is allocated:
 * big folders take millions of comparisons.
 */
public final class NaturalOrder {
  /** Names of files. */
  public static final Comparator<String> NAMES =
      (left, right) -> compare(left, 0, left.length(), right, 0, right.length());

  /** Paths with slashes: name by name, so that all files of a folder stay together. */
  public static final Comparator<String> PATHS = NaturalOrder::comparePaths;

  private NaturalOrder() {}

  private static int comparePaths(String left, String right) {
    int i = 0;
    int j = 0;
    while (true) {
      int leftEnd = end(left, i);
      int rightEnd = end(right, j);
      int order = compare(left, i, leftEnd, right, j, rightEnd);
      if (order != 0) {
        return order;
      }
      if (leftEnd == left.length() || rightEnd == right.length()) {
        return (left.length() - leftEnd) - (right.length() - rightEnd);
      }
      i = leftEnd + 1;
      j = rightEnd + 1;
    }
  }

  private static int end(String path, int from) {
    int slash = path.indexOf('/', from);
    return slash < 0 ? path.length() : slash;
  }

  private static int compare(
      String left, int leftStart, int leftEnd, String right, int rightStart, int rightEnd) {
    int i = leftStart;
    int j = rightStart;
    while (i < leftEnd && j < rightEnd) {
      char a = left.charAt(i);
      char b = right.charAt(j);
      if (isDigit(a) && isDigit(b)) {
        int iEnd = endOfDigits(left, i, leftEnd);
        int jEnd = endOfDigits(right, j, rightEnd);
        int order = compareNumbers(left, i, iEnd, right, j, jEnd);
        if (order != 0) {
          return order;
        }
        i = iEnd;
        j = jEnd;
      } else if (a != b) {
        // The run that ends here is the shorter one; at the start there is no run yet.
        boolean isRunOver = i > leftStart && isDigit(a) != isDigit(b);
        return isRunOver ? (isDigit(a) ? -1 : 1) : Character.compare(a, b);
      } else {
        i++;
        j++;
      }
    }
    if (i < leftEnd || j < rightEnd) {
      return i < leftEnd ? 1 : -1;
    }
    return compareText(left, leftStart, leftEnd, right, rightStart, rightEnd);
  }

  private static int compareText(
      String left, int leftStart, int leftEnd, String right, int rightStart, int rightEnd) {
    int count = Math.min(leftEnd - leftStart, rightEnd - rightStart);
    for (int k = 0; k < count; k++) {
      int order = Character.compare(left.charAt(leftStart + k), right.charAt(rightStart + k));
      if (order != 0) {
        return order;
      }
    }
    return (leftEnd - leftStart) - (rightEnd - rightStart);
  }

  private static int endOfDigits(String text, int from, int end) {
    int i = from;
    while (i < end && isDigit(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static int compareNumbers(
      String left, int leftStart, int leftEnd, String right, int rightStart, int rightEnd) {
    int i = withoutZeros(left, leftStart, leftEnd);
    int j = withoutZeros(right, rightStart, rightEnd);
    return leftEnd - i != rightEnd - j
        ? Integer.compare(leftEnd - i, rightEnd - j)
        : compareText(left, i, leftEnd, right, j, rightEnd);
  }

  private static int withoutZeros(String text, int from, int end) {
    int i = from;
    while (i < end && text.charAt(i) == '0') {
      i++;
    }
    return i;
  }

  private static boolean isDigit(char character) {
    return character >= '0' && character <= '9';
  }
}
