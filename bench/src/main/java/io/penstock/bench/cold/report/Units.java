package io.penstock.bench.cold.report;

import java.util.Locale;

/** Numbers for people, the same in every language. */
final class Units {
  private Units() {}

  /** As "784 B", "4 KiB", "147 KiB", "1 MiB". */
  static String bytes(double bytes) {
    String[] names = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    // Files of whole records are a little smaller than what was asked for.
    while (Math.abs(value) >= 1023.9 && unit < names.length - 1) {
      value /= 1024;
      unit++;
    }
    boolean isWhole = Math.abs(value - Math.rint(value)) < 0.01 || value >= 100;
    return String.format(Locale.ROOT, isWhole ? "%.0f %s" : "%.1f %s", value, names[unit]);
  }

  /** As "150", "15.2k", "1.30M". */
  static String rate(double perSecond) {
    if (perSecond >= 1e6) {
      return String.format(Locale.ROOT, "%.2fM", perSecond / 1e6);
    }
    if (perSecond >= 1e4) {
      return String.format(Locale.ROOT, "%.1fk", perSecond / 1e3);
    }
    return String.format(Locale.ROOT, perSecond >= 100 ? "%.0f" : "%.2f", perSecond);
  }

  /** Round numbers, as on an axis: "500", "10k", "1M". */
  static String roundRate(double perSecond) {
    if (perSecond >= 1e6) {
      return String.format(Locale.ROOT, "%.0fM", perSecond / 1e6);
    }
    return perSecond >= 1e3
        ? String.format(Locale.ROOT, "%.0fk", perSecond / 1e3)
        : String.format(Locale.ROOT, "%.0f", perSecond);
  }

  /** A rate with the least and the most. */
  static String rate(Spread spread) {
    return "%s (%s to %s)"
        .formatted(rate(spread.median()), rate(spread.least()), rate(spread.most()));
  }
}
