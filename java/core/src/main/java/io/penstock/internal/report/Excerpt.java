package io.penstock.internal.report;

import java.util.List;

/**
 * Shows a little of what a file holds, so that it fits into one line of an error message.
 *
 * <p>Bytes of unknown files must not reach a terminal as they are: they may be control sequences.
 */
public final class Excerpt {
  private static final int MAX_CHARACTERS = 60;

  private Excerpt() {}

  /** Bytes as text, other than printable ASCII as {@code \x93}. */
  public static String of(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      append(text, b & 0xff);
    }
    return text.toString();
  }

  /** Text from a position on, cut to a readable length. */
  public static String of(String source, int from) {
    StringBuilder text = new StringBuilder();
    int at = from;
    while (at < source.length() && text.length() < MAX_CHARACTERS) {
      append(text, source.charAt(at++));
    }
    return text.append(at < source.length() ? "..." : "").toString();
  }

  /** A shape as Python writes it. */
  public static String tuple(List<Long> shape) {
    StringBuilder text = new StringBuilder("(");
    for (int axis = 0; axis < shape.size(); axis++) {
      text.append(axis == 0 ? "" : ", ").append(shape.get(axis));
    }
    return text.append(shape.size() == 1 ? ",)" : ")").toString();
  }

  /**
   * A name from a file, for people and as the name of a part: unchanged except for characters that
   * are invisible or change how others are displayed, which become a backslash, u and four digits.
   */
  public static String name(String name) {
    if (name.chars().allMatch(character -> character >= 0x20 && character < 0x7f)) {
      return name;
    }
    StringBuilder text = new StringBuilder();
    name.codePoints()
        .forEach(
            point -> {
              if (isVisible(point)) {
                text.appendCodePoint(point);
              } else {
                text.append("\\u").append("%04x".formatted(point));
              }
            });
    return text.toString();
  }

  /** Whether a character is visible and does not change how its neighbours are displayed. */
  public static boolean isVisible(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static void append(StringBuilder text, int character) {
    if (character >= 0x20 && character < 0x7f) {
      text.append((char) character);
    } else if (character <= 0xff) {
      text.append("\\x").append("%02x".formatted(character));
    } else {
      text.append("\\u").append("%04x".formatted(character));
    }
  }
}
