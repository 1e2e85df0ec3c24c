package io.penstock.internal.format;

import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Reads JSON in a file from left to right, for descriptions whose shape is known: no tree is built.
 *
 * <p>One pass, no recursion, and nothing is held but the string that is being read, so that a
 * description may have a hundred megabytes. Anything wrong is an IllegalArgumentException that says
 * what was expected at which byte, counted from the start of the text. Used by one thread.
 */
public final class JsonCursor {
  /** What {@link #next} returns behind the last byte. */
  public static final int END = -1;

  /** Longest string that is kept. */
  private static final int MAX_STRING_BYTES = 1 << 16;

  /** Deepest nesting that {@link #skipValue} passes over. */
  private static final int MAX_DEPTH = 64;

  private static final int MAX_EXCERPT_BYTES = 64;

  private final FileWindow window;
  private final long startOffset;
  private final long endOffset;

  /** Strings that occur often: one copy is enough. */
  private final List<String> words;

  /** The next byte, which the window has already passed. */
  private int current;

  /** The string that is being read, since the last escape in it. */
  private byte[] plain = new byte[256];

  private int plainBytes;

  /**
   * Begins before the first byte of a text.
   *
   * @param startOffset where the text begins in the file
   * @param endOffset where it ends
   * @param words strings that occur often in it: each is made once
   */
  public JsonCursor(OpenFile file, long startOffset, long endOffset, List<String> words) {
    this.window = new FileWindow(file);
    this.startOffset = startOffset;
    this.endOffset = endOffset;
    this.words = words;
    window.moveTo(startOffset);
    advance();
  }

  /**
   * The next byte that is not white space, which stays the next one; {@link #END} behind the last.
   */
  public int next() {
    while (current == ' ' || current == '\n' || current == '\r' || current == '\t') {
      advance();
    }
    return current;
  }

  /** Passes over one character, which must be the next. */
  public void take(char wanted) {
    if (next() != wanted) {
      throw expected("'" + wanted + "'");
    }
    advance();
  }

  /**
   * Passes over the comma between two items; another item must follow it.
   *
   * @param close what may stand in place of a comma, and is not passed over
   */
  public void separate(char close) {
    if (next() == close) {
      return;
    }
    take(',');
    if (next() == close) {
      throw expected("another item after the comma");
    }
  }

  /** The next value, which must be a whole number of 63 bits. */
  public long number() {
    next();
    long start = place();
    int first = current;
    long value = 0;
    int digits = 0;
    while (current >= '0' && current <= '9') {
      int digit = current - '0';
      boolean hasRoom = value <= (Long.MAX_VALUE - digit) / 10;
      if (!hasRoom || (digits > 0 && first == '0')) {
        break;
      }
      value = 10 * value + digit;
      digits++;
      advance();
    }
    if (digits == 0 || (current >= '0' && current <= '9')) {
      throw new IllegalArgumentException(
          "expected a whole number of 63 bits at byte %d, found %s behind %d digits"
              .formatted(start, rest(), digits));
    }
    return value;
  }

  /** The next value, which must be a string. */
  public String string() {
    take('"');
    plainBytes = 0;
    StringBuilder text = null;
    boolean isTooLong = false;
    while (current != '"') {
      if (current < 0x20) {
        throw expected("a string that ends, without control characters");
      }
      int first = take();
      isTooLong |= plainBytes + (text == null ? 0 : text.length()) >= MAX_STRING_BYTES;
      if (first == '\\') {
        text = text == null ? new StringBuilder() : text;
        String before = isTooLong ? "" : decoded();
        char escaped = escape();
        text.append(before).append(isTooLong ? "" : escaped);
      } else if (!isTooLong) {
        plain = plainBytes < plain.length ? plain : Arrays.copyOf(plain, 2 * plain.length);
        plain[plainBytes++] = (byte) first;
      }
    }
    if (isTooLong) {
      throw expected("a name of at most " + MAX_STRING_BYTES + " bytes before this");
    }
    advance();
    return text == null ? decoded() : text.append(decoded()).toString();
  }

