package io.penstock.internal.format.mds;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A column of the samples in a shard: its name, and what the bytes of its values are.
 *
 * <p>Numbers and arrays of a fixed shape are elements. Everything else is bytes as the encoder
 * wrote them: text, JSON, images, pickles, decimal digits, and arrays that carry their own shape.
 *
 * @param name as the shard has it
 * @param encoding as the shard has it
 * @param type of the elements
 * @param shape of a value; without meaning where values have different sizes
 * @param bytes of each value; {@link #VARIABLE} where values have different sizes
 */
record MdsColumn(String name, String encoding, ElementType type, Shape shape, long bytes) {
  /** In place of a size: each sample says the size of its value. */
  static final long VARIABLE = -1;

  private static final String ARRAY = "ndarray:";

  /** Numbers by their names, as NumPy writes their types; shards are little-endian. */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("int8", "|i1"),
          Map.entry("uint8", "|u1"),
          Map.entry("int16", "<i2"),
          Map.entry("uint16", "<u2"),
          Map.entry("int32", "<i4"),
          Map.entry("uint32", "<u4"),
          Map.entry("int64", "<i8"),
          Map.entry("uint64", "<u8"),
          Map.entry("float16", "<f2"),
          Map.entry("float32", "<f4"),
          Map.entry("float64", "<f8"),
          Map.entry("int", "<i8"));

  /**
   * A column as the shard describes it.
   *
   * @param bytes size of each value, or {@link #VARIABLE}
   * @throws IllegalArgumentException if the size is not that of the encoding
   */
  static MdsColumn of(String name, String encoding, long bytes) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("expected columns with names, found one without");
    }
    if (bytes == 0) {
      throw new IllegalArgumentException(
          "expected a size of at least 1 for column '%s', or null, found 0"
              .formatted(Excerpt.of(name, 0)));
    }
    Shape shape = shape(encoding);
    if (shape == null) {
      return bytes == VARIABLE
          ? new MdsColumn(name, encoding, ElementType.UINT8, Shape.SCALAR, VARIABLE)
          : new MdsColumn(name, encoding, ElementType.UINT8, Shape.of(bytes), bytes);
    }
    ElementType type = type(encoding);
    long expected = type.sizeBytes();
    for (long size : shape.toList()) {
      // Beyond any shard; sizes are at least 1, so the product does not come back.
      expected = Math.min(1L << 32, expected * size);
    }
    if (bytes != expected) {
      throw new IllegalArgumentException(
          "expected a size of %d bytes for column '%s', whose encoding is %s, found %s"
              .formatted(
                  expected,
                  Excerpt.of(name, 0),
                  Excerpt.of(encoding, 0),
                  bytes == VARIABLE ? "null" : bytes));
    }
    return new MdsColumn(name, encoding, type, shape, bytes);
  }

  boolean isVariable() {
    return bytes == VARIABLE;
  }

  /** The type of numbers or arrays. */
  private static ElementType type(String encoding) {
    String name =
        encoding.startsWith(ARRAY)
            ? encoding.substring(ARRAY.length(), encoding.lastIndexOf(':'))
            : encoding;
    return ElementType.parse(TYPES.get(name));
  }

  /** The shape of numbers, and of arrays whose encoding says it; null for other encodings. */
  private static Shape shape(String encoding) {
    if (TYPES.containsKey(encoding)) {
      return Shape.SCALAR;
    }
    String[] words = encoding.split(":", -1);
    if (!encoding.startsWith(ARRAY) || words.length != 3 || !TYPES.containsKey(words[1])) {
      return null;
    }
    List<Long> sizes = new ArrayList<>();
    for (String size : words[2].split(",", -1)) {
      if (!size.strip().matches("[1-9][0-9]{0,9}")) {
        return null;
      }
      sizes.add(Long.valueOf(size.strip()));
    }
    return Shape.of(sizes);
  }
}
