package io.penstock.internal.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes as people write them: {@code 16k}, {@code 512m}, {@code 1g}. */
public final class Sizes {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})([kmgKMG]?)");

  private Sizes() {}

  /**
   * Reads a size.
   *
   * @param name what it is the size of, for the message
   * @throws IllegalArgumentException if it is not a size, or does not fit into 63 bits
   */
  public static long parse(String name, String text) {
    Matcher matcher = SIZE.matcher(text);
    if (matcher.matches()) {
      long count = Long.parseLong(matcher.group(1));
      int shift = shift(matcher.group(2));
      if (count <= Long.MAX_VALUE >> shift) {
        return count << shift;
      }
    }
    throw new IllegalArgumentException(
        name + " must be a size as 4096, 16k, 512m or 1g, was '" + text + "'");
  }

  /** Writes a size with the largest unit that keeps it exact. */
  public static String format(long bytes) {
    String units = "gmk";
    for (int i = 0; i < units.length(); i++) {
      int shift = shift(units.substring(i, i + 1));
      if (bytes != 0 && bytes % (1L << shift) == 0) {
        return (bytes >> shift) + units.substring(i, i + 1);
      }
    }
    return Long.toString(bytes);
  }

  private static int shift(String unit) {
    return switch (unit) {
      case "k", "K" -> 10;
      case "m", "M" -> 20;
      case "g", "G" -> 30;
      default -> 0;
    };
  }
}
