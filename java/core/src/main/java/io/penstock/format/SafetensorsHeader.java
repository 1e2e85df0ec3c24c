package io.penstock.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Parses the header of a safetensors file: JSON, but of one shape only, so that no tree is built.
 *
 * <p>One pass, no recursion; time and memory are linear in the length of the text. What is wrong is
 * an IllegalArgumentException.
 */
final class SafetensorsHeader {
  /** A tensor as the header has it; its place counts from the end of the header. */
  record Tensor(String name, String dtype, List<Long> shape, long begin, long end) {}

  static final int MAX_TENSORS = 1 << 16;

  private static final String METADATA = "__metadata__";
  private static final int END = -1;

  private final String source;
  private int at;

  private SafetensorsHeader(String source) {
    this.source = source;
  }

  static List<Tensor> parse(String source) {
    SafetensorsHeader header = new SafetensorsHeader(source);
    List<Tensor> tensors = header.tensors();
    if (header.next() != END) {
      throw header.expected("nothing after the header");
    }
    return tensors;
  }

  private List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
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
      if (tensors.size() > MAX_TENSORS) {
        throw new IllegalArgumentException(
            "expected at most " + MAX_TENSORS + " tensors, found more");
      }
      separate('}');
    }
    at++;
    return tensors;
  }

  private Tensor tensor(String name) {
    String dtype = null;
    List<Long> shape = null;
    List<Long> place = null;
    take('{');
    while (next() != '}') {
      int start = at;
      String key = string();
      take(':');
      if (key.equals("dtype") && dtype == null) {
        dtype = string();
      } else if (key.equals("shape") && shape == null) {
        shape = numbers(ArrayLayout.MAX_AXES);
      } else if (key.equals("data_offsets") && place == null) {
        place = numbers(2);
      } else {
        at = start;
        throw expected("dtype, shape or data_offsets, each once");
      }
      separate('}');
    }
    at++;
    if (dtype == null || shape == null || place == null || place.size() != 2) {
      throw expected("dtype, shape and two data_offsets before this");
    }
    return new Tensor(name, dtype, shape, place.getFirst(), place.getLast());
  }

  private void skipMetadata() {
    take('{');
    while (next() != '}') {
      string();
      take(':');
      string();
      separate('}');
    }
    at++;
  }

  private List<Long> numbers(int most) {
    List<Long> numbers = new ArrayList<>();
    take('[');
    while (next() != ']') {
      if (numbers.size() == most) {
        throw expected("at most " + most + " numbers");
      }
      numbers.add(number());
      separate(']');
    }
    at++;
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
    int start = at;
    while (at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9') {
      at++;
    }
    boolean isDecimal = at > start && (at - start == 1 || source.charAt(start) != '0');
    try {
      if (isDecimal && at - start <= 19) {
        return Long.parseLong(source, start, at, 10);
      }
    } catch (NumberFormatException _) {
      // Above 2^63, which is said below.
    }
    at = start;
    throw expected("a whole number of 63 bits");
  }

  private String string() {
    take('"');
    StringBuilder text = new StringBuilder();
    while (at < source.length()) {
      char character = source.charAt(at++);
      if (character == '"') {
        return text.toString();
      }
      if (character < 0x20) {
        at--;
        break;
      }
      text.append(character == '\\' ? escape() : character);
    }
    throw expected("a string that ends, without control characters");
  }

  private char escape() {
    int kind = at < source.length() ? source.charAt(at++) : END;
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
      int digit = at < source.length() ? Character.digit(source.charAt(at), 16) : END;
      if (digit == END || source.charAt(at) > 0x7f) {
        throw expected("4 hexadecimal digits");
      }
      value = value * 16 + digit;
      at++;
    }
    return (char) value;
  }

  private int next() {
    while (at < source.length()) {
      char character = source.charAt(at);
      if (character != ' ' && character != '\n' && character != '\r' && character != '\t') {
        return character;
      }
      at++;
    }
    return END;
  }

  private void take(char wanted) {
    if (next() != wanted) {
      throw expected(String.valueOf(wanted));
    }
    at++;
  }

  private IllegalArgumentException expected(String what) {
    String found = at < source.length() ? Excerpt.of(source, at) : "its end";
    return new IllegalArgumentException(
        "expected %s at character %d, found %s".formatted(what, at, found));
  }
}
