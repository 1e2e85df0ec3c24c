package io.penstock.internal.format.pickle;

import io.penstock.internal.report.Excerpt;

/**
 * The path from a pickle's value to an array inside: keys and indices, as unambiguous text and as
 * people see it.
 */
final class PicklePath {
  /** Stands before a key, before an index, and in place of any index; no name has these. */
  private static final char KEY = '\1';

  private static final char INDEX = '\2';
  private static final char ANY = '\3';

  /** Before an attribute: an object may also have an item with the same key. */
  private static final char ATTRIBUTE = '\4';

  /**
   * The label of an attribute.
   *
   * @param name as the class has it
   */
  record Attribute(String name) {}

  private PicklePath() {}

  /**
   * Adds a step: a String for a key, an {@link Attribute}, or a Long for an index or a number as a
   * key.
   */
  static void append(StringBuilder way, Object label) {
    switch (label) {
      case String key -> way.append(KEY).append(key.isEmpty() ? "''" : Excerpt.name(key));
      case Attribute attribute -> way.append(ATTRIBUTE).append(Excerpt.name(attribute.name()));
      default -> way.append(INDEX).append(label);
    }
  }

  /** Adds an index. */
  static void append(StringBuilder way, int index) {
    way.append(INDEX).append(index);
  }

  /** Adds a placeholder for any index. */
  static void appendAny(StringBuilder way) {
    way.append(ANY);
  }

  /** As in Python, but with dots for keys: {@code train.images[3]}. */
  static String shown(String way) {
    StringBuilder text = new StringBuilder(way.length() + 8);
    boolean isInIndex = false;
    for (int at = 0; at < way.length(); at++) {
      char character = way.charAt(at);
      if (character > ATTRIBUTE) {
        text.append(character);
        continue;
      }
      if (isInIndex) {
        text.append(']');
      }
      isInIndex = character == INDEX;
      switch (character) {
        case KEY, ATTRIBUTE -> text.append(text.isEmpty() ? "" : ".");
        case INDEX -> text.append('[');
        default -> text.append("[]");
      }
    }
    return text.append(isInIndex ? "]" : "").toString();
  }
}
