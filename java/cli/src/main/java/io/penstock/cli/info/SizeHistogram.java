package io.penstock.cli.info;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.cli.text.Human;
import io.penstock.cli.text.Table;

/**
 * How large records of different sizes are: how many there are of each power of two, and the least,
 * median, mean and largest size. Takes 64 KiB, however many records are added.
 */
final class SizeHistogram {
  /** Sizes below this are counted one by one, larger ones in steps of less than 1 %. */
  private static final int STEPS = 128;

  private static final int STEP_BITS = 7;
  private static final int BAR_COLUMNS = 30;
  private static final String[] UNITS = {"", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

  private final long[] steps = new long[Long.SIZE * STEPS];

  /** Records of 0 bytes, of 1 byte, of 2 to 3, 4 to 7 and so on. */
  private final long[] powers = new long[Long.SIZE];

  private long count;
  private long least = Long.MAX_VALUE;
  private long most;
  private double sum;

  /** Adds a record of so many bytes. */
  void add(long bytes) {
    int shift = Math.max(0, Long.SIZE - 1 - STEP_BITS - Long.numberOfLeadingZeros(bytes | 1));
    steps[(shift << STEP_BITS) + (int) (bytes >>> shift)]++;
    powers[Long.SIZE - Long.numberOfLeadingZeros(bytes)]++;
    count++;
    least = Math.min(least, bytes);
    most = Math.max(most, bytes);
    sum += bytes;
  }

  /** How many records were added. */
  long count() {
    return count;
  }

  /** In bytes; null if there are no records, as of the others. */
  Long least() {
    return count == 0 ? null : (Long) least;
  }

  Long most() {
    return count == 0 ? null : (Long) most;
  }

  Double mean() {
    return count == 0 ? null : (Double) (sum / count);
  }

  /** To less than 1 %; exact for records of less than 256 bytes. */
  Long median() {
    long before = 0;
    int step = 0;
    while (step < steps.length && 2 * (before + steps[step]) < count) {
      before += steps[step++];
    }
    if (count == 0) {
      return null;
    }
    int shift = Math.max(0, (step >> STEP_BITS) - 1);
    long low = (long) (step - (shift << STEP_BITS)) << shift;
    return Math.clamp(low + (1L << shift) / 2, least, most);
  }

  /** For programs: sizes by powers of two, those between the first and the last that occur. */
  JsonArray toJson() {
    JsonArray bars = new JsonArray();
    for (int power = first(); power <= last(); power++) {
      JsonObject bar = new JsonObject();
      bar.addProperty("fromBytes", from(power));
      bar.addProperty("belowBytes", from(power + 1));
      bar.addProperty("records", powers[power]);
      bars.add(bar);
    }
    return bars;
  }

  /** For people: a table with bars, of less than 80 columns. */
  String toHuman() {
    Table table = Table.withHeads(">record bytes", ">records", ">share", "");
    long highest = 0;
    for (long records : powers) {
      highest = Math.max(highest, records);
    }
    for (int power = first(); power <= last(); power++) {
      long records = powers[power];
      int bar = (int) Math.ceilDiv(records * BAR_COLUMNS, highest);
      table.add(
          range(power),
          Human.count(records),
          Human.percent((double) records / count),
          "#".repeat(bar));
    }
    return table.toString();
  }

  /** The first size of a power. */
  private static long from(int power) {
    return power == 0 ? 0 : power == Long.SIZE ? Long.MAX_VALUE : 1L << (power - 1);
  }

  private int first() {
    int power = 0;
    while (power < powers.length - 1 && powers[power] == 0) {
      power++;
    }
    return power;
  }

  private int last() {
    int power = powers.length - 1;
    while (power >= 0 && powers[power] == 0) {
      power--;
    }
    return power;
  }

  /** Such as "64 to 127" and "1 KiB to 2 KiB". */
  private static String range(int power) {
    if (power <= 1) {
      return Integer.toString(power);
    }
    return power <= 10
        ? "%d to %d".formatted(from(power), from(power + 1) - 1)
        : "%s to %s".formatted(round(power - 1), round(power));
  }

  /** A power of two in the largest unit. */
  private static String round(int exponent) {
    return (1L << exponent % 10) + UNITS[exponent / 10];
  }
}
