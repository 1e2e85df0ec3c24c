package io.penstock.cli.convert;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Says why a field of text is not a number, and what to do about it.
 *
 * @param isWhole whether a whole number was expected
 * @param isUnsigned whether it must not be negative
 * @param delimiter what separates fields
 * @param headLine number of the line if no line of numbers came before; otherwise 0
 */
record TextProblem(boolean isWhole, boolean isUnsigned, char delimiter, long headLine) {
  private static final int MAX_SHOWN = 40;

  /** So much of a field tells what it is; it may be the whole file. */
  private static final int MAX_LOOKED_AT = 200;

  private static final String REAL = "[-+]?([0-9.]++([eE][-+]?[0-9]++)?|inf|nan)";
  private static final Pattern NUMBER = Pattern.compile(REAL);
  private static final Pattern COMPLEX =
      Pattern.compile("\\(?(%1$s)?\\+?%1$s[jJi]\\)?".formatted(REAL));
  private static final Pattern DATE =
      Pattern.compile("[0-9]{1,4}([-/.])[0-9]{1,2}\\1[0-9]{1,4}.*|[0-9]{1,2}:[0-9]{2}(:.*)?");
  private static final Pattern NOTATION = Pattern.compile("[-+]?0[xXoObB].*|[-+]?[0-9]+(_[0-9]+)+");
  private static final String DELIMITERS = ",;\t|: ";

  /** What was expected, what was found, and what helps. */
  String of(String field) {
    String stripped = field.strip();
    stripped = stripped.substring(0, Math.min(stripped.length(), MAX_LOOKED_AT));
    String expected =
        isWhole ? isUnsigned ? "a whole number of 0 or more" : "a whole number" : "a number";
    if (stripped.isEmpty()) {
      return "expected %s, found an empty field: write %s where there is none, or give another"
              .formatted(expected, isWhole ? "a number" : "nan")
          + " --delimiter";
    }
    return "expected %s, found %s'%s': %s"
        .formatted(expected, kind(stripped), excerpt(stripped), advice(stripped));
  }

  private static String kind(String field) {
    if (COMPLEX.matcher(field).matches()) {
      return "the complex number ";
    }
    return DATE.matcher(field).matches() ? "the date or time " : "";
  }

  private String advice(String field) {
    if (COMPLEX.matcher(field).matches()) {
      return "write its real and its imaginary part as two numbers";
    }
    char other = otherDelimiter(field);
    if (other != 0) {
      return "is the delimiter another one? Try --delimiter "
          + switch (other) {
            case '\t' -> "tab";
            case ' ' -> "blanks";
            case ';', '|' -> "'" + other + "'";
            default -> other;
          };
    }
    if (DATE.matcher(field).matches()) {
      return "write it as a number, such as seconds since 1970";
    }
    if (NOTATION.matcher(field).matches()) {
      return "write decimal digits only";
    }
    if (isWhole && NUMBER.matcher(field).matches()) {
      return "it is not an integer of 64 bits; leave out --dtype, or give a floating-point type";
    }
    return headLine > 0
        ? "if this is a header, give --skip-lines " + headLine
        : "correct the line, or begin it with # to leave it out";
  }

  /** What separates numbers in a field that should be one; 0 if nothing does. */
  private char otherDelimiter(String field) {
    for (int i = 0; i < DELIMITERS.length(); i++) {
      char c = DELIMITERS.charAt(i);
      if (c != delimiter && field.indexOf(c) > 0) {
        String[] parts = field.split(Pattern.quote(String.valueOf(c)), -1);
        // The last one may have been cut.
        boolean areNumbers =
            Arrays.stream(parts, 0, parts.length - 1)
                .allMatch(part -> part.isBlank() || NUMBER.matcher(part.strip()).matches());
        if (areNumbers && !DATE.matcher(field).matches()) {
          return c;
        }
      }
    }
    return 0;
  }

  private static String excerpt(String field) {
    String visible = field.replaceAll("[^ -~]", "?");
    return visible.length() > MAX_SHOWN ? visible.substring(0, MAX_SHOWN) + "..." : visible;
  }
}
