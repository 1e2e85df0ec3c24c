package io.penstock.hdf5;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * The value of elements that were never written: one that the dataset names, or zeros, which take
 * no memory.
 */
final class FillValue {
  private final byte[] value;

  private FillValue(byte[] value) {
    this.value = value;
  }

  /** The value of a dataset. */
  static FillValue of(ObjectHeader header, long elementBytes) throws IOException {
    byte[] value = new byte[0];
    Optional<Bytes> message = header.find(ObjectHeader.FILL);
    Optional<Bytes> old = header.find(ObjectHeader.OLD_FILL);
    if (message.isPresent()) {
      value = value(message.get());
    } else if (old.isPresent()) {
      value = old.get().take(old.get().u32());
    }
    if (value.length != 0 && value.length != elementBytes) {
      throw Hdf5Fault.damaged(
          "expected a fill value of %d bytes, found %d", elementBytes, value.length);
    }
    return new FillValue(isUniform(value) && value[0] == 0 ? new byte[0] : value);
  }

  private static byte[] value(Bytes message) {
    int version = message.version(1, 3);
    boolean isThere;
    if (version == 3) {
      isThere = (message.u8() & 0x20) != 0;
    } else {
      message.skip(2);
      isThere = message.u8() != 0 || version == 1;
    }
    if (!isThere) {
      return new byte[0];
    }
    long size = message.u32();
    return size >= 1L << 31 ? new byte[0] : message.take(size);
  }

  /** Whether all its bytes are the same, so that it can be laid out without copying elements. */
  private static boolean isUniform(byte[] value) {
    for (byte b : value) {
      if (b != value[0]) {
        return false;
      }
    }
    return value.length > 0;
  }

  /** Fills the first bytes of an array: whole elements. */
  void fill(byte[] target, int count) {
    if (value.length == 0 || isUniform(value)) {
      Arrays.fill(target, 0, count, value.length == 0 ? 0 : value[0]);
      return;
    }
    for (int at = 0; at < count; at += value.length) {
      System.arraycopy(value, 0, target, at, value.length);
    }
  }
}
