package io.penstock.internal.manifest;

import java.util.List;

/**
 * Writes JSON with a line for each value and two blanks for each level, as most libraries print it
 * for people. Of one thread.
 */
final class JsonLines {
  private static final int LAST_CONTROL = 0x1f;
  private static final int LINE_SEPARATOR = 0x2028;
  private static final int PARAGRAPH_SEPARATOR = 0x2029;

  private final StringBuilder text = new StringBuilder();
  private int level;
  private boolean isFirst = true;

  /** Begins an object or an array. */
  JsonLines open(char bracket) {
    text.append(bracket);
    level++;
    isFirst = true;
    return this;
  }

  /** Ends it. One without values stays on its line. */
  JsonLines close(char bracket) {
    level--;
    if (!isFirst) {
      line();
    }
    text.append(bracket);
    isFirst = false;
    return this;
  }

  /** Begins a value of an array. */
  JsonLines item() {
    if (!isFirst) {
      text.append(',');
    }
    isFirst = false;
    line();
    return this;
  }

  private void line() {
    text.append('\n').append("  ".repeat(level));
  }

  /** Begins a value of an object. */
  JsonLines field(String name) {
    return item().text(name).colon();
  }

  private JsonLines colon() {
    text.append(": ");
    return this;
  }

  /** A number, or null. */
  JsonLines number(Long number) {
    text.append(number);
    return this;
  }

  /** A string, or null. */
  JsonLines text(String value) {
    if (value == null) {
      text.append("null");
      return this;
    }
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      append(value.charAt(i));
    }
    text.append('"');
    return this;
  }

  private void append(char c) {
    switch (c) {
      case '"', '\\' -> text.append('\\').append(c);
      case '\t' -> text.append("\\t");
      case '\b' -> text.append("\\b");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\f' -> text.append("\\f");
      default -> {
        if (c <= LAST_CONTROL || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR) {
          text.append("\\u%04x".formatted((int) c));
        } else {
          text.append(c);
        }
      }
    }
  }

  /** An array of strings, or null. */
  JsonLines texts(List<String> values) {
    if (values == null) {
      return text(null);
    }
    open('[');
    values.forEach(value -> item().text(value));
    return close(']');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
