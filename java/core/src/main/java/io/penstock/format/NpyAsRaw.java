package io.penstock.format;

import io.penstock.ElementType;
import io.penstock.PenstockException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way out for .npy files whose header NumPy has written but cannot read itself: a shape of
 * {@code (np.int64(4), 3)}, a type of an extension such as {@code <f1}. Where the header is clear
 * enough for people, the elements can be read as raw ones.
 *
 * <p>Only for a message: nothing is read by what is guessed here.
 */
final class NpyAsRaw {
  private static final Pattern DESCR = Pattern.compile("'descr': '([<>|=]?[a-zA-Z][0-9]{1,6})'");
  private static final Pattern IN_C_ORDER = Pattern.compile("'fortran_order': False");
  private static final Pattern SHAPE = Pattern.compile("'shape': \\(([0-9, ]*)\\)");

  /** A number with the type that it has in NumPy 2. */
  private static final Pattern TYPED = Pattern.compile("(?:np|numpy)\\.u?int\\d*\\((\\d{1,18})\\)");

  private NpyAsRaw() {}

  /** The same exception, with how to read the elements behind it where that can be told. */
  static PenstockException wayOut(
      PenstockException e, OpenFile file, byte[] header, long dataOffset) {
    String text = new String(header, StandardCharsets.ISO_8859_1);
    Matcher descr = DESCR.matcher(text);
    Matcher shape = SHAPE.matcher(TYPED.matcher(text).replaceAll("$1"));
    if (!descr.find() || !shape.find() || !IN_C_ORDER.matcher(text).find()) {
      return e;
    }
    String type = type(descr.group(1));
    String sizes = shape.group(1).replace(" ", "").replaceAll(",$", "").replace(',', 'x');
    if (type == null || !sizes.matches("[0-9]{1,18}(x[1-9][0-9]{0,17})*")) {
      return e;
    }
    String message =
        "%s; or read its elements as '%s#raw:%s:%s:%d'"
            .formatted(
                e.getMessage(), file.path().getFileName(), type, sizes, file.position(dataOffset));
    return new PenstockException(message, e.path(), -1, e.offsetBytes(), null, e);
  }

  /** Types that are not known here are raw bytes of their size; objects are none. */
  private static String type(String descr) {
    try {
      return ElementType.parse(descr).descr();
    } catch (IllegalArgumentException _) {
      String size = descr.replaceAll("[^0-9]", "");
      return descr.indexOf('O') >= 0 || size.startsWith("0") ? null : "V" + size;
    }
  }
}
