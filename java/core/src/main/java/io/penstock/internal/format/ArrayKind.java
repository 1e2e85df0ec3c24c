package io.penstock.internal.format;

import java.util.List;

/**
 * What many arrays of one file, often thousands, have in common.
 *
 * @param shape sizes of all axes
 * @param strides in bytes, along all axes
 * @param problem why such an array cannot be read in place; null if it can
 */
public record ArrayKind(
    DataType type, List<Long> shape, Strides strides, boolean isFortran, String problem) {
  public static final ArrayKind UNKNOWN =
      refused("expected its elements behind it, found none: the pickle is damaged");

  public static ArrayKind refused(String problem) {
    return new ArrayKind(null, List.of(), Strides.NONE, false, problem);
  }

  public static ArrayKind of(DataType type, List<Long> shape, boolean isFortran) {
    Strides strides = Strides.contiguous(shape, type.itemBytes(), isFortran);
    return new ArrayKind(type, shape, strides, isFortran, null);
  }

  public StoredArray at(long offset) {
    return new StoredArray(type, shape, strides, isFortran, offset);
  }

  /** The same kind of array, which cannot be read in place. */
  public ArrayKind but(String newProblem) {
    return new ArrayKind(type, shape, strides, isFortran, newProblem);
  }

  /** Size of all elements; -1 if it is 2^63 or more. */
  public long dataBytes() {
    if (shape.contains(0L)) {
      return 0;
    }
    long bytes = type.itemBytes();
    for (long size : shape) {
      if (bytes > Long.MAX_VALUE / size) {
        return -1;
      }
      bytes *= size;
    }
    return bytes;
  }
}
