package io.penstock.hdf5;

import java.io.IOException;

/** The names of a group of the older kind, each up to its zero byte. */
final class LocalHeap {
  private static final String WHAT = "a local heap";

  /** Names are read in pieces: few are longer. */
  private static final int FIRST_BYTES = 128;

  private static final int MAX_NAME_BYTES = 1 << 16;

  private final Hdf5File file;
  private final long dataAddress;
  private final long dataBytes;

  private LocalHeap(Hdf5File file, long dataAddress, long dataBytes) {
    this.file = file;
    this.dataAddress = dataAddress;
    this.dataBytes = dataBytes;
  }

  static LocalHeap at(Hdf5File file, long address) throws IOException {
    Bytes bytes = file.atMost(address, 64, WHAT);
    bytes.expect("HEAP");
    bytes.version(0, 0);
    bytes.skip(3);
    long dataBytes = bytes.length();
    bytes.skip(bytes.lengthBytes());
    long dataAddress = bytes.address();
    file.checkRange(dataAddress, dataBytes, WHAT);
    return new LocalHeap(file, dataAddress, dataBytes);
  }

  /** The text that begins at an offset. */
  String text(long offset) throws IOException {
    if (offset < 0 || offset >= dataBytes) {
      throw Hdf5Fault.damaged(
          "expected a name in a local heap of %d bytes, found it at %s",
          dataBytes, Long.toUnsignedString(offset));
    }
    for (int count = FIRST_BYTES; ; count *= 4) {
      long there = Math.min(count, dataBytes - offset);
      byte[] bytes = file.structure(dataAddress + offset, there, WHAT).take(there);
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == 0) {
          return Bytes.decode(bytes, 0, i);
        }
      }
      if (there < count || count >= MAX_NAME_BYTES) {
        throw Hdf5Fault.damaged(
            "expected a name of less than %d bytes that ends in the local heap at %d, found none",
            MAX_NAME_BYTES, dataAddress);
      }
    }
  }
}
