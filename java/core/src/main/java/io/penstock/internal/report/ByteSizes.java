package io.penstock.internal.report;

import java.util.Locale;

/** Sizes as text for people, in messages and reasons: "1.5 GiB", "240 MiB", "12 KiB". */
public final class ByteSizes {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private static final double STEP = 1024;

  /** From here on, digits after the decimal point are noise. */
  private static final double WHOLE = 99.95;

  private ByteSizes() {}

  /**
   * Writes a size with two or three digits.
   *
   * @param bytes at least 0
   * @return number and unit, in powers of 1024
   */
  public static String of(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
      value /= STEP;
      unit++;
    }
    if (unit == 0) {
      return bytes + (bytes == 1 ? " byte" : " bytes");
    }
    return String.format(Locale.ROOT, value < WHOLE ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
  }
}
