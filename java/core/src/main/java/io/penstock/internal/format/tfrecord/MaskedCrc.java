package io.penstock.internal.format.tfrecord;

import java.util.zip.CRC32C;

/** The checksums of TFRecord: CRC32C, rotated and moved, so that one of a checksum is no rule. */
final class MaskedCrc {
  private static final int DELTA = 0xa282ead8;

  private MaskedCrc() {}

  static int of(CRC32C crc) {
    return Integer.rotateRight((int) crc.getValue(), 15) + DELTA;
  }
}
