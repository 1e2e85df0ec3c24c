package io.penstock.zarr;

/** Undoes what Blosc does to a block before it compresses it. */
final class ZarrShuffle {
  private static final int MULTIPLE = 8;

  /** How elements were mixed. */
  enum Kind {
    NONE,
    /** First the first bytes of all elements, then their second bytes, and so on. */
    BYTES,
    /** First the lowest bits of all elements, then the next ones, and so on. */
    BITS
  }

  private ZarrShuffle() {}

  /** Puts a block in order into its place. */
  static void undo(byte[] block, int bytes, Kind kind, int typeBytes, byte[] into, int at) {
    int count = bytes / typeBytes;
    if (kind == Kind.BYTES && typeBytes > 1) {
      undoBytes(block, count, typeBytes, into, at);
    } else if (kind == Kind.BITS && count % MULTIPLE == 0) {
      undoBits(block, count, typeBytes, into, at);
    } else {
      count = 0;
    }
    int done = count * typeBytes;
    System.arraycopy(block, done, into, at + done, bytes - done);
  }

  private static void undoBytes(byte[] block, int count, int typeBytes, byte[] into, int at) {
    int from = 0;
    for (int lane = 0; lane < typeBytes; lane++) {
      for (int i = 0; i < count; i++) {
        into[at + i * typeBytes + lane] = block[from++];
      }
    }
  }

  /** Bit b of byte j of element i is bit i of row 8j + b, which has an eighth of the bytes. */
  private static void undoBits(byte[] block, int count, int typeBytes, byte[] into, int at) {
    int rowBytes = count / MULTIPLE;
    for (int lane = 0; lane < typeBytes; lane++) {
      for (int group = 0; group < rowBytes; group++) {
        long bits = 0;
        for (int bit = 0; bit < MULTIPLE; bit++) {
          long row = block[(MULTIPLE * lane + bit) * rowBytes + group] & 0xffL;
          bits |= row << (MULTIPLE * bit);
        }
        for (int i = 0; i < MULTIPLE; i++) {
          int value = 0;
          for (int bit = 0; bit < MULTIPLE; bit++) {
            value |= (int) (bits >>> (MULTIPLE * bit + i) & 1) << bit;
          }
          into[at + (MULTIPLE * group + i) * typeBytes + lane] = (byte) value;
        }
      }
    }
  }
}
