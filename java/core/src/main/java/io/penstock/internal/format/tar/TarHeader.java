package io.penstock.internal.format.tar;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The fields of a tar header, a block of 512 bytes: old (v7), POSIX (ustar, pax) and GNU.
 *
 * <p>What it owns: the places of fields and how numbers are written in them. It believes nothing: a
 * header counts only with its checksum, and numbers that make no sense are {@link #INVALID}. All
 * methods take a little-endian buffer and the place of the header in it.
 */
public final class TarHeader {
  public static final int BLOCK_BYTES = 512;

  static final int NAME_BYTES = 100;
  static final int LINK_OFFSET = 157;
  static final int PREFIX_OFFSET = 345;
  static final int PREFIX_BYTES = 155;

  /** Of a number that is none, or is negative, or needs more than 63 bits. */
  static final long INVALID = -1;

  private static final int SIZE_OFFSET = 124;
  private static final int SIZE_BYTES = 12;
  private static final int SUM_OFFSET = 148;
  private static final int SUM_BYTES = 8;
  private static final int TYPE_OFFSET = 156;
  private static final int MAGIC_OFFSET = 257;

  /** "ustar" and a zero, as POSIX has it; GNU has a blank behind it, and no prefix. */
  private static final long POSIX_MAGIC = 0x00_72_61_74_73_75L;

  private static final long MAGIC_MASK = 0xff_ff_ff_ff_ff_ffL;

  /** Where an old GNU header, and each block that continues it, says that another one follows. */
  private static final int SPARSE_MORE_OFFSET = 482;

  private static final int SPARSE_NEXT_OFFSET = 504;

  /** Every other byte of eight. */
  private static final long EVEN_BYTES = 0x00ff00ff00ff00ffL;

  private TarHeader() {}

  /**
   * Whether bytes begin with a header, which is so if its checksum is right.
   *
   * @param start the first {@link #BLOCK_BYTES} bytes of a file, or all there are
   */
  public static boolean isAtStart(byte[] start) {
    return start.length >= BLOCK_BYTES
        && start[0] != 0
        && hasSum(ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN), 0);
  }

  /** Whether a block is all zeros, which ends an archive. */
  static boolean isZero(ByteBuffer bytes, int at) {
    if (bytes.get(at) != 0) {
      return false;
    }
    long any = 0;
    for (int i = 0; i < BLOCK_BYTES; i += Long.BYTES) {
      any |= bytes.getLong(at + i);
    }
    return any == 0;
  }

  /**
   * Whether the checksum of a header is right. It counts bytes as unsigned; those who wrote it may
   * have counted them as signed.
   */
  static boolean hasSum(ByteBuffer bytes, int at) {
    long expected = number(bytes, at + SUM_OFFSET, SUM_BYTES);
    if (expected == INVALID) {
      return false;
    }
    int blanks = SUM_BYTES * ' ';
    int sum = sum(bytes, at, 0, BLOCK_BYTES) - sum(bytes, at, SUM_OFFSET, SUM_OFFSET + SUM_BYTES);
    return sum + blanks == expected || sum + blanks - signs(bytes, at) == expected;
  }

  /** Four 16-bit sums side by side: at most 128 bytes go into each, so none overflows. */
  private static int sum(ByteBuffer bytes, int at, int from, int to) {
    if (from % Long.BYTES != 0) {
      return sumOfFew(bytes, at, from, to);
    }
    long sums = 0;
    for (int i = at + from; i < at + to; i += Long.BYTES) {
      long eight = bytes.getLong(i);
      sums += (eight & EVEN_BYTES) + ((eight >>> 8) & EVEN_BYTES);
    }
    return (int)
        ((sums & 0xffff) + (sums >>> 16 & 0xffff) + (sums >>> 32 & 0xffff) + (sums >>> 48));
  }

  private static int sumOfFew(ByteBuffer bytes, int at, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += bytes.get(at + i) & 0xff;
    }
    return sum;
  }

  /** By how much a sum of signed bytes is less than one of unsigned bytes. */
  private static int signs(ByteBuffer bytes, int at) {
    int negative = 0;
    for (int i = 0; i < BLOCK_BYTES; i++) {
      boolean isSum = i >= SUM_OFFSET && i < SUM_OFFSET + SUM_BYTES;
      negative += !isSum && bytes.get(at + i) < 0 ? 1 : 0;
    }
    return 256 * negative;
  }

  /** The letter of a header's type; a zero byte, which old archives have for files, is a '0'. */
  static char type(ByteBuffer bytes, int at) {
    int type = bytes.get(at + TYPE_OFFSET) & 0xff;
    return type == 0 ? '0' : (char) type;
  }

  static long size(ByteBuffer bytes, int at) {
    return number(bytes, at + SIZE_OFFSET, SIZE_BYTES);
  }

  /** Whether the header has a prefix of the name, as only those of POSIX have. */
  static boolean hasPrefix(ByteBuffer bytes, int at) {
    return (bytes.getLong(at + MAGIC_OFFSET) & MAGIC_MASK) == POSIX_MAGIC
        && bytes.get(at + PREFIX_OFFSET) != 0;
  }

  /** Whether a block with more pieces follows the header of a sparse file of old GNU tar. */
  static boolean hasMorePieces(ByteBuffer bytes, int at) {
    return bytes.get(at + SPARSE_MORE_OFFSET) != 0;
  }

  /** Whether another block with pieces follows this one. */
  static boolean hasNextPieces(ByteBuffer bytes, int at) {
    return bytes.get(at + SPARSE_NEXT_OFFSET) != 0;
  }

  /**
   * Octal digits between blanks and zeros; or, where the first bit is set, a number of base 256, as
   * GNU tar and star write those that need more digits.
   */
  private static long number(ByteBuffer bytes, int at, int length) {
    if (bytes.get(at) < 0) {
      return binary(bytes, at, length);
    }
    int i = at;
    int end = at + length;
    while (i < end && bytes.get(i) == ' ') {
      i++;
    }
    long number = 0;
    while (i < end && bytes.get(i) >= '0' && bytes.get(i) <= '7') {
      number = (number << 3) | (bytes.get(i++) - '0');
    }
    while (i < end && (bytes.get(i) == ' ' || bytes.get(i) == 0)) {
      i++;
    }
    return i == end ? number : INVALID;
  }

  private static long binary(ByteBuffer bytes, int at, int length) {
    int first = bytes.get(at) & 0x7f; // Its second bit is the sign.
    for (int i = at + 1; i < at + length - Long.BYTES; i++) {
      first |= bytes.get(i);
    }
    if (length <= Long.BYTES || first != 0) {
      return INVALID;
    }
    return Math.max(INVALID, Long.reverseBytes(bytes.getLong(at + length - Long.BYTES)));
  }
}
