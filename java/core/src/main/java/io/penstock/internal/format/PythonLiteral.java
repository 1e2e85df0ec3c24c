package io.penstock.internal.format;

import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses the dictionary that a .npy header is: a Python literal, and nothing else of Python.
 *
 * <p>What it owns: strings, whole numbers, True, False, tuples and lists, as Python's {@code repr}
 * writes them, inside one dictionary whose keys are strings. It must not evaluate anything: names,
 * calls, operators, comments, string prefixes and joined strings are errors, even where Python's
 * own {@code literal_eval} is more generous. One pass, no backtracking; time and memory are linear
 * in the length of the source, the stack is bounded by MAX_DEPTH.
 */
public final class PythonLiteral {
  /** A value inside the dictionary. */
  public sealed interface Value {}

  record Str(String value) implements Value {}

  public record Int(long value) implements Value {}

  public record Bool(boolean value) implements Value {}

  public record Sequence(boolean isTuple, List<Value> items) implements Value {}

  /** What is wrong, and where: the parser does not know which file it reads. */
  public static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException(String message) {
      super(message);
    }
  }

  /** Real headers nest as deep as their structured types do: a handful of levels. */
  static final int MAX_DEPTH = 32;

  /** End of the source; no character of a string is negative. */
  private static final int END = -1;

  private final String source;
  private final boolean isPython2;
  private int at;

  private PythonLiteral(String source, boolean isPython2) {
    this.source = source;
    this.isPython2 = isPython2;
  }

  /**
   * Parses a whole source: one dictionary, with white space around it.
   *
   * @param isPython2 whether numbers may end in L, as Python 2 writes them
   */
  public static Map<String, Value> dictionary(String source, boolean isPython2)
      throws SyntaxException {
    PythonLiteral parser = new PythonLiteral(source, isPython2);
    Map<String, Value> entries = parser.entries();
    if (parser.next() != END) {
      throw parser.expected("nothing after the dictionary");
    }
    return entries;
  }

  private Map<String, Value> entries() throws SyntaxException {
    Map<String, Value> entries = new LinkedHashMap<>();
    take('{', "a dictionary, {'descr': ...}");
    while (next() != '}') {
      if (next() != '\'' && next() != '"') {
        throw expected("a key in quotes");
      }
      String key = text();
      take(':', ":");
      if (entries.put(key, value(0)) != null) {
        throw new SyntaxException(
            "expected each key once, found '%s' twice".formatted(Excerpt.of(key, 0)));
      }
      if (next() != '}') {
        take(',', ", or }");
      }
    }
    at++;
    return entries;
  }

  private Value value(int depth) throws SyntaxException {
    int first = next();
    if (first == '\'' || first == '"') {
      return new Str(text());
    }
    if (first == '(' || first == '[') {
      return sequence(depth + 1);
    }
    if (first == '-' || isDigit(first)) {
      return new Int(whole());
    }
    if (takeWord("True")) {
      return new Bool(true);
    }
    if (takeWord("False")) {
      return new Bool(false);
    }
    throw expected("a string, number, True, False, tuple or list (data, never code)");
  }

  /** A tuple or a list; or, as in Python, just the value if it stands alone in parentheses. */
  private Value sequence(int depth) throws SyntaxException {
    if (depth > MAX_DEPTH) {
      throw new SyntaxException(
          "expected at most %d levels of brackets, found more at character %d"
              .formatted(MAX_DEPTH, at));
    }
    boolean isTuple = source.charAt(at++) == '(';
    char close = isTuple ? ')' : ']';
    List<Value> items = new ArrayList<>(4);
    boolean endsInComma = false;
    while (next() != close) {
      items.add(value(depth));
      endsInComma = next() == ',';
      if (endsInComma) {
        at++;
      } else if (next() != close) {
        throw expected(", or " + close);
      }
    }
    at++;
    if (isTuple && items.size() == 1 && !endsInComma) {
      return items.getFirst();
    }
    return new Sequence(isTuple, items);
  }

  private long whole() throws SyntaxException {
    int start = at;
    if (source.charAt(at) == '-') {
      at++;
    }
    int digits = at;
    while (at < source.length() && isDigit(source.charAt(at))) {
      at++;
    }
    if (at == digits || (source.charAt(digits) == '0' && at > digits + 1)) {
      at = start;
      throw expected("a decimal number");
    }
    // The length is checked first: the time of parsing grows with the number of digits.
    if (at - digits > 19) {
      at = start;
      throw expected("a number that fits 64 bits");
    }
    long value;
    try {
      value = Long.parseLong(source, start, at, 10);
    } catch (NumberFormatException _) {
      at = start;
      throw expected("a number that fits 64 bits");
    }
    if (isPython2 && at < source.length() && source.charAt(at) == 'L') {
      at++;
    }
    return value;
  }

  private String text() throws SyntaxException {
    int start = at;
    char quote = source.charAt(at++);
    StringBuilder text = new StringBuilder();
    while (at < source.length()) {
      char character = source.charAt(at++);
      if (character == quote) {
        return text.toString();
      }
      if (character < 0x20 || character == 0x7f) {
        at--;
        throw expected("a string without control characters");
      }
      if (character == '\\') {
        text.appendCodePoint(escape());
      } else {
        text.append(character);
      }
    }
    at = start;
    throw expected("a string that ends");
  }

  private int escape() throws SyntaxException {
    int start = at - 1;
    int kind = at < source.length() ? source.charAt(at++) : END;
    return switch (kind) {
      case '\\', '\'', '"' -> kind;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'x' -> hexadecimal(2, start);
      case 'u' -> hexadecimal(4, start);
      case 'U' -> hexadecimal(8, start);
      default -> {
        at = start;
        throw expected("an escape that Python writes");
      }
    };
  }

  private int hexadecimal(int digits, int start) throws SyntaxException {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < source.length() ? Character.digit(source.charAt(at), 16) : END;
      // Character.digit would accept digits of other scripts.
      if (digit == END || source.charAt(at) > 0x7f) {
        at = start;
        throw expected(digits + " hexadecimal digits");
      }
      value = value * 16 + digit;
      at++;
    }
    if (value > Character.MAX_CODE_POINT) {
      at = start;
      throw expected("a code point of Unicode");
    }
    return (int) value;
  }

  /** The next character that is not white space, without taking it; END at the end. */
  private int next() {
    while (at < source.length()) {
      char character = source.charAt(at);
      if (character != ' ' && (character < '\t' || character > '\r' || character == 0x0b)) {
        return character;
      }
      at++;
    }
    return END;
  }

  private void take(char wanted, String what) throws SyntaxException {
    if (next() != wanted) {
      throw expected(what);
    }
    at++;
  }

  private boolean takeWord(String word) {
    int end = at + word.length();
    if (!source.startsWith(word, at)
        || (end < source.length() && Character.isJavaIdentifierPart(source.charAt(end)))) {
      return false;
    }
    at = end;
    return true;
  }

  private SyntaxException expected(String what) {
    String found = at < source.length() ? Excerpt.of(source, at) : "its end";
    return new SyntaxException("expected %s at character %d, found %s".formatted(what, at, found));
  }

  private static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }
}
