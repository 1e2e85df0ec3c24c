package io.penstock.hdf5;

import io.jhdf.object.datatype.CompoundDataType;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.EnumDataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.OpaqueDataType;
import io.jhdf.object.datatype.StringData;
import io.penstock.ElementType;
import java.nio.ByteOrder;

/** HDF5's types as NumPy's, where they have the same bytes. */
final class Hdf5Types {
  private Hdf5Types() {}

  /** Null for types that NumPy does not have. Compound types are raw bytes. */
  static ElementType elementType(DataType type) {
    String descr =
        switch (type) {
          case FixedPoint number -> integer(number);
          case FloatingPoint number -> floatingPoint(number);
          case EnumDataType names when names.getBaseType() instanceof FixedPoint number ->
              integer(number);
          case StringData text -> "|S" + text.getSize();
          case OpaqueDataType _, CompoundDataType _ -> "|V" + type.getSize();
          default -> null;
        };
    return descr == null ? null : ElementType.parse(descr);
  }

  private static String integer(FixedPoint type) {
    if (type.getBitOffset() != 0 || type.getBitPrecision() != 8 * type.getSize()) {
      return null;
    }
    String kind = type.isSigned() ? "i" : "u";
    return switch (type.getSize()) {
      case 1, 2, 4, 8 -> order(type.getByteOrder()) + kind + type.getSize();
      default -> null;
    };
  }

  /** Those of IEEE 754; others of two bytes, such as bfloat16, are raw. */
  private static String floatingPoint(FloatingPoint type) {
    int exponentBits = type.getExponentSize();
    String order = order(type.getByteOrder());
    return switch (type.getSize()) {
      case 2 -> exponentBits == 5 ? order + "f2" : "|V2";
      case 4 -> exponentBits == 8 ? order + "f4" : null;
      case 8 -> exponentBits == 11 ? order + "f8" : null;
      default -> null;
    };
  }

  private static String order(ByteOrder order) {
    return order.equals(ByteOrder.BIG_ENDIAN) ? ">" : "<";
  }
}
