package io.penstock.internal.format.tar;

import java.nio.charset.StandardCharsets;

/**
 * The name of a member as WebDataset divides it: the sample's key goes up to the first dot of the
 * last name in the path, and the part's name follows that dot.
 *
 * <p>What it owns: which members belong to no sample. Those are the ones that WebDataset passes
 * over, too (no dot, or nothing before or behind it; folders such as {@code __name__}), and what
 * other programs leave in archives: hidden files, {@code __MACOSX}, {@code PaxHeaders}. Works on
 * bytes and allocates nothing.
 */
final class MemberName {
  private static final byte[] MAC = "__MACOSX".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PAX = "PaxHeaders".getBytes(StandardCharsets.US_ASCII);

  /** Of a member that belongs to no sample. */
  static final int NONE = -1;

  private MemberName() {}

  /**
   * Where the key ends.
   *
   * @return place of the dot; {@link #NONE} if the member belongs to no sample
   */
  static int dot(byte[] name, int length) {
    int start = 0;
    int dot = NONE;
    for (int i = 0; i < length; i++) {
      if (name[i] == '/') {
        if (isForeign(name, start, i)) {
          return NONE;
        }
        start = i + 1;
        dot = NONE;
      } else if (name[i] == '.' && dot == NONE) {
        dot = i;
      }
    }
    boolean isHidden = dot == start;
    boolean isMeta = start == 0 && isMeta(name, 0, length);
    return isHidden || isMeta || dot == length - 1 ? NONE : dot;
  }

  /** Whether a folder has things that are no samples. */
  private static boolean isForeign(byte[] name, int start, int end) {
    return (start == 0 && (isMeta(name, start, end) || starts(name, start, end, MAC)))
        || starts(name, start, end, PAX);
  }

  private static boolean isMeta(byte[] name, int start, int end) {
    return end - start >= 4
        && name[start] == '_'
        && name[start + 1] == '_'
        && name[end - 1] == '_'
        && name[end - 2] == '_';
  }

  /** Whether a name is a word, or begins with it and a dot. */
  private static boolean starts(byte[] name, int start, int end, byte[] word) {
    int length = end - start;
    if (length < word.length || name[start] != word[0]) {
      return false;
    }
    for (int i = 1; i < word.length; i++) {
      if (name[start + i] != word[i]) {
        return false;
      }
    }
    return length == word.length || name[start + word.length] == '.';
  }
}
