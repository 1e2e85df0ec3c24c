package io.penstock.hdf5;

import java.util.Arrays;
import java.util.List;

/**
 * What HDF5 changes when it hands a stored value to NumPy, at one place of each element: text
 * becomes filled up with zeros, and an integer of few bits fills its bytes.
 *
 * @param type as stored: text or an integer
 * @param offset of the first value in an element
 * @param shape of the axes that the values have within an element
 * @param strides distance in bytes between neighbours along each of them
 */
record Repair(H5Type type, long offset, List<Long> shape, List<Long> strides) {
  private static final int BLANKS = 2;

  /** Repairs whole elements that lie one after another. */
  static void all(List<Repair> repairs, byte[] bytes, int count, int elementBytes) {
    for (Repair repair : repairs) {
      for (int at = 0; at + elementBytes <= count; at += elementBytes) {
        repair.axis(bytes, at + (int) repair.offset, 0);
      }
    }
  }

  private void axis(byte[] bytes, int at, int axis) {
    if (axis < shape.size()) {
      int step = strides.get(axis).intValue();
      for (int i = 0; i < shape.get(axis); i++) {
        axis(bytes, at + i * step, axis + 1);
      }
    } else if (type instanceof H5Type.Text text) {
      text(bytes, at, (int) text.sizeBytes(), text.padding());
    } else if (type instanceof H5Type.FixedPoint number) {
      whole(bytes, at, number);
    }
  }

  private static void text(byte[] bytes, int at, int size, int padding) {
    int end = padding == BLANKS ? at + size : at;
    if (padding == BLANKS) {
      while (end > at && bytes[end - 1] == ' ') {
        end--;
      }
    } else {
      while (end < at + size && bytes[end] != 0) {
        end++;
      }
    }
    Arrays.fill(bytes, end, at + size, (byte) 0);
  }

  private static void whole(byte[] bytes, int at, H5Type.FixedPoint type) {
    int size = (int) type.sizeBytes();
    long value = 0;
    for (int i = 0; i < size; i++) {
      int place = type.isBigEndian() ? at + i : at + size - 1 - i;
      value = value << 8 | (bytes[place] & 0xff);
    }
    int unused = Long.SIZE - type.precision();
    value = value >>> type.offset() << unused;
    value = type.isSigned() ? value >> unused : value >>> unused;
    for (int i = 0; i < size; i++) {
      int place = type.isBigEndian() ? at + size - 1 - i : at + i;
      bytes[place] = (byte) (value >>> (8 * i));
    }
  }
}
