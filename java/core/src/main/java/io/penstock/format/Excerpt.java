package io.penstock.format;

/**
 * Shows a little of what a file holds, so that it fits into one line of an error message.
 *
 * <p>Bytes of unknown files must not reach a terminal as they are: they may be control sequences.
 */
final class Excerpt {
  private static final int MAX_CHARACTERS = 60;

  private Excerpt() {}

  /** Bytes as text, other than printable ASCII as {@code \x93}. */
  static String of(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      append(text, b & 0xff);
    }
    return text.toString();
  }

  /** Text from a position on, cut to a readable length. */
  static String of(String source, int from) {
    StringBuilder text = new StringBuilder();
    int at = from;
    while (at < source.length() && text.length() < MAX_CHARACTERS) {
      append(text, source.charAt(at++));
    }
    return text.append(at < source.length() ? "..." : "").toString();
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
