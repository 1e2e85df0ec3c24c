package io.penstock.array;

import java.util.Arrays;
import java.util.List;

/**
 * Sizes of the axes of an array, outermost first. A shape without axes is that of a single element.
 *
 * <p>A value: two shapes of the same sizes are equal. Sizes are not checked here, as a damaged file
 * may claim any: whoever takes a shape refuses what cannot be. Immutable.
 */
public final class Shape {
  /** The shape of a single element: no axes. */
  public static final Shape SCALAR = new Shape(new long[0]);

  private final long[] sizes;

  private Shape(long[] sizes) {
    this.sizes = sizes;
  }

  /**
   * A shape of these sizes.
   *
   * @param sizes of the axes, outermost first; none for a single element
   * @return the shape
   */
  public static Shape of(long... sizes) {
    return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
  }

  /**
   * A shape of listed sizes.
   *
   * @param sizes of the axes, outermost first
   * @return the shape
   */
  public static Shape of(List<Long> sizes) {
    return sizes.isEmpty()
        ? SCALAR
        : new Shape(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /**
   * How many axes there are.
   *
   * @return at least 0
   */
  public int rank() {
    return sizes.length;
  }

  /**
   * Whether there are no axes.
   *
   * @return true for the shape of a single element
   */
  public boolean isScalar() {
    return sizes.length == 0;
  }

  /**
   * The size of an axis.
   *
   * @param axis 0 for the outermost, below the rank
   * @return its size
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long dim(int axis) {
    return sizes[axis];
  }

  /**
   * How many elements an array of this shape has.
   *
   * @return the product of the sizes; 1 without axes
   * @throws ArithmeticException if that is 2^63 or more
   */
  public long elementCount() {
    long count = 1;
    for (long size : sizes) {
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  /**
   * The shape of one record of an array of this shape.
   *
   * @return all axes but the first; no axes if there is none
   */
  public Shape withoutFirst() {
    return sizes.length < 2 ? SCALAR : new Shape(Arrays.copyOfRange(sizes, 1, sizes.length));
  }

  /**
   * The shape of so many arrays of this shape.
   *
   * @param size of a new axis, outside of the others
   * @return a shape with one axis more
   */
  public Shape withFirst(long size) {
    long[] longer = new long[sizes.length + 1];
    longer[0] = size;
    System.arraycopy(sizes, 0, longer, 1, sizes.length);
    return new Shape(longer);
  }

  /**
   * The shape of an array of this shape whose elements are rows.
   *
   * @param size of a new axis, within the others
   * @return a shape with one axis more
   */
  public Shape withLast(long size) {
    long[] longer = Arrays.copyOf(sizes, sizes.length + 1);
    longer[sizes.length] = size;
    return new Shape(longer);
  }

  /**
   * The sizes of all axes.
   *
   * @return a new array, outermost first
   */
  public long[] toArray() {
    return sizes.clone();
  }

  /**
   * The sizes of all axes, for collections and formatters.
   *
   * @return an immutable list, outermost first
   */
  public List<Long> toList() {
    return Arrays.stream(sizes).boxed().toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(sizes, that.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** As Python writes it: {@code (28, 28)}, {@code (3,)} for one axis, {@code ()} for none. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("(");
    for (int axis = 0; axis < sizes.length; axis++) {
      text.append(axis == 0 ? "" : ", ").append(sizes[axis]);
    }
    return text.append(sizes.length == 1 ? ",)" : ")").toString();
  }
}
