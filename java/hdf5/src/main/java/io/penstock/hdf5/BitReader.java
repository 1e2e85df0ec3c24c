package io.penstock.hdf5;

/** Bits one after another, from the highest of each byte on. */
final class BitReader {
  private final byte[] bytes;
  private int at;

  /** Bits of the byte at hand that are left. */
  private int left = 8;

  BitReader(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** The next bits as a number, at most 64 of them. */
  long take(int count) {
    long value = 0;
    int wanted = count;
    while (wanted > 0) {
      int some = Math.min(wanted, left);
      int bits = (bytes[at] & 0xff) >> (left - some) & (1 << some) - 1;
      value = value << some | bits;
      wanted -= some;
      left -= some;
      if (left == 0) {
        left = 8;
        at++;
      }
    }
    return value;
  }

  /** Zeros before the next one, which is taken too. */
  int zeros(int most) {
    int count = 0;
    while (take(1) == 0) {
      if (++count > most) {
        throw Hdf5Fault.damaged("expected a code of at most %d zeros, found more", most);
      }
    }
    return count;
  }
}
