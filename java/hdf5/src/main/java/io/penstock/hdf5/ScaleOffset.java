package io.penstock.hdf5;

/**
 * The filter "scaleoffset": numbers less their minimum, in as few bits as the largest needs. Floats
 * are kept as whole numbers of a decimal fraction, so they come back rounded, as in HDF5 itself.
 */
final class ScaleOffset {
  private static final int PARAMETERS = 20;
  private static final int FLOAT_CLASS = 1;
  private static final int DECIMAL = 0;
  private static final int HEADER_BYTES = 21;

  private final int elementBytes;
  private final boolean isFloat;
  private final boolean isBigEndian;
  private final boolean hasFill;
  private final long fill;
  private final int scale;
  private final int bits;
  private final long least;

  private ScaleOffset(int[] parameters, int bits, long least) {
    this.elementBytes = parameters[4];
    this.isFloat = parameters[3] == FLOAT_CLASS;
    this.isBigEndian = parameters[6] != 0;
    this.hasFill = parameters[7] != 0;
    this.fill = Integer.toUnsignedLong(parameters[8]) | (long) parameters[9] << 32;
    this.scale = parameters[1];
    this.bits = bits;
    this.least = least;
  }

  /** Parameters: kind, scale, elements, class, their size, sign, order, whether there is a fill. */
  static byte[] undo(byte[] packed, int[] parameters, int chunkBytes) {
    if (parameters.length != PARAMETERS) {
      throw Hdf5Fault.damaged(
          "expected scaleoffset with %d parameters, found %d", PARAMETERS, parameters.length);
    }
    int size = parameters[4];
    boolean isFloat = parameters[3] == FLOAT_CLASS;
    boolean isSound =
        Integer.bitCount(size) == 1
            && size > 0
            && size <= 8
            && (!isFloat || (size >= 4 && parameters[0] == DECIMAL))
            && Integer.toUnsignedLong(parameters[2]) * size == chunkBytes;
    if (!isSound) {
      throw Hdf5Fault.damaged(
          "expected scaleoffset of %d bytes, found %s elements of %d",
          chunkBytes, Integer.toUnsignedString(parameters[2]), size);
    }
    if (!isFloat && parameters[1] == 8 * size) {
      return packed; // So many bits that nothing was done.
    }
    int bits = (int) number(packed, 0, 4);
    long least = number(packed, 5, Math.min(8, packed[4] & 0xff));
    if (bits < 0 || bits > 8 * size) {
      throw Hdf5Fault.damaged(
          "expected values of at most %d bits by scaleoffset, found %d", 8 * size, bits);
    }
    return new ScaleOffset(parameters, bits, least).unpack(packed, chunkBytes);
  }

  private static long number(byte[] bytes, int at, int count) {
    long value = 0;
    for (int i = count - 1; i >= 0; i--) {
      value = value << 8 | (bytes[at + i] & 0xff);
    }
    return value;
  }

  private byte[] unpack(byte[] packed, int chunkBytes) {
    byte[] bytes = new byte[chunkBytes];
    BitReader reader = new BitReader(packed, HEADER_BYTES);
    boolean isWhole = bits == 8 * elementBytes;
    for (int at = 0; at < chunkBytes; at += elementBytes) {
      // Values in all their bits were not touched, and lie there as numbers do.
      long value =
          isWhole ? number(packed, HEADER_BYTES + at, elementBytes) : restored(reader.take(bits));
      for (int i = 0; i < elementBytes; i++) {
        bytes[isBigEndian ? at + elementBytes - 1 - i : at + i] = (byte) (value >>> (8 * i));
      }
    }
    return bytes;
  }

  /** The largest number of so many bits stands for the fill value. */
  private long restored(long value) {
    if (hasFill && value == (1L << bits) - 1) {
      return fill;
    }
    if (!isFloat) {
      return value + least;
    }
    if (elementBytes == 4) {
      float power = (float) Math.pow(10, scale);
      float restored = (float) (int) value / power + Float.intBitsToFloat((int) least);
      return Float.floatToRawIntBits(restored);
    }
    return Double.doubleToRawLongBits(value / Math.pow(10, scale) + Double.longBitsToDouble(least));
  }
}
