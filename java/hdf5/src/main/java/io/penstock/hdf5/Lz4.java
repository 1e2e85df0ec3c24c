package io.penstock.hdf5;

import java.nio.ByteBuffer;

/**
 * The filter "lz4": the size of all data and of a block as big-endian numbers, then blocks, each
 * with the size of its packed bytes before it. A block that did not shrink is kept as it was.
 */
final class Lz4 {
  private static final int MIN_MATCH = 4;

  private Lz4() {}

  static byte[] undo(byte[] packed, int mostBytes) {
    ByteBuffer in = ByteBuffer.wrap(packed);
    checkLeft(in, 12);
    long size = in.getLong();
    int blockBytes = in.getInt();
    if (size < 0 || size > mostBytes || blockBytes < 1) {
      throw Hdf5Fault.damaged(
          "expected at most %d bytes in lz4 blocks, found %d in blocks of %d",
          mostBytes, size, blockBytes);
    }
    byte[] bytes = new byte[(int) size];
    int at = 0;
    while (at < bytes.length) {
      int end = (int) Math.min((long) at + blockBytes, bytes.length);
      checkLeft(in, 4);
      int count = in.getInt();
      checkLeft(in, count);
      if (count == end - at) {
        in.get(bytes, at, count);
      } else {
        block(packed, in.position(), count, bytes, at, end);
        in.position(in.position() + count);
      }
      at = end;
    }
    return bytes;
  }

  private static void checkLeft(ByteBuffer in, int count) {
    if (count < 0 || count > in.remaining()) {
      throw Hdf5Fault.damaged("expected %d bytes of lz4 data, found %d", count, in.remaining());
    }
  }

  /** Unpacks one block, which must fill its place exactly. */
  static void block(byte[] packed, int from, int count, byte[] bytes, int start, int end) {
    int in = from;
    int last = from + count;
    int out = start;
    while (in < last) {
      int token = packed[in++] & 0xff;
      int literals = token >> 4;
      if (literals == 15) {
        int more;
        do {
          more = packed[in++] & 0xff;
          literals += more;
        } while (more == 255);
      }
      check(literals <= last - in && literals <= end - out);
      System.arraycopy(packed, in, bytes, out, literals);
      in += literals;
      out += literals;
      if (in == last) {
        break; // A block ends with literals.
      }
      int distance = (packed[in] & 0xff) | ((packed[in + 1] & 0xff) << 8);
      in += 2;
      int length = token & 15;
      if (length == 15) {
        int more;
        do {
          more = packed[in++] & 0xff;
          length += more;
        } while (more == 255);
      }
      length += MIN_MATCH;
      check(distance > 0 && distance <= out - start && length > 0 && length <= end - out);
      for (int i = 0; i < length; i++) {
        bytes[out] = bytes[out - distance];
        out++;
      }
    }
    check(in == last && out == end);
  }

  private static void check(boolean isSound) {
    if (!isSound) {
      throw Hdf5Fault.damaged("expected an lz4 block that fills its place, found that it does not");
    }
  }
}
