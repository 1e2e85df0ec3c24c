package io.penstock.internal.format.safetensors;

import io.penstock.array.ArrayLayout;
import io.penstock.internal.format.FileWindow;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Parses the header of a safetensors file: JSON, but of one shape only, so that no tree is built.
 *
 * <p>One pass over the file, no recursion. A header may have 100 MB, so it is never held as a
 * whole: only names and places of tensors are, up to a limit of some hundred thousand of them.
 * Anything wrong is an IllegalArgumentException.
 */
final class SafetensorsHeader {
  /** A tensor as the header has it; its place counts from the end of the header. */
  record TensorEntry(String name, String dtype, List<Long> shape, long begin, long end) {}

  /** Estimate of the bytes that are held of all tensors together, and of one without its name. */
  private static final long MAX_HELD_BYTES = 48 << 20;

  private static final long TENSOR_WEIGHT = 200;

  /** Longest name that is kept. */
  private static final int MAX_STRING_BYTES = 1 << 16;

  private static final int MAX_EXCERPT_BYTES = 64;

  /** Strings that every tensor has: one copy is enough. */
  private static final List<String> WORDS =
      List.of("dtype", "shape", "data_offsets", "F32", "BF16", "F16", "U8", "I64");

  private static final String METADATA = "__metadata__";
  private static final int END = -1;

  private final FileWindow window;
  private final long startOffset;
  private final long endOffset;

  /** The next byte, which the window has already passed. */
  private int current;

  private long heldBytes;

  /** The string that is being read, since the last escape in it. */
  private byte[] plain = new byte[256];

  private int plainBytes;

  private SafetensorsHeader(OpenFile file, long startOffset, long endOffset) {
    this.window = new FileWindow(file);
    this.startOffset = startOffset;
    this.endOffset = endOffset;
    window.moveTo(startOffset);
    advance();
  }

  static List<TensorEntry> parse(OpenFile file, long startOffset, long endOffset) {
    SafetensorsHeader header = new SafetensorsHeader(file, startOffset, endOffset);
    List<TensorEntry> tensors = header.tensors();
    if (header.next() != END) {
      throw header.expected("nothing after the header");
    }
    return tensors;
  }

  private void advance() {
    current = window.position() < endOffset ? window.next() : END;
  }

  private int take() {
    int taken = current;
    advance();
    return taken;
  }

  private List<TensorEntry> tensors() {
    List<TensorEntry> tensors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    take('{');
    while (next() != '}') {
      String name = string();
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "expected each tensor once, found '%s' twice".formatted(Excerpt.of(name, 0)));
      }
      take(':');
      if (name.equals(METADATA)) {
        skipMetadata();
      } else {
        tensors.add(tensor(name));
      }
      hold(name, tensors);
      separate('}');
    }
    advance();
    return tensors;
  }

  private void hold(String name, List<TensorEntry> tensors) {
    int axes = tensors.isEmpty() ? 0 : tensors.getLast().shape().size();
    heldBytes += TENSOR_WEIGHT + name.length() + 24L * axes;
    if (heldBytes > MAX_HELD_BYTES) {
      throw new IllegalArgumentException(
          "expected names and shapes of at most %d MiB, found more after %d tensors"
              .formatted(MAX_HELD_BYTES >> 20, tensors.size()));
    }
  }

  private TensorEntry tensor(String name) {
    String dtype = null;
    List<Long> shape = null;
    List<Long> place = null;
    take('{');
    while (next() != '}') {
      String key = string();
      take(':');
      if (key.equals("dtype") && dtype == null) {
        dtype = string();
      } else if (key.equals("shape") && shape == null) {
        shape = numbers(ArrayLayout.MAX_AXES);
      } else if (key.equals("data_offsets") && place == null) {
        place = numbers(2);
      } else {
        throw new IllegalArgumentException(
            "expected dtype, shape or data_offsets, each once, found '%s'"
                .formatted(Excerpt.of(key, 0)));
      }
      separate('}');
    }
    advance();
    if (dtype == null || shape == null || place == null || place.size() != 2) {
      throw expected("dtype, shape and two data_offsets before this");
    }
    return new TensorEntry(name, dtype, shape, place.getFirst(), place.getLast());
  }

  private void skipMetadata() {
    take('{');
    while (next() != '}') {
      skipString();
      take(':');
      skipString();
      separate('}');
    }
    advance();
  }

  private List<Long> numbers(int most) {
    List<Long> numbers = new ArrayList<>(4);
    take('[');
    while (next() != ']') {
      if (numbers.size() == most) {
        throw expected("at most " + most + " numbers");
      }
      numbers.add(number());
      separate(']');
    }
    advance();
    return numbers;
  }

  /** A comma between items; another item must follow it. */
  private void separate(char close) {
    if (next() == close) {
      return;
    }
    take(',');
    if (next() == close) {
      throw expected("another item after the comma");
    }
  }

  private long number() {
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

  /** Skips a string, of any length. */
  private void skipString() {
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

  private String string() {
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

  /** Decodes what was read since the last escape, which must be UTF-8. */
  private String decoded() {
    int count = plainBytes;
    plainBytes = 0;
    for (String word : WORDS) {
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

  private int next() {
    while (current == ' ' || current == '\n' || current == '\r' || current == '\t') {
      advance();
    }
    return current;
  }

  private void take(char wanted) {
    if (next() != wanted) {
      throw expected("'" + wanted + "'");
    }
    advance();
  }

  /** Where the byte is that comes next, counted from the start of the header. */
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

  private IllegalArgumentException expected(String what) {
    return new IllegalArgumentException(
        "expected %s at byte %d, found %s".formatted(what, place(), rest()));
  }
}
