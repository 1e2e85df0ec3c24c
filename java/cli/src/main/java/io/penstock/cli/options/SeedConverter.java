package io.penstock.cli.options;

import java.math.BigInteger;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses seeds: 64 bits, as a signed or an unsigned number. PyTorch's are unsigned: 2^64 - 1 is the
 * same seed as -1.
 */
public final class SeedConverter implements ITypeConverter<Long> {
  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,40}");
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger END = BigInteger.ONE.shiftLeft(Long.SIZE);

  @Override
  public Long convert(String text) {
    if (WHOLE.matcher(text).matches()) {
      BigInteger seed = new BigInteger(text);
      if (seed.compareTo(LEAST) >= 0 && seed.compareTo(END) < 0) {
        return seed.longValue();
      }
    }
    throw new TypeConversionException(
        "must be a whole number of 64 bits, -2^63 to 2^64 - 1, was '" + text + "'");
  }
}
