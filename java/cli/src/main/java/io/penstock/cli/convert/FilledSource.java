package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Records whose elements are all the same number. */
public final class FilledSource implements RecordSource {
  /** 2^64 has 20 digits. */
  private static final int MAX_DIGITS = 20;

  private final ElementType type;
  private final Shape shape;
  private final Arena arena = Arena.ofShared();
  private final String fill;
  private MemorySegment chunk;
  private long left;

  private FilledSource(ElementType type, Shape shape, String fill) {
    this.type = type;
    this.shape = shape;
    this.fill = fill;
    this.left = shape.dim(0);
    if (fill != null) {
      put(MemorySegment.ofArray(new byte[type.sizeBytes()]));
    }
  }

  /**
   * Makes a source.
   *
   * @param type of the elements
   * @param shape sizes of all axes, at least one
   * @param fill the number, as text; null for zeros, of any type
   * @return the records
   * @throws IllegalArgumentException if it is not a number of this type
   */
  public static FilledSource of(ElementType type, Shape shape, String fill) {
    return new FilledSource(type, shape, fill);
  }

  private void put(MemorySegment element) {
    NumericType numbers = NumericType.of(type);
    boolean isTurned = !type.isNativeOrder();
    try {
      if (numbers == null) {
        throw new IllegalArgumentException("no numbers: " + type);
      }
      if (numbers.isFloating()) {
        numbers.put(element, 0, isTurned, Double.parseDouble(fill));
        return;
      }
      BigDecimal number = new BigDecimal(fill);
      if (number.precision() - (long) number.scale() > MAX_DIGITS) {
        throw new ArithmeticException("too many digits to even look at: " + fill);
      }
      BigInteger value = number.toBigIntegerExact();
      BigInteger most = new BigInteger(Long.toUnsignedString(numbers.most()));
      if (value.compareTo(BigInteger.valueOf(numbers.least())) < 0 || value.compareTo(most) > 0) {
        throw new IllegalArgumentException("out of range");
      }
      numbers.put(element, 0, isTurned, value.longValue());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "--fill must be a number that %s has, was '%s'".formatted(type, fill), e);
    }
  }

  @Override
  public ElementType elementType() {
    return type;
  }

  @Override
  public Shape recordShape() {
    return shape.withoutFirst();
  }

  @Override
  public long recordCount() {
    return shape.dim(0);
  }

  @Override
  public String identity() {
    return "%s of %s %s".formatted(fill, type, shape);
  }

  @Override
  public MemorySegment next() {
    if (left == 0) {
      return null;
    }
    long count = Math.min(left, Math.max(1, CHUNK_BYTES / recordBytes()));
    if (chunk == null) {
      chunk = arena.allocate(count * recordBytes(), Long.BYTES);
    }
    if (fill != null) {
      put(chunk.asSlice(0, type.sizeBytes()));
    }
    // Copy what is filled, doubling it each time.
    for (long done = type.sizeBytes(); done < chunk.byteSize(); done *= 2) {
      long some = Math.min(done, chunk.byteSize() - done);
      MemorySegment.copy(chunk, 0, chunk, done, some);
    }
    left -= count;
    return chunk.asSlice(0, count * recordBytes());
  }

  @Override
  public void close() {
    arena.close();
  }
}
