package io.penstock.internal.format.npy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Advice for .npy files whose header NumPy wrote but cannot read itself: a shape of {@code
 * (np.int64(4), 3)}, or a type of an extension such as {@code <f1}. If the header is clear enough,
 * the elements can be read as raw ones.
 *
 * <p>Only for a message: nothing is read based on this guess.
 */
final class NpyAsRaw {
  private static final Pattern DESCR = Pattern.compile("'descr': '([<>|=]?[a-zA-Z][0-9]{1,6})'");
  private static final Pattern IN_C_ORDER = Pattern.compile("'fortran_order': False");
  private static final Pattern SHAPE = Pattern.compile("'shape': \\(([0-9, ]*)\\)");

  /** A number with the type that it has in NumPy 2. */
  private static final Pattern TYPED = Pattern.compile("(?:np|numpy)\\.u?int\\d*\\((\\d{1,18})\\)");

  /** More text than 64 axes take. */
  private static final int MAX_SHAPE_CHARACTERS = 2048;

  private NpyAsRaw() {}

  /** The same exception, with advice on how to read the elements, if there is any. */
  static PenstockException wayOut(
      PenstockException e, OpenFile file, byte[] header, long dataOffset) {
    String text = new String(header, StandardCharsets.ISO_8859_1);
    Matcher descr = DESCR.matcher(text);
    Matcher shape = SHAPE.matcher(TYPED.matcher(text).replaceAll("$1"));
    if (!descr.find() || !shape.find() || !IN_C_ORDER.matcher(text).find()) {
      return e;
    }
    String type = type(descr.group(1));
    String sizes = sizes(shape.group(1));
    if (type == null || sizes == null) {
      return e;
    }
    String message =
        "%s; or read its elements as '%s#raw:%s:%s:%d'"
            .formatted(
                e.getMessage(), file.path().getFileName(), type, sizes, file.position(dataOffset));
    return e.again(message);
  }

  /**
   * A shape as in the name of a part; null if the text is not a shape. A header may be long, and
   * nothing but axes.
   */
  private static String sizes(String shape) {
    if (shape.length() > MAX_SHAPE_CHARACTERS) {
      return null;
    }
    List<String> sizes = Stream.of(shape.split(",")).map(String::strip).toList();
    boolean areSizes =
        !sizes.isEmpty()
            && sizes.size() <= ArrayLayout.MAX_AXES
            && sizes.stream().allMatch(size -> size.matches("0|[1-9][0-9]{0,17}"))
            && !sizes.subList(1, sizes.size()).contains("0");
    return areSizes ? String.join("x", sizes) : null;
  }

  /** Unknown types are raw bytes of their size; objects are not. */
  private static String type(String descr) {
    try {
      return ElementType.parse(descr).descr();
    } catch (IllegalArgumentException _) {
      String size = descr.replaceAll("[^0-9]", "");
      return descr.indexOf('O') >= 0 || size.startsWith("0") ? null : "V" + size;
    }
  }
}
