package io.penstock.hdf5;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads datatype messages, of all versions.
 *
 * <p>What it owns: limits on levels and numbers of members, so that a type costs no more than the
 * bytes that describe it, and the rule that parts lie inside the whole.
 */
final class TypeReader {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_AXES = 32;

  private final Bytes bytes;

  private TypeReader(Bytes bytes) {
    this.bytes = bytes;
  }

  static H5Type read(Bytes message) {
    return new TypeReader(message).type(0);
  }

  private H5Type type(int depth) {
    if (depth > MAX_DEPTH) {
      throw Hdf5Fault.damaged("expected a datatype of at most %d levels, found more", MAX_DEPTH);
    }
    int start = bytes.u8();
    int version = start >> 4;
    int bits = (int) bytes.number(3);
    long size = bytes.u32();
    if (version < 1 || version > 5) {
      throw Hdf5Fault.damaged(
          "expected version 1 to 5 of the datatype at %d, found %d", bytes.position() - 8, version);
    }
    if (size == 0 || size > Integer.MAX_VALUE) {
      throw Hdf5Fault.refused(
          "expected elements of 1 to 2^31 bytes, found %d: there is nothing to read", size);
    }
    return switch (start & 15) {
      case 0 -> whole(size, bits, (bits & 8) != 0);
      case 1 -> real(size, bits);
      case 2 -> foreign(size, 2, "times of HDF5's own kind");
      case 3 -> new H5Type.Text(size, bits & 15);
      case 4 -> whole(size, bits, false);
      case 5 -> new H5Type.Opaque(size, bytes.text(bits & 0xff));
      case 6 -> compound(size, bits & 0xffff, version, depth);
      case 7 -> foreign(size, 0, "references to objects of the file");
      case 8 -> enumeration(size, bits & 0xffff, version, depth);
      case 9 ->
          variable(size, (bits & 15) == 1 ? "variable-length strings" : "variable-length lists");
      case 10 -> array(size, version, depth);
      case 11 -> complex(size, bits, depth);
      default ->
          throw Hdf5Fault.damaged(
              "expected a class of datatypes from 0 to 11, found %d", start & 15);
    };
  }

  private H5Type foreign(long size, int propertyBytes, String words) {
    bytes.skip(propertyBytes);
    return new H5Type.Foreign(size, words);
  }

  /** The type of its members follows; it does not matter, since they lie in a heap. */
  private H5Type variable(long size, String words) {
    type(MAX_DEPTH / 2);
    return new H5Type.Foreign(size, words);
  }

  private H5Type whole(long size, int bits, boolean isSigned) {
    int offset = bytes.u16();
    int precision = bytes.u16();
    if (precision == 0 || offset + precision > 8 * size) {
      throw Hdf5Fault.damaged(
          "expected an integer of 1 to %d bits, found bits %d to %d",
          8 * size, offset, offset + precision);
    }
    return new H5Type.FixedPoint(size, (bits & 1) != 0, isSigned, offset, precision);
  }

  private H5Type real(long size, int bits) {
    int order = (bits & 1) == 0 ? 0 : (bits & 0x40) == 0 ? 1 : 2;
    int offset = bytes.u16();
    int precision = bytes.u16();
    int exponentAt = bytes.u8();
    int exponentBits = bytes.u8();
    int mantissaAt = bytes.u8();
    int mantissaBits = bytes.u8();
    long bias = bytes.u32();
    List<Integer> layout =
        List.of(
            offset,
            precision,
            bits >> 8 & 0xff,
            exponentAt,
            exponentBits,
            mantissaAt,
            mantissaBits,
            bits >> 4 & 3);
    return new H5Type.Real(size, order, layout, bias);
  }

  private H5Type compound(long size, int count, int version, int depth) {
    List<H5Type.Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = name(version);
      long offset = version < 3 ? bytes.u32() : bytes.number(bytesFor(size));
      List<Long> axes = version == 1 ? oldAxes() : List.of();
      H5Type type = type(depth + 1);
      if (!axes.isEmpty()) {
        type = arrayOf(type, axes);
      }
      if (offset > size || type.sizeBytes() > size - offset) {
        throw Hdf5Fault.damaged(
            "expected members inside elements of %d bytes, found one of %d at %d",
            size, type.sizeBytes(), offset);
      }
      members.add(new H5Type.Member(name, offset, type));
    }
    return new H5Type.Compound(size, List.copyOf(members));
  }

  /** Before there were array types, members had axes of their own, at most four. */
  private List<Long> oldAxes() {
    int count = bytes.u8();
    bytes.skip(3 + 4 + 4);
    List<Long> axes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      long size = bytes.u32();
      if (i < count) {
        axes.add(size);
      }
    }
    return axes;
  }

  private String name(int version) {
    int start = bytes.taken();
    String name = bytes.textToZero();
    if (version < 3) {
      bytes.skip(-(bytes.taken() - start) & 7);
    }
    return name;
  }

  private static int bytesFor(long size) {
    return (63 - Long.numberOfLeadingZeros(size)) / 8 + 1;
  }

  private H5Type enumeration(long size, int count, int version, int depth) {
    H5Type base = type(depth + 1);
    if (base.sizeBytes() != size) {
      throw Hdf5Fault.damaged(
          "expected an enumeration of %d bytes, found values of %d", size, base.sizeBytes());
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(name(version));
    }
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] value = bytes.take(size);
      values.add(size == 1 ? (long) value[0] : -1L);
    }
    boolean isBoolean =
        count == 2
            && size == 1
            && names.indexOf("FALSE") == values.indexOf(0L)
            && names.indexOf("TRUE") == values.indexOf(1L)
            && names.containsAll(List.of("FALSE", "TRUE"));
    return new H5Type.Enumeration(base, isBoolean);
  }

  private H5Type array(long size, int version, int depth) {
    int count = bytes.u8();
    if (version < 3) {
      bytes.skip(3);
    }
    List<Long> axes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      axes.add(bytes.u32());
    }
    if (version < 3) {
      bytes.skip(4L * count);
    }
    H5Type array = arrayOf(type(depth + 1), axes);
    if (array.sizeBytes() != size) {
      throw Hdf5Fault.damaged(
          "expected arrays of %d bytes, found a shape of %d", size, array.sizeBytes());
    }
    return array;
  }

  private static H5Type arrayOf(H5Type base, List<Long> axes) {
    long size = base.sizeBytes();
    for (long axis : axes) {
      // In 64 bits: both factors are below 2^32.
      if (axis == 0 || size * axis > Integer.MAX_VALUE || axes.size() > MAX_AXES) {
        throw Hdf5Fault.damaged(
            "expected arrays of 1 to 2^31 bytes and at most %d axes as elements, found %s",
            MAX_AXES, axes.subList(0, Math.min(MAX_AXES, axes.size())));
      }
      size *= axis;
    }
    return new H5Type.Subarray(base, List.copyOf(axes), size);
  }

  private H5Type complex(long size, int bits, int depth) {
    H5Type base = type(depth + 1);
    boolean isPair = (bits & 1) != 0 && (bits & 6) == 0 && 2 * base.sizeBytes() == size;
    return isPair && base instanceof H5Type.Real
        ? new H5Type.ComplexNumber(base)
        : new H5Type.Foreign(size, "complex numbers that are no pair of real and imaginary part");
  }
}
