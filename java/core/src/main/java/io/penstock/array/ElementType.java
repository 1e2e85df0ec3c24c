package io.penstock.array;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The type of the elements of an array, written as in NumPy's array protocol: {@code "<f4"}.
 *
 * <p>Penstock delivers elements as they are stored and converts nothing unasked, so this type says
 * what a reader of the bytes has to know: what they mean, how many make an element, and in which
 * byte order. {@link #toNativeOrder} converts elements to the byte order of this machine, {@link
 * io.penstock.LoaderBuilder#nativeOrder} does so for all batches. All types have a fixed size.
 * Immutable.
 */
public final class ElementType {
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

    final char code;

    /** The sum of the sizes that exist, which are powers of two; 0 if any length exists. */
    final int sizes;

    Kind(char code, int... sizes) {
      this.code = code;
      this.sizes = IntStream.of(sizes).sum();
    }

    static Optional<Kind> of(int code) {
      return Arrays.stream(values()).filter(kind -> kind.code == code).findFirst();
    }

    boolean exists(int size) {
      return sizes == 0 || (Integer.bitCount(size) == 1 && (sizes & size) != 0);
    }

    boolean isOrdered(int size) {
      return this != BYTES && this != RAW && size != 1;
    }
  }

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

  private final String descr;
  private final Kind kind;
  private final int sizeBytes;

  /** Empty if an element is one byte or a string of bytes. */
  private final Optional<ByteOrder> order;

  private final Optional<Structure> structure;
  private final boolean isNativeOrder;

  private ElementType(
      String descr,
      Kind kind,
      int sizeBytes,
      Optional<ByteOrder> order,
      Optional<Structure> structure) {
    this.descr = descr;
    this.kind = kind;
    this.sizeBytes = sizeBytes;
    this.order = order;
    this.structure = structure;
    this.isNativeOrder = order.isEmpty() || order.get().equals(ByteOrder.nativeOrder());
  }

  /**
   * Structured elements.
   *
   * @param sizeBytes size of one in bytes
   * @param structure what they are made of
   * @return a type of raw bytes that has this structure
   */
  public static ElementType structured(int sizeBytes, Structure structure) {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("sizeBytes must be at least 0, was " + sizeBytes);
    }
    return new ElementType(
        "|V" + sizeBytes, Kind.RAW, sizeBytes, Optional.empty(), Optional.of(structure));
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
    TypeString parsed = TypeString.of(descr);
    return new ElementType(
        parsed.canonical(), parsed.kind(), parsed.sizeBytes(), parsed.order(), Optional.empty());
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
   * The type string in NumPy's canonical form, equal to {@code dtype.str}: byte order ({@code <},
   * {@code >}, or {@code |} where there is none), kind, size.
   *
   * @return such as {@code "<f4"}, {@code "|u1"}, {@code "|S5"}, {@code "<U3"}, {@code "<M8[ns]"}
   */
  public String descr() {
    return descr;
  }

  /**
   * What an element is.
   *
   * @return its kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Size of one element; 4 bytes per character for {@link Kind#UNICODE}.
   *
   * @return in bytes; 0 only for empty strings and empty raw data
   */
  public int sizeBytes() {
    return sizeBytes;
  }

  /**
   * Byte order of the stored numbers.
   *
   * @return the order; empty if an element is one byte or a string of bytes
   */
  public Optional<ByteOrder> order() {
    return order;
  }

  /**
   * The structure of structured elements, which otherwise are raw bytes.
   *
   * @return the structure; empty for all other types
   */
  public Optional<Structure> structure() {
    return structure;
  }

  /**
   * Whether the bytes can be used as they are on this machine.
   *
   * @return false when the stored byte order is the other one
   */
  public boolean isNativeOrder() {
    return isNativeOrder;
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
    if (structure.isPresent()) {
      String turned = structure.get().nativeDescr;
      return structured(sizeBytes, new Structure(turned, turned, structure.get().fitsHeader));
    }
    return isNativeOrder ? this : parse("=" + descr.substring(1));
  }

  /**
   * The same type in a byte order.
   *
   * @param wanted the byte order
   * @return the type; this one if it is in that order, or has none
   * @throws IllegalArgumentException if its elements are structured, with an order for each field
   */
  public ElementType withOrder(ByteOrder wanted) {
    if (structure.isPresent()) {
      throw new IllegalArgumentException("structured elements have no byte order: " + descr);
    }
    boolean isSame = order.isEmpty() || order.get().equals(wanted);
    return isSame ? this : parse(TypeString.sign(Optional.of(wanted)) + descr.substring(1));
  }

  /** The canonical type string, {@link #descr()}. */
  @Override
  public String toString() {
    return descr;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ElementType that
        && descr.equals(that.descr)
        && structure.equals(that.structure);
  }

  @Override
  public int hashCode() {
    return Objects.hash(descr, structure);
  }
}
