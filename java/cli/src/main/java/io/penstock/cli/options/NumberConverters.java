package io.penstock.cli.options;

import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses numbers; says what was expected in plain words instead of Java's. */
public final class NumberConverters {
  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+");

  private NumberConverters() {}

  /** Installs them for all options of a program. */
  public static void addTo(CommandLine program) {
    ITypeConverter<Integer> ints = text -> (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
    ITypeConverter<Long> longs = text -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
    program
        .registerConverter(int.class, ints)
        .registerConverter(Integer.class, ints)
        .registerConverter(long.class, longs)
        .registerConverter(Long.class, longs)
        .registerConverter(double.class, NumberConverters::number)
        .registerConverter(Double.class, NumberConverters::number);
  }

  private static long whole(String text, long least, long most) {
    if (!WHOLE.matcher(text).matches()) {
      throw new TypeConversionException("must be a whole number, was '" + text + "'");
    }
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Reported below, like numbers out of range.
    }
    throw new TypeConversionException(
        text.startsWith("-")
            ? "must be at least %d, was %s".formatted(least, text)
            : "must be at most %d, was %s".formatted(most, text));
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("must be a number, was '" + text + "'");
    }
  }
}
