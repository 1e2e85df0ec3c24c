package io.penstock.options;

import io.penstock.internal.report.Sizes;
import java.util.List;
import java.util.Locale;

/** The values of a flag of {@link Readahead}: how they are read and written, and their range. */
sealed interface FlagValues {
  /** Reads a value; throws an IllegalArgumentException that names the flag and the rule. */
  Object parse(String name, String text);

  /** Writes a value as {@link #parse} reads it. */
  default String format(Object value) {
    return value.toString().toLowerCase(Locale.ROOT);
  }

  /** Throws an IllegalArgumentException if a value is out of range. */
  default void check(String name, Object value) {}

  /** The constants of an enum as values. */
  static FlagValues choice(Enum<?>... known) {
    return new Choice(List.of(known));
  }

  /** One of the constants of an enum, in lower case. */
  record Choice(List<Enum<?>> known) implements FlagValues {
    @Override
    public Object parse(String name, String text) {
      for (Enum<?> constant : known) {
        if (format(constant).equals(text)) {
          return constant;
        }
      }
      throw broken(name, "be one of " + format(known), text);
    }
  }

  /** True or false. */
  record Truth() implements FlagValues {
    @Override
    public Object parse(String name, String text) {
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw broken(name, "be true or false", text);
      };
    }
  }

  /** A number. */
  record Count(long least, long most) implements FlagValues {
    @Override
    public Object parse(String name, String text) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw broken(name, "be a number", text);
      }
    }

    @Override
    public void check(String name, Object value) {
      checkRange(name, (Long) value, least, most);
    }
  }

  /** A number of bytes, with k, m or g for powers of 1024. */
  record ByteCount(long least, long most) implements FlagValues {
    @Override
    public Object parse(String name, String text) {
      return Sizes.parse(name, text);
    }

    @Override
    public String format(Object value) {
      return Sizes.format((Long) value);
    }

    @Override
    public void check(String name, Object value) {
      checkRange(name, (Long) value, least, most);
    }
  }

  private static void checkRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          most == Long.MAX_VALUE
              ? "%s must be at least %d, was %d".formatted(name, least, value)
              : "%s must be %d to %d, was %d".formatted(name, least, most, value));
    }
  }

  private static IllegalArgumentException broken(String name, String rule, String text) {
    return new IllegalArgumentException("%s must %s, was '%s'".formatted(name, rule, text));
  }
}
