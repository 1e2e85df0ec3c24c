package io.penstock.cli.text;

import java.util.Locale;

/** Formats numbers for people. Never used for JSON. */
public final class Human {
  private static final String[] UNITS = {"", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Human() {}

  /** Such as "60,000". */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Such as "1 batch" and "60,000 batches". */
  public static String plural(long count, String one, String many) {
    return count(count) + " " + (count == 1 ? one : many);
  }

  /** Such as "512.0 MiB". */
  public static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0
        ? plural(bytes, "byte", "bytes")
        : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }

  /** Such as "12.3 %"; "?" for NaN, which means unknown. */
  public static String percent(double fraction) {
    return Double.isFinite(fraction) ? String.format(Locale.ROOT, "%.1f %%", 100 * fraction) : "?";
  }

  /** Such as "1.23 s", with more digits for shorter times. */
  public static String seconds(double seconds) {
    return String.format(Locale.ROOT, seconds < 0.1 ? "%.4f s" : "%.2f s", seconds);
  }

  /** Bytes a second as disks are rated, in powers of ten: "1234.5 MB/s". */
  public static String bytesPerSecond(double rate) {
    return Double.isFinite(rate) ? String.format(Locale.ROOT, "%,.1f MB/s", rate / 1e6) : "?";
  }

  /** Such as "123,456 records/s". */
  public static String recordsPerSecond(double rate) {
    return Double.isFinite(rate) ? String.format(Locale.ROOT, "%,.0f records/s", rate) : "?";
  }
}
