package io.penstock.array;

import io.penstock.array.ElementType.Kind;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A type string of NumPy's array protocol, taken apart. */
record TypeString(String canonical, Kind kind, int sizeBytes, Optional<ByteOrder> order) {
  /** Byte order, kind, size, and the unit of a time with its multiple. */
  private static final Pattern TYPE_STRING =
      Pattern.compile(
          "([<>|=]?)([a-zA-Z])(0|[1-9][0-9]{0,9})"
              + "(?:\\[([1-9][0-9]{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as|generic)\\])?");

  /** A descr longer than this is no type string: the longest real one has about 25 characters. */
  private static final int MAX_DESCR_CHARACTERS = 64;

  static TypeString of(String descr) {
    if (descr.length() > MAX_DESCR_CHARACTERS) {
      throw unknown(descr.substring(0, MAX_DESCR_CHARACTERS) + "...");
    }
    if (descr.endsWith("?") && descr.length() <= 2) {
      return of(descr.replace("?", "b1"));
    }
    Matcher matcher = TYPE_STRING.matcher(descr);
    if (!matcher.matches()) {
      throw unknown(descr);
    }
    Kind kind = Kind.of(matcher.group(2).charAt(0)).orElseThrow(() -> unknown(descr));
    boolean isTime = kind == Kind.DATETIME || kind == Kind.TIMEDELTA;
    long count = Long.parseLong(matcher.group(3));
    long bytes = kind == Kind.UNICODE ? 4 * count : count;
    if (bytes > Integer.MAX_VALUE || !kind.exists((int) bytes) || (hasUnit(matcher) && !isTime)) {
      throw unknown(descr);
    }
    Optional<ByteOrder> order =
        kind.isOrdered((int) bytes) ? Optional.of(order(matcher.group(1))) : Optional.empty();
    return new TypeString(
        sign(order) + kind.code + count + unit(matcher), kind, (int) bytes, order);
  }

  private static boolean hasUnit(Matcher matcher) {
    return matcher.group(5) != null;
  }

  /** NumPy writes no unit for generic times, and no multiple of one. */
  private static String unit(Matcher matcher) {
    String unit = matcher.group(5);
    if (unit == null || unit.equals("generic")) {
      return "";
    }
    String multiple = matcher.group(4);
    boolean isOne = multiple == null || multiple.equals("1");
    return "[" + (isOne ? "" : multiple) + unit + "]";
  }

  private static ByteOrder order(String sign) {
    return switch (sign) {
      case "<" -> ByteOrder.LITTLE_ENDIAN;
      case ">" -> ByteOrder.BIG_ENDIAN;
      default -> ByteOrder.nativeOrder();
    };
  }

  static String sign(Optional<ByteOrder> order) {
    return order.map(known -> known.equals(ByteOrder.LITTLE_ENDIAN) ? "<" : ">").orElse("|");
  }

  private static IllegalArgumentException unknown(String descr) {
    StringBuilder known = new StringBuilder();
    for (Kind kind : Kind.values()) {
      if (kind.sizes == 0) {
        known.append(' ').append(kind.code).append("<n>");
      }
      for (int left = kind.sizes; left != 0; left &= left - 1) {
        known.append(' ').append(kind.code).append(Integer.lowestOneBit(left));
      }
    }
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "expected a dtype of fixed size, one of%s after an optional <, >, | or =, found '%s'",
            known,
            descr.replaceAll("[^ -~]", "?")));
  }
}
