package io.penstock.internal.format;

import java.util.Arrays;
import java.util.List;

/** Distances in bytes between neighbours along the axes of an array. An immutable value. */
public final class Strides {
  /** Of an array without axes. */
  public static final Strides NONE = new Strides(new long[0]);

  private final long[] bytes;

  private Strides(long[] bytes) {
    this.bytes = bytes;
  }

  /** These distances, outermost axis first. */
  public static Strides of(long... bytes) {
    return new Strides(bytes.clone());
  }

  /**
   * Those of a contiguous array, at least 1 each.
   *
   * <p>Axes of size 0 count as 1: there are no elements then, and strides are never 0.
   *
   * @param shape whose product with itemBytes is below 2^63
   * @param isFortran whether the first axis varies fastest, instead of the last
   */
  public static Strides contiguous(List<Long> shape, long itemBytes, boolean isFortran) {
    long[] strides = new long[shape.size()];
    long stride = Math.max(1, itemBytes);
    for (int i = 0; i < strides.length; i++) {
      int axis = isFortran ? i : strides.length - 1 - i;
      strides[axis] = stride;
      stride = saturated(stride, Math.max(1, shape.get(axis)));
    }
    return new Strides(strides);
  }

  /** With an axis of size 0, the other axes may be so large that their product does not fit. */
  private static long saturated(long stride, long size) {
    return stride > Long.MAX_VALUE / size ? Long.MAX_VALUE : stride * size;
  }

  public int rank() {
    return bytes.length;
  }

  /** Along one axis; 0 is the outermost. */
  public long along(int axis) {
    return bytes[axis];
  }

  /** These, and behind them those of inner axes. */
  public Strides then(Strides inner) {
    long[] joined = Arrays.copyOf(bytes, bytes.length + inner.bytes.length);
    System.arraycopy(inner.bytes, 0, joined, bytes.length, inner.bytes.length);
    return new Strides(joined);
  }

  /** Those of a record; none if there are none. */
  public Strides withoutFirst() {
    return bytes.length < 2 ? NONE : new Strides(Arrays.copyOfRange(bytes, 1, bytes.length));
  }

  /** Those of these axes, in this order. */
  public Strides reordered(List<Long> axes) {
    return new Strides(axes.stream().mapToLong(axis -> bytes[axis.intValue()]).toArray());
  }

  public long[] toArray() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Strides that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return Arrays.toString(bytes);
  }
}
