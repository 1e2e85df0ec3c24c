package io.penstock.internal.format;

import java.util.List;

/** Distances between neighbours along the axes of a contiguous array. */
public final class Strides {
  private Strides() {}

  /**
   * One stride in bytes per axis, at least 1 each.
   *
   * <p>Axes of size 0 count as 1: there are no elements then, and strides are never 0.
   *
   * @param shape whose product with itemBytes is below 2^63
   * @param isFortran whether the first axis varies fastest, instead of the last
   */
  public static List<Long> of(List<Long> shape, long itemBytes, boolean isFortran) {
    Long[] strides = new Long[shape.size()];
    long stride = Math.max(1, itemBytes);
    for (int i = 0; i < strides.length; i++) {
      int axis = isFortran ? i : strides.length - 1 - i;
      strides[axis] = stride;
      stride = saturated(stride, Math.max(1, shape.get(axis)));
    }
    return List.of(strides);
  }

  /** With an axis of size 0, the other axes may be so large that their product does not fit. */
  private static long saturated(long stride, long size) {
    return stride > Long.MAX_VALUE / size ? Long.MAX_VALUE : stride * size;
  }
}
