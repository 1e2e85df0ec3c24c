package io.penstock.options;

import io.penstock.internal.report.Sizes;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** Parses the values of the flags of {@link Readahead}, and reports which one is wrong. */
final class FlagValues {
  private FlagValues() {}

  static <E extends Enum<E>> E choice(E[] known, String name, Map<String, String> values) {
    for (E constant : known) {
      if (lower(constant).equals(values.get(name))) {
        return constant;
      }
    }
    throw broken(name, "be one of " + lower(Arrays.toString(known)), values);
  }

  static boolean truth(String name, Map<String, String> values) {
    return switch (values.get(name)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw broken(name, "be true or false", values);
    };
  }

  static int number(String name, Map<String, String> values) {
    try {
      return Integer.parseInt(values.get(name));
    } catch (NumberFormatException e) {
      throw broken(name, "be a number", values);
    }
  }

  static int size(String name, Map<String, String> values) {
    long bytes = Sizes.parse(name, values.get(name));
    // Anything beyond an int is out of range too; the constructor checks the range.
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private static IllegalArgumentException broken(
      String name, String rule, Map<String, String> values) {
    return new IllegalArgumentException(
        "%s must %s, was '%s'".formatted(name, rule, values.get(name)));
  }

  static String lower(Object value) {
    return value.toString().toLowerCase(Locale.ROOT);
  }
}
