package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import java.lang.foreign.MemorySegment;

/**
 * Converts elements of one type to another, without loss or with the loss described here.
 *
 * <p>Without loss: each value must be the same number in the other type; NaN and infinities are
 * kept between floating point types. With loss: floating point is rounded to the nearest, of two to
 * the even one; a whole number that is too large for a whole type loses its high bits, as in NumPy;
 * floating point becomes a whole number by cutting off the fraction, the nearest the type has where
 * that is out of range, and 0 for NaN (NumPy leaves both to the machine); bool is whether it is not
 * 0. Types that are not numbers can only change their byte order.
 */
final class Cast {
  private final ElementType from;
  private final ElementType to;
  private final NumericType source;
  private final NumericType target;
  private final boolean isLossy;

  private Cast(ElementType from, ElementType to, boolean isLossy) {
    this.from = from;
    this.to = to;
    this.source = NumericType.of(from);
    this.target = NumericType.of(to);
    this.isLossy = isLossy;
  }

  /**
   * A cast.
   *
   * @throws IllegalArgumentException if there is none between these types
   */
  static Cast of(ElementType from, ElementType to, boolean isLossy) {
    Cast cast = new Cast(from, to, isLossy);
    if (!cast.isReordering() && (cast.source == null || cast.target == null)) {
      throw new IllegalArgumentException(
          "--dtype must be a number where elements are numbers (bool, integers, floats up to 64"
              + " bits), or the same type in another byte order, was %s for %s"
                  .formatted(to, from));
    }
    return cast;
  }

  /** Whether the types are the same except perhaps for the byte order. */
  private boolean isReordering() {
    return from.kind() == to.kind()
        && from.sizeBytes() == to.sizeBytes()
        && from.descr().substring(1).equals(to.descr().substring(1));
  }

  /** A value that cannot be cast without loss, and its position. */
  record Loss(long element, String value) {}

  /**
   * Casts elements.
   *
   * @param elements of the one type
   * @param result of the other; as many, elsewhere
   * @return the first one that cannot be cast without loss; null if all were cast
   */
  Loss run(MemorySegment elements, MemorySegment result) {
    if (isReordering()) {
      result.copyFrom(elements);
      if (!from.order().equals(to.order())) {
        // Converts to either order: elements that it takes for foreign are reversed.
        (from.isNativeOrder() ? to : from).toNativeOrder(result);
      }
      return null;
    }
    long count = elements.byteSize() / from.sizeBytes();
    return source.isFloating() ? floating(elements, result, count) : whole(elements, result, count);
  }

  private Loss floating(MemorySegment elements, MemorySegment result, long count) {
    boolean isFromTurned = !from.isNativeOrder();
    boolean isToTurned = !to.isNativeOrder();
    for (long i = 0; i < count; i++) {
      double value = source.floating(elements, i * from.sizeBytes(), isFromTurned);
      boolean isExact;
      if (target.isFloating()) {
        isExact = Double.isNaN(value) || target.rounded(value) == value;
        target.put(result, i * to.sizeBytes(), isToTurned, value);
      } else {
        long number = target == NumericType.BOOL ? (value == 0 ? 0 : 1) : whole(value);
        isExact = value == (target.isUnsigned64() ? unsigned(number) : number) && isIn(value);
        target.put(result, i * to.sizeBytes(), isToTurned, number);
      }
      if (!isExact && !isLossy) {
        return new Loss(i, Double.toString(value));
      }
    }
    return null;
  }

  /** From 2^63 on a double may compare equal to a long that is another number. */
  private boolean isIn(double value) {
    return target.isUnsigned64() ? value < 0x1p64 : value < 0x1p63;
  }

  private long whole(double value) {
    if (target.isUnsigned64()) {
      if (value >= 0x1p63) {
        return value >= 0x1p64 ? -1 : (long) (value - 0x1p63) ^ Long.MIN_VALUE;
      }
      return Math.max(0, (long) value);
    }
    return Math.clamp((long) value, target.least(), target.most());
  }

  private static double unsigned(long value) {
    if (value >= 0) {
      return value;
    }
    // Halve it but keep the last bit, so that it is rounded only once.
    return (double) ((value >>> 1) | (value & 1)) * 2;
  }

  private Loss whole(MemorySegment elements, MemorySegment result, long count) {
    boolean isFromTurned = !from.isNativeOrder();
    boolean isToTurned = !to.isNativeOrder();
    for (long i = 0; i < count; i++) {
      long value = source.whole(elements, i * from.sizeBytes(), isFromTurned);
      boolean isHuge = source.isUnsigned64() && value < 0;
      boolean isExact;
      if (target.isFloating()) {
        double floating = isHuge ? unsigned(value) : value;
        isExact = isExact(value, isHuge);
        target.put(result, i * to.sizeBytes(), isToTurned, rounded(value, isHuge, floating));
      } else {
        isExact =
            target.isUnsigned64()
                ? isHuge || value >= 0
                : !isHuge && value >= target.least() && value <= target.most();
        target.put(result, i * to.sizeBytes(), isToTurned, value);
      }
      if (!isExact && !isLossy) {
        return new Loss(i, isHuge ? Long.toUnsignedString(value) : Long.toString(value));
      }
    }
    return null;
  }

  /** Directly to float if that is the target: by way of double it would be rounded twice. */
  private double rounded(long value, boolean isHuge, double floating) {
    if (target != NumericType.FLOAT32) {
      return floating;
    }
    return isHuge ? (float) ((value >>> 1) | (value & 1)) * 2 : (float) value;
  }

  private boolean isExact(long value, boolean isHuge) {
    long magnitude = isHuge ? value : Math.abs(value);
    int bits =
        Long.SIZE - Long.numberOfLeadingZeros(magnitude) - Long.numberOfTrailingZeros(magnitude);
    boolean isInRange =
        target != NumericType.FLOAT16 || (!isHuge && magnitude >= 0 && magnitude <= 65504);
    return bits <= target.precisionBits() && isInRange;
  }
}
