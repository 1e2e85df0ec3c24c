package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.StreamedArray;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The header that makes a .npy file of elements that come one after another. */
final class NpyPrefix {
  private NpyPrefix() {}

  /** As NumPy writes it, version 3.0, which any length and name fits into. */
  static byte[] of(StreamedArray array) {
    String text =
        "{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n"
            .formatted(descr(array), array.fortranOrder() ? "True" : "False", array.shape());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(12 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 3, 0})
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  private static String descr(StreamedArray array) {
    Optional<ElementType.Structure> structure = array.elementType().structure();
    if (structure.isEmpty()) {
      return "'" + array.elementType() + "'";
    }
    if (!structure.get().fitsHeader()) {
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          array.path(),
          ("'%s': expected fields that a .npy header has words for, found some that lie over each"
                  + " other or out of order, or too many: pickle the array with protocol 4, and"
                  + " write its fields one by one")
              .formatted(array.part()));
    }
    return structure.get().descr();
  }
}
