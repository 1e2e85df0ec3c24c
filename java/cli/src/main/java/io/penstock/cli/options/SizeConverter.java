package io.penstock.cli.options;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses sizes in bytes: {@code 4096}, {@code 16k}, {@code 512m}, {@code 1g}. */
public final class SizeConverter implements ITypeConverter<Long> {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})([kmgtKMGT]?)");

  private static final String UNITS = "kmgt";

  @Override
  public Long convert(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (matcher.matches()) {
      long count = Long.parseLong(matcher.group(1));
      String unit = matcher.group(2).toLowerCase(Locale.ROOT);
      int shift = unit.isEmpty() ? 0 : 10 * (UNITS.indexOf(unit) + 1);
      if (count <= Long.MAX_VALUE >> shift) {
        return count << shift;
      }
    }
    throw new TypeConversionException(
        "must be a size in bytes such as 4096, 16k, 512m or 1g (powers of 1024), was '%s'"
            .formatted(text));
  }
}
