package io.penstock.zarr;

/** Unpacks BloscLZ, a kin of FastLZ: runs of bytes as they are, and copies of what came before. */
final class BloscLz {
  private static final int MOST_LITERALS = 32;
  private static final int LONGEST_SHORT = 7;
  private static final int LEAST_MATCH = 3;
  private static final int FAR = 31 << 8;
  private static final int NEAR_DISTANCE = 8191;

  private BloscLz() {}

  /**
   * Unpacks one piece.
   *
   * @return how many bytes came out
   * @throws IndexOutOfBoundsException if it is damaged
   */
  static int unpack(byte[] packed, int from, int count, byte[] into, int at, int room) {
    int in = from;
    int last = from + count;
    int out = at;
    int end = at + room;
    if (count == 0) {
      return 0;
    }
    int control = packed[in++] & (MOST_LITERALS - 1);
    while (true) {
      if (control < MOST_LITERALS) {
        int literals = control + 1;
        check(literals <= last - in && literals <= end - out);
        System.arraycopy(packed, in, into, out, literals);
        in += literals;
        out += literals;
      } else {
        int length = (control >> 5) - 1;
        int distance = (control & 31) << 8;
        if (length == LONGEST_SHORT - 1) {
          int more;
          do {
            check(in < last);
            more = packed[in++] & 0xff;
            length += more;
            check(length <= room);
          } while (more == 0xff);
        }
        length += LEAST_MATCH;
        check(in < last);
        int code = packed[in++] & 0xff;
        if (code == 0xff && distance == FAR) {
          check(last - in >= 2);
          distance = ((packed[in] & 0xff) << 8) + (packed[in + 1] & 0xff) + NEAR_DISTANCE;
          in += 2;
        } else {
          distance += code;
        }
        distance++;
        check(distance <= out - at && length <= end - out);
        for (int i = 0; i < length; i++) {
          into[out] = into[out - distance];
          out++;
        }
      }
      if (in >= last) {
        return out - at;
      }
      control = packed[in++] & 0xff;
    }
  }

  private static void check(boolean isSound) {
    if (!isSound) {
      throw new IndexOutOfBoundsException("a damaged piece");
    }
  }
}
