package io.penstock.internal.format.arrow;

import java.nio.ByteOrder;
import java.util.List;

/**
 * The schema of a file or stream.
 *
 * @param isBig whether numbers in buffers are big-endian; those in metadata never are
 * @param fields the columns
 */
record ArrowSchema(boolean isBig, List<ArrowField> fields) {
  ByteOrder order() {
    return isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }
}
