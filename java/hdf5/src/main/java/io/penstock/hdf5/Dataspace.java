package io.penstock.hdf5;

import java.util.ArrayList;
import java.util.List;

/**
 * The shape of a dataset.
 *
 * @param isNull whether it has no elements at all, not even one
 * @param shape sizes of all axes; none for a scalar
 * @param limits to which they may grow; {@link #UNLIMITED} for those without a limit
 */
record Dataspace(boolean isNull, List<Long> shape, List<Long> limits) {
  static final long UNLIMITED = -1;

  private static final int MAX_AXES = 32;

  static Dataspace read(Bytes message) {
    int version = message.version(1, 2);
    int axes = message.u8();
    int flags = message.u8();
    boolean isNull = false;
    if (version == 1) {
      message.skip(5);
    } else {
      isNull = message.u8() == 2;
    }
    if (axes > MAX_AXES) {
      throw Hdf5Fault.damaged("expected a shape of at most %d axes, found %d", MAX_AXES, axes);
    }
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < axes; i++) {
      shape.add(message.length());
    }
    List<Long> limits = new ArrayList<>(shape);
    if ((flags & 1) != 0) {
      for (int i = 0; i < axes; i++) {
        limits.set(i, message.number(message.lengthBytes()));
        checkLimit(shape.get(i), limits, i, message.lengthBytes());
      }
    }
    return new Dataspace(isNull, List.copyOf(shape), List.copyOf(limits));
  }

  private static void checkLimit(long size, List<Long> limits, int axis, int width) {
    long limit = limits.get(axis);
    if (width < 8 && limit == (1L << (8 * width)) - 1) {
      limits.set(axis, UNLIMITED);
    } else if (limit != UNLIMITED && limit < size) {
      throw Hdf5Fault.damaged(
          "expected an axis of %d to have a limit of at least that, found %s",
          size, Long.toUnsignedString(limit));
    }
  }

  boolean isEmpty() {
    return shape.contains(0L);
  }
}
