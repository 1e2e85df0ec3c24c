package io.penstock.internal.format.pickle;

import io.penstock.internal.format.pickle.PickleValue.Blob;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the short strings in a pickle that are names: keys, dtypes, units.
 *
 * <p>Long ones cannot be names, and are not read.
 */
final class PickleText {
  /** The longest string that can be a name, in bytes. */
  static final int MAX_BYTES = 256;

  private PickleText() {}

  /** The text of a string; empty if it is too long, or not in the file. */
  static Optional<String> of(Blob blob, PickleTokens tokens) {
    if (blob.length() > MAX_BYTES || blob.form() == PickleValue.Form.ELSEWHERE) {
      return Optional.empty();
    }
    byte[] bytes = tokens.bytes(blob.offset(), blob.length());
    return Optional.of(
        switch (blob.form()) {
          case QUOTED -> unescaped(unquoted(latin(bytes)));
          case ESCAPED -> unescaped(latin(bytes));
          default -> decoded(bytes);
        });
  }

  static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Strings of Python 2 have no encoding; what is not UTF-8 is shown byte by byte. */
  private static String decoded(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return latin(bytes);
    }
  }

  private static String unquoted(String text) {
    String line = text.strip();
    boolean isQuoted =
        line.length() >= 2
            && (line.startsWith("'") || line.startsWith("\""))
            && line.charAt(0) == line.charAt(line.length() - 1);
    return isQuoted ? line.substring(1, line.length() - 1) : text;
  }

  /**
   * Decodes escapes of one, two, four and eight digits, and of letters; anything else stays as it
   * is.
   */
  private static String unescaped(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char character = text.charAt(at++);
      if (character != '\\' || at == text.length()) {
        plain.append(character);
        continue;
      }
      char kind = text.charAt(at++);
      int digits =
          switch (kind) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
          };
      int point = digits == 0 ? plainEscape(kind) : hexadecimal(text, at, digits);
      if (point < 0) {
        plain.append('\\').append(kind);
      } else {
        plain.appendCodePoint(point);
        at += digits;
      }
    }
    return plain.toString();
  }

  private static int plainEscape(char kind) {
    return switch (kind) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '\\', '\'', '"' -> kind;
      default -> -1;
    };
  }

  private static int hexadecimal(String text, int start, int digits) {
    if (start + digits > text.length()) {
      return -1;
    }
    try {
      int point = Integer.parseUnsignedInt(text, start, start + digits, 16);
      return Character.isValidCodePoint(point) ? point : -1;
    } catch (NumberFormatException _) {
      return -1;
    }
  }
}
