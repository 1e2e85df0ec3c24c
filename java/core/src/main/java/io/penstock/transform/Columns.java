package io.penstock.transform;

import java.nio.ByteOrder;

/** Small questions that several transforms ask about columns. */
final class Columns {
  private static final String NATIVE =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "<" : ">";

  private Columns() {}

  /** The same with elements of another type, in the byte order of this machine. */
  static OutputColumn withNativeType(OutputColumn column, String kindAndSize) {
    return column.withType(NATIVE + kindAndSize);
  }
}
