package io.penstock.hdf5;

import java.util.Arrays;

/** The filter "fletcher32": a checksum behind the data, which is compared here and cut off. */
final class Fletcher32 {
  private static final int SUM_BYTES = 4;

  /** As many sums as fit before they must be folded. */
  private static final int FOLD_WORDS = 360;

  private Fletcher32() {}

  static byte[] undo(byte[] bytes) {
    int count = bytes.length - SUM_BYTES;
    if (count < 0) {
      throw Hdf5Fault.damaged("expected data with a checksum, found %d bytes", bytes.length);
    }
    int stored = 0;
    for (int i = SUM_BYTES - 1; i >= 0; i--) {
      stored = stored << 8 | (bytes[count + i] & 0xff);
    }
    int computed = sum(bytes, count);
    // Little-endian machines wrote it with its bytes in pairs turned, before HDF5 1.6.3.
    int turned = ((computed >>> 8) & 0x00ff00ff) | ((computed << 8) & 0xff00ff00);
    if (stored != computed && stored != turned) {
      throw Hdf5Fault.damaged(
          "expected fletcher32 checksum %08x, found %08x: the data are damaged", stored, computed);
    }
    return Arrays.copyOf(bytes, count);
  }

  private static int sum(byte[] bytes, int count) {
    int first = 0;
    int second = 0;
    int at = 0;
    while (at + 1 < count) {
      int end = Math.min(count - 1, at + 2 * FOLD_WORDS);
      while (at < end) {
        first += (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
        second += first;
        at += 2;
      }
      first = (first & 0xffff) + (first >>> 16);
      second = (second & 0xffff) + (second >>> 16);
    }
    if (at < count) {
      first += (bytes[at] & 0xff) << 8;
      second += first;
      first = (first & 0xffff) + (first >>> 16);
      second = (second & 0xffff) + (second >>> 16);
    }
    first = (first & 0xffff) + (first >>> 16);
    second = (second & 0xffff) + (second >>> 16);
    return second << 16 | first;
  }
}