  /** Skips a string, of any length. */
  public void skipString() {
    take('"');
    while (current != '"') {
      if (current < 0x20) {
        throw expected("a string that ends, without control characters");
      }
      if (take() == '\\') {
        escape();
      }
    }
    advance();
  }

  /** The next value if it is a string; null, and passes over it, if it is {@code null}. */
  public String stringOrNull() {
    if (next() == '"') {
      return string();
    }
    takeNull();
    return null;
  }

  /** Whether the next value is {@code null}, which it then passes over. */
  public boolean isNull() {
    if (next() != 'n') {
      return false;
    }
    takeNull();
    return true;
  }

  private void takeNull() {
    next();
    for (char letter : "null".toCharArray()) {
      if (current != letter) {
        throw expected("null");
      }
      advance();
    }
  }

  /** Passes over any value. Brackets must match; what is between them is not looked at closely. */
  public void skipValue() {
    long open = 0;
    int depth = 0;
    do {
      int first = next();
      if (first == '"') {
        skipString();
      } else if (first == '{' || first == '[') {
        if (depth == MAX_DEPTH) {
          throw expected("at most " + MAX_DEPTH + " levels");
        }
        open = open << 1 | (first == '{' ? 1 : 0);
        depth++;
        advance();
      } else if (first == '}' || first == ']') {
        if (depth == 0 || (open & 1) != (first == '}' ? 1 : 0)) {
          throw expected("a value");
        }
        open >>>= 1;
        depth--;
        advance();
      } else if (depth > 0 && (first == ',' || first == ':')) {
        advance();
      } else {
        skipWord();
      }
    } while (depth > 0);
  }

  /** Passes over a number, true, false or null. */
  private void skipWord() {
    int letters = 0;
    while ((current >= 'a' && current <= 'z')
        || (current >= '0' && current <= '9')
        || current == 'E'
        || current == '-'
        || current == '+'
        || current == '.') {
      letters++;
      advance();
    }
    if (letters == 0) {
      throw expected("a value");
    }
  }

  /** What to throw where something else was expected. */
  public IllegalArgumentException expected(String what) {
    return new IllegalArgumentException(
        "expected %s at byte %d, found %s".formatted(what, place(), rest()));
  }

  private void advance() {
    current = window.position() < endOffset ? window.next() : END;
  }

  private int take() {
    int taken = current;
    advance();
    return taken;
  }

  /** Decodes what was read since the last escape, which must be UTF-8. */
  private String decoded() {
    int count = plainBytes;
    plainBytes = 0;
    for (String word : words) {
      if (isPlain(word, count)) {
        return word;
      }
    }
    for (int i = 0; i < count; i++) {
      if (plain[i] < 0) {
        return decoded(ByteBuffer.wrap(plain, 0, count));
      }
    }
    return new String(plain, 0, count, StandardCharsets.US_ASCII);
  }

  private boolean isPlain(String word, int count) {
    int at = 0;
    while (at < count && count == word.length() && plain[at] == word.charAt(at)) {
      at++;
    }
    return at == count && count == word.length();
  }

  private String decoded(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "expected UTF-8 text in the header, found other bytes before byte " + place(), e);
    }
  }

  private char escape() {
    int kind = take();
    return switch (kind) {
      case '"', '\\', '/' -> (char) kind;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hexadecimal();
      default -> throw expected("an escape of JSON");
    };
  }

  private char hexadecimal() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = current > 0x7f ? END : Character.digit(current, 16);
      if (digit == END) {
        throw expected("4 hexadecimal digits");
      }
      value = value * 16 + digit;
      advance();
    }
    return (char) value;
  }

  /** Where the byte is that comes next, counted from the start of the text. */
  private long place() {
    return (current == END ? endOffset : window.position() - 1) - startOffset;
  }

  private String rest() {
    if (current == END) {
      return "its end";
    }
    long at = startOffset + place();
    int count = (int) Math.min(MAX_EXCERPT_BYTES, endOffset - at);
    return Excerpt.of(new String(window.peek(at, count), StandardCharsets.UTF_8), 0);
  }
}
