package io.penstock.cli.convert.image;

import java.util.Arrays;

/**
 * Which coefficients of a JPEG its scans have brought, and to which bit.
 *
 * <p>A file that was cut between two scans and given an end marker is whole as far as decoders can
 * tell: they show it blurred, or without a component.
 */
final class JpegScans {
  private static final int COEFFICIENTS = 64;
  private static final int MISSING = 255;

  private final boolean isProgressive;
  private final int[] ids;
  private final int[][] lowestBits;

  JpegScans(boolean isProgressive, int[] ids) {
    this.isProgressive = isProgressive;
    this.ids = ids;
    this.lowestBits = new int[ids.length][COEFFICIENTS];
    for (int[] bits : lowestBits) {
      Arrays.fill(bits, MISSING);
    }
  }

  /**
   * Takes note of a scan.
   *
   * @param header what stands behind the length in its header
   */
  void add(byte[] header) throws ImageException {
    int count = header.length == 0 ? 0 : header[0] & 0xff;
    if (count < 1 || count > ids.length || header.length < 4 + 2 * count) {
      throw ImageException.damaged(JpegFile.KIND, "a scan header of " + header.length + " bytes");
    }
    int first = isProgressive ? header[1 + 2 * count] & 0xff : 0;
    int last = isProgressive ? header[2 + 2 * count] & 0xff : COEFFICIENTS - 1;
    int lowestBit = isProgressive ? header[3 + 2 * count] & 0xf : 0;
    if (first > last || last >= COEFFICIENTS) {
      throw ImageException.damaged(
          JpegFile.KIND, "a scan of coefficients %d to %d".formatted(first, last));
    }
    for (int i = 0; i < count; i++) {
      Arrays.fill(lowestBits[component(header[1 + 2 * i] & 0xff)], first, last + 1, lowestBit);
    }
  }

  private int component(int id) throws ImageException {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    throw ImageException.damaged(JpegFile.KIND, "a scan of component " + id + ", which it has not");
  }

  /** Whether every bit of every coefficient was in a scan. */
  boolean areComplete() {
    return Arrays.stream(lowestBits).flatMapToInt(Arrays::stream).allMatch(bit -> bit == 0);
  }
}
