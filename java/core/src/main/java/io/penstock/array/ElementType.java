package io.penstock.array;

import io.penstock.LoaderBuilder;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The type of the elements of an array, written as in NumPy's array protocol: {@code "<f4"}.
 *
 * <p>Penstock delivers elements as they are stored and converts nothing unasked, so this type says
 * what a reader of the bytes has to know: what they mean, how many make an element, and in which
 * byte order. {@link #toNativeOrder} converts elements to the byte order of this machine, {@link
 * LoaderBuilder#nativeOrder} does so for all batches. All types have a fixed size. Immutable.
 *
 * @param descr the type string in NumPy's canonical form, equal to {@code dtype.str}: byte order
 *     ({@code <}, {@code >}, or {@code |} where there is none), kind, size; as {@code "<f4"},
 *     {@code "|u1"}, {@code "|S5"}, {@code "<U3"}, {@code "<M8[ns]"}
 * @param kind what an element is
 * @param sizeBytes size of one element in bytes; 4 bytes per character for {@link Kind#UNICODE}; 0
 *     only for empty strings and empty raw data
 * @param order byte order of the stored numbers; null if an element is one byte or a string of
 *     bytes
 * @param structure the structure of structured elements, which otherwise are raw bytes; null for
 *     all others
 */
public record ElementType(
    String descr, Kind kind, int sizeBytes, ByteOrder order, Structure structure) {

  /**
   * The structure of elements, as NumPy describes it. Formats find it in files, and writers put it
   * into new ones. It keeps everything that NumPy knows: names and titles of fields, levels,
   * sub-arrays and padding.
   *
   * @param descr NumPy's {@code dtype.descr}, as a .npy header has it: {@code [('x', '<f4'), ('y',
   *     '<f4')]}; a dictionary of names, formats and offsets if such a list cannot describe it
   * @param nativeDescr the same with all numbers in the byte order of this machine
   * @param fitsHeader whether a .npy header can describe it: not if fields overlap or are out of
   *     order, or if there are far too many
   */
  public record Structure(String descr, String nativeDescr, boolean fitsHeader) {
    /** Checks that no part is null or empty. */
    public Structure {
      Objects.requireNonNull(descr, "descr");
      Objects.requireNonNull(nativeDescr, "nativeDescr");
    }
  }

  /** What an element is. */
  public enum Kind {
    /** One byte: 0 is false, 1 is true. */
    BOOLEAN('b', 1),
    /** Two's complement integer. */
    INTEGER('i', 1, 2, 4, 8),
    /** Unsigned integer. */
    UNSIGNED('u', 1, 2, 4, 8),
    /** IEEE 754 number; 16 bytes are C's long double of the writing machine, with its padding. */
    FLOAT('f', 2, 4, 8, 16),
    /** Two floats of half the size: real and imaginary part. */
    COMPLEX('c', 8, 16, 32),
    /** Bytes of text, padded with zeros. */
    BYTES('S'),
    /** Unicode code points of 4 bytes each, padded with zeros. */
    UNICODE('U'),
    /** Bytes whose meaning is not known. */
    RAW('V'),
    /**
     * 64-bit count of the unit in {@link ElementType#descr()} since 1970; the minimum is "none".
     */
    DATETIME('M', 8),
    /** 64-bit count of the unit in {@link ElementType#descr()}; the minimum is "none". */
    TIMEDELTA('m', 8);

    private final char code;

    /** The sum of the sizes that exist, which are powers of two; 0 if any length exists. */
    private final int sizes;

    Kind(char code, int... sizes) {
      this.code = code;
      this.sizes = IntStream.of(sizes).sum();
    }

    private static Kind of(char code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      return null;
    }

    private boolean exists(int size) {
      return sizes == 0 || (Integer.bitCount(size) == 1 && (sizes & size) != 0);
    }

    private boolean isOrdered(int size) {
      return this != BYTES && this != RAW && size != 1;
    }
  }

  /** Byte order, kind, size, and the unit of a time with its multiple. */
  private static final Pattern TYPE_STRING =
      Pattern.compile(
          "([<>|=]?)([a-zA-Z])(0|[1-9][0-9]{0,9})"
              + "(?:\\[([1-9][0-9]{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as|generic)\\])?");

  /** NumPy's names for the types of elements. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("bool", "|b1"),
          Map.entry("int8", "|i1"),
          Map.entry("uint8", "|u1"),
          Map.entry("int16", "i2"),
          Map.entry("uint16", "u2"),
          Map.entry("int32", "i4"),
          Map.entry("uint32", "u4"),
          Map.entry("int64", "i8"),
          Map.entry("uint64", "u8"),
          Map.entry("float16", "f2"),
          Map.entry("bfloat16", "|V2"),
          Map.entry("float32", "f4"),
          Map.entry("float64", "f8"));

  /** A descr longer than this is no type string: the longest real one has about 25 characters. */
  private static final int MAX_DESCR_CHARACTERS = 64;

  // Constants, in the byte order of this machine: below what parsing needs.

  /** One byte: 0 is false, 1 is true. */
  public static final ElementType BOOL = parse("b1");

  /** Integers of 8 bits. */
  public static final ElementType INT8 = parse("i1");

  /** Unsigned integers of 8 bits. */
  public static final ElementType UINT8 = parse("u1");

  /** Integers of 16 bits. In the byte order of this machine. */
  public static final ElementType INT16 = parse("i2");

  /** Unsigned integers of 16 bits. In the byte order of this machine. */
  public static final ElementType UINT16 = parse("u2");

  /** Integers of 32 bits. In the byte order of this machine. */
  public static final ElementType INT32 = parse("i4");

  /** Unsigned integers of 32 bits. In the byte order of this machine. */
  public static final ElementType UINT32 = parse("u4");

  /** Integers of 64 bits. In the byte order of this machine. */
  public static final ElementType INT64 = parse("i8");

  /** Unsigned integers of 64 bits. In the byte order of this machine. */
  public static final ElementType UINT64 = parse("u8");

  /** IEEE 754 numbers of 16 bits. In the byte order of this machine. */
  public static final ElementType FLOAT16 = parse("f2");

  /** IEEE 754 numbers of 32 bits: {@code float}. In the byte order of this machine. */
  public static final ElementType FLOAT32 = parse("f4");

  /** IEEE 754 numbers of 64 bits: {@code double}. In the byte order of this machine. */
  public static final ElementType FLOAT64 = parse("f8");

  /**
   * A type without fields.
   *
   * @param descr the type string in NumPy's canonical form
   * @param kind what an element is
   * @param sizeBytes size of one element in bytes
   * @param order byte order of the stored numbers, or null
   */
  public ElementType(String descr, Kind kind, int sizeBytes, ByteOrder order) {
    this(descr, kind, sizeBytes, order, null);
  }

  /** Checks that the parts are those of {@code descr}. */
  public ElementType {
    Objects.requireNonNull(descr, "descr");
    Objects.requireNonNull(kind, "kind");
    Scanned scanned = scan(descr);
    if (!scanned.equals(new Scanned(descr, kind, sizeBytes, order))) {
      throw new IllegalArgumentException(
          "element type '%s' must be %s, was %s"
              .formatted(descr, scanned, new Scanned(descr, kind, sizeBytes, order)));
    }
    if (structure != null && kind != Kind.RAW) {
      throw new IllegalArgumentException("elements with a structure must be raw, were " + descr);
    }
  }

  /**
   * Structured elements.
   *
   * @param sizeBytes size of one in bytes
   * @param structure what they are made of
   * @return a type of raw bytes that has this structure
   */
  public static ElementType structured(int sizeBytes, Structure structure) {
    return new ElementType("|V" + sizeBytes, Kind.RAW, sizeBytes, null, structure);
  }

  /**
   * Reads a type string as NumPy's {@code dtype} does: {@code "<f4"}, {@code ">i8"}, {@code "?"},
   * {@code "|S10"}, {@code "<M8[ns]"}. A missing order, {@code =} or {@code |} mean the order of
   * this machine, for types that have one.
   *
   * @param descr the type string
   * @return the type, in canonical form
   * @throws IllegalArgumentException if it is not the string of a type with a fixed size
   */
  public static ElementType parse(String descr) {
    Scanned scanned = scan(descr);
    return new ElementType(scanned.descr, scanned.kind, scanned.sizeBytes, scanned.order);
  }

  /**
   * Reads what people write: a type string, or NumPy's name of a type such as {@code uint16} or
   * {@code float32}; {@code bfloat16} is two raw bytes.
   *
   * @param name the name or the type string
   * @return the type; in the order of this machine if the name does not say
   * @throws IllegalArgumentException if it is neither
   */
  public static ElementType named(String name) {
    return parse(NAMES.getOrDefault(name, name));
  }

  /**
   * Whether the bytes can be used as they are on this machine.
   *
   * @return false when the stored byte order is the other one
   */
  public boolean isNativeOrder() {
    return order == null || order.equals(ByteOrder.nativeOrder());
  }

  /**
   * Converts elements that are stored in the other byte order to the order of this machine, in
   * place; for instance a column of a batch. Does nothing if {@link #isNativeOrder} is true.
   * Allocates nothing. It does not know the fields of structured records, which are raw bytes here;
   * {@link Column#toNativeOrder} does.
   *
   * @param elements of this type as stored, one after another; writable
   * @throws IllegalArgumentException if they are not a whole number of elements, or read-only
   */
  public void toNativeOrder(MemorySegment elements) {
    if (isNativeOrder()) {
      return;
    }
    if (elements.byteSize() % sizeBytes != 0) {
      throw new IllegalArgumentException(
          "elements must be a multiple of %d bytes (%s), were %d"
              .formatted(sizeBytes, descr, elements.byteSize()));
    }
    ByteSwap.swap(elements, 0, elements.byteSize(), numberBytes());
  }

  /** Size of the numbers in an element, which have a byte order. */
  int numberBytes() {
    return switch (kind) {
      case COMPLEX -> sizeBytes / 2;
      case UNICODE -> Integer.BYTES;
      default -> sizeBytes;
    };
  }

  /**
   * The same type in the byte order of this machine.
   *
   * @return this, if {@link #isNativeOrder} is true and there are no fields
   */
  public ElementType inNativeOrder() {
    if (structure != null) {
      String turned = structure.nativeDescr;
      return structured(sizeBytes, new Structure(turned, turned, structure.fitsHeader));
    }
    return isNativeOrder() ? this : parse("=" + descr.substring(1));
  }

  /**
   * The same type in a byte order.
   *
   * @param wanted the byte order
   * @return the type; this one if it is in that order, or has none
   * @throws IllegalArgumentException if its elements are structured, with an order for each field
   */
  public ElementType withOrder(ByteOrder wanted) {
    if (structure != null) {
      throw new IllegalArgumentException("structured elements have no byte order: " + descr);
    }
    boolean isSame = order == null || order.equals(wanted);
    return isSame ? this : parse(sign(wanted) + descr.substring(1));
  }

  /** The canonical type string, {@link #descr()}. */
  @Override
  public String toString() {
    return descr;
  }

  /** The components of an ElementType, as scanned from a type string. */
  private record Scanned(String descr, Kind kind, int sizeBytes, ByteOrder order) {
    @Override
    public String toString() {
      return "%s of %d bytes, %s".formatted(kind, sizeBytes, order == null ? "unordered" : order);
    }
  }

  private static Scanned scan(String descr) {
    if (descr.length() > MAX_DESCR_CHARACTERS) {
      throw unknown(descr.substring(0, MAX_DESCR_CHARACTERS) + "...");
    }
    if (descr.endsWith("?") && descr.length() <= 2) {
      return scan(descr.replace("?", "b1"));
    }
    Matcher matcher = TYPE_STRING.matcher(descr);
    Kind kind = matcher.matches() ? Kind.of(matcher.group(2).charAt(0)) : null;
    if (kind == null) {
      throw unknown(descr);
    }
    boolean isTime = kind == Kind.DATETIME || kind == Kind.TIMEDELTA;
    long count = Long.parseLong(matcher.group(3));
    long bytes = kind == Kind.UNICODE ? 4 * count : count;
    if (bytes > Integer.MAX_VALUE || !kind.exists((int) bytes) || (hasUnit(matcher) && !isTime)) {
      throw unknown(descr);
    }
    ByteOrder order = kind.isOrdered((int) bytes) ? order(matcher.group(1)) : null;
    String canonical = sign(order) + kind.code + count + unit(matcher);
    return new Scanned(canonical, kind, (int) bytes, order);
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

  private static String sign(ByteOrder order) {
    if (order == null) {
      return "|";
    }
    return order.equals(ByteOrder.LITTLE_ENDIAN) ? "<" : ">";
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
