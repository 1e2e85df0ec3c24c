package io.penstock.hdf5;

/**
 * The checksum that HDF5 puts behind its newer structures: Bob Jenkins' lookup3, {@code hashlittle}
 * with an initial value of 0. In the public domain, at burtleburtle.net/bob/c/lookup3.c.
 */
final class Lookup3 {
  private static final int START = 0xdeadbeef;
  private static final int BLOCK_BYTES = 12;

  private Lookup3() {}

  static int hash(byte[] bytes, int offset, int count) {
    int a = START + count;
    int b = a;
    int c = a;
    int at = offset;
    int left = count;
    while (left > BLOCK_BYTES) {
      a += word(bytes, at, 4);
      b += word(bytes, at + 4, 4);
      c += word(bytes, at + 8, 4);
      a = (a - c) ^ Integer.rotateLeft(c, 4);
      c += b;
      b = (b - a) ^ Integer.rotateLeft(a, 6);
      a += c;
      c = (c - b) ^ Integer.rotateLeft(b, 8);
      b += a;
      a = (a - c) ^ Integer.rotateLeft(c, 16);
      c += b;
      b = (b - a) ^ Integer.rotateLeft(a, 19);
      a += c;
      c = (c - b) ^ Integer.rotateLeft(b, 4);
      b += a;
      at += BLOCK_BYTES;
      left -= BLOCK_BYTES;
    }
    if (left == 0) {
      return c;
    }
    a += word(bytes, at, Math.min(4, left));
    b += word(bytes, at + 4, Math.clamp(left - 4, 0, 4));
    c += word(bytes, at + 8, Math.clamp(left - 8, 0, 4));
    return last(a, b, c);
  }

  private static int last(int first, int second, int third) {
    int a = first;
    int b = second;
    int c = third;
    c = (c ^ b) - Integer.rotateLeft(b, 14);
    a = (a ^ c) - Integer.rotateLeft(c, 11);
    b = (b ^ a) - Integer.rotateLeft(a, 25);
    c = (c ^ b) - Integer.rotateLeft(b, 16);
    a = (a ^ c) - Integer.rotateLeft(c, 4);
    b = (b ^ a) - Integer.rotateLeft(a, 14);
    return (c ^ b) - Integer.rotateLeft(b, 24);
  }

  private static int word(byte[] bytes, int at, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      value |= (bytes[at + i] & 0xff) << (8 * i);
    }
    return value;
  }
}
