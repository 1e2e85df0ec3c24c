package io.penstock.transform;

import io.penstock.array.OutputColumn;
import java.nio.ByteOrder;

/** Small checks of columns that several transforms share. */
final class Columns {
  private static final String NATIVE =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "<" : ">";

  private Columns() {}

  /** The same with elements of another type, in the byte order of this machine. */
  static OutputColumn withNativeType(OutputColumn column, String kindAndSize) {
    return column.withType(NATIVE + kindAndSize);
  }
}
