package io.penstock.hdf5;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.spi.FoundField;
import java.util.ArrayList;
import java.util.List;

/**
 * A datatype as NumPy has it, as h5py would choose it.
 *
 * <p>Bytes stay as they are stored. Where NumPy reads the same bytes in another way - text that
 * ends at a zero, integers of fewer bits than their bytes have - a {@link Repair} says what to
 * change; such datasets cannot be read in place.
 *
 * @param element type of the elements; raw bytes for structured ones
 * @param axes that an element has of its own, outermost first
 * @param fields of structured elements
 * @param repairs what to change in each element before NumPy would understand it
 */
record NumpyType(
    ElementType element, List<Long> axes, List<FoundField> fields, List<Repair> repairs) {
  /** Over all levels; NumPy's own files have at most some thousands. */
  private static final int MAX_FIELDS = 1 << 14;

  private static final String WAY_OUT =
      ": convert it in Python and write it with numpy.save, or leave it out";

  /** Copies what is given. */
  NumpyType {
    axes = List.copyOf(axes);
    fields = List.copyOf(fields);
    repairs = List.copyOf(repairs);
  }

  /** The type, or a fault with the reason why NumPy has none. */
  static NumpyType of(H5Type type) {
    H5Type element = type;
    List<Long> axes = new ArrayList<>();
    while (element instanceof H5Type.Subarray array) {
      axes.addAll(array.shape());
      element = array.base();
    }
    Builder builder = new Builder();
    ElementType plain = plainOrNull(element);
    List<FoundField> fields = List.of();
    if (plain == null) {
      plain = ElementType.parse("|V" + element.sizeBytes());
      fields = builder.fields((H5Type.Compound) element, 0, List.of(), List.of(), "");
    } else {
      builder.repair(element, 0, List.of(), List.of());
    }
    return new NumpyType(plain, axes, fields, builder.repairs);
  }

  /** Goes through the levels of a structured type. */
  private static final class Builder {
    private final List<Repair> repairs = new ArrayList<>();
    private int count;

    /**
     * The fields of compound elements.
     *
     * @param offset of the first element within the outermost one
     * @param shape of the axes on the way to it
     * @param strides along them
     * @param path of names on the way, for messages
     */
    List<FoundField> fields(
        H5Type.Compound compound, long offset, List<Long> shape, List<Long> strides, String path) {
      if (compound.members().isEmpty()) {
        throw Hdf5Fault.refused("expected compound elements with members, found none");
      }
      List<FoundField> fields = new ArrayList<>();
      for (H5Type.Member member : compound.members()) {
        if (++count > MAX_FIELDS) {
          throw Hdf5Fault.refused("expected at most %d fields, found more" + WAY_OUT, MAX_FIELDS);
        }
        String name = path.isEmpty() ? member.name() : path + "." + member.name();
        List<Long> sizes = new ArrayList<>(shape);
        List<Long> steps = new ArrayList<>(strides);
        List<Long> axes = new ArrayList<>();
        H5Type type = member.type();
        while (type instanceof H5Type.Subarray array) {
          axes.addAll(array.shape());
          steps.addAll(strides(array));
          type = array.base();
        }
        sizes.addAll(axes);
        long place = offset + member.offset();
        fields.add(field(member, type, axes, place, sizes, steps, name));
      }
      return fields;
    }

    private FoundField field(
        H5Type.Member member,
        H5Type type,
        List<Long> axes,
        long place,
        List<Long> sizes,
        List<Long> steps,
        String path) {
      ElementType plain = plainOrNull(type, path);
      List<FoundField> inner = List.of();
      if (plain == null) {
        plain = ElementType.parse("|V" + type.sizeBytes());
        inner = fields((H5Type.Compound) type, place, sizes, steps, path);
      } else {
        repair(type, place, sizes, steps);
      }
      return FoundField.of(member.name(), member.offset(), plain)
          .withFields(inner)
          .withShape(Shape.of(axes));
    }

    void repair(H5Type type, long offset, List<Long> shape, List<Long> strides) {
      H5Type stored = type instanceof H5Type.Enumeration names ? names.base() : type;
      boolean isNeeded =
          switch (stored) {
            case H5Type.Text text -> text.padding() != 1;
            case H5Type.FixedPoint number -> !number.isPlain();
            default -> false;
          };
      if (isNeeded) {
        repairs.add(new Repair(stored, offset, shape, strides));
      }
    }
  }

  private static List<Long> strides(H5Type.Subarray array) {
    List<Long> strides = new ArrayList<>();
    long step = array.sizeBytes();
    for (long size : array.shape()) {
      step /= size;
      strides.add(step);
    }
    return strides;
  }

  private static Hdf5Fault foreign(H5Type type, String field) {
    String where = field.isEmpty() ? "" : " in the field '" + field + "'";
    return Hdf5Fault.refused(
        "expected elements of a fixed size that NumPy has too, found %s%s" + WAY_OUT,
        type.words(),
        where);
  }

  private static ElementType plainOrNull(H5Type type) {
    return plainOrNull(type, "");
  }

  /** Null for structured types; a fault for what NumPy does not have. */
  private static ElementType plainOrNull(H5Type type, String field) {
    String descr =
        switch (type) {
          case H5Type.FixedPoint number -> whole(number, field);
          case H5Type.Real number -> real(number, field);
          case H5Type.Text text -> text(text);
          case H5Type.Opaque opaque -> opaque(opaque);
          case H5Type.Enumeration names when names.isBoolean() -> "|b1";
          case H5Type.Enumeration names when names.base() instanceof H5Type.FixedPoint number ->
              whole(number, field);
          case H5Type.ComplexNumber complex -> complex(real((H5Type.Real) complex.base(), field));
          case H5Type.Compound compound -> complexOrNull(compound, field);
          default -> throw foreign(type, field);
        };
    return descr == null ? null : ElementType.parse(descr);
  }

  private static String whole(H5Type.FixedPoint type, String field) {
    boolean isThere = Long.bitCount(type.sizeBytes()) == 1 && type.sizeBytes() <= 8;
    if (!isThere) {
      throw foreign(type, field);
    }
    return (type.isBigEndian() ? ">" : "<") + (type.isSigned() ? "i" : "u") + type.sizeBytes();
  }

  /** Offset, precision, sign, exponent, its bits, mantissa, its bits, hidden highest bit. */
  private static String real(H5Type.Real type, String field) {
    String order = type.order() == 0 ? "<" : ">";
    List<Integer> layout = type.layout();
    if (type.order() == 2) {
      throw Hdf5Fault.refused("expected IEEE 754, found a VAX's numbers" + WAY_OUT);
    }
    if (layout.equals(List.of(0, 16, 15, 10, 5, 0, 10, 2)) && type.bias() == 15) {
      return order + "f2";
    }
    if (layout.equals(List.of(0, 32, 31, 23, 8, 0, 23, 2)) && type.bias() == 127) {
      return order + "f4";
    }
    if (layout.equals(List.of(0, 64, 63, 52, 11, 0, 52, 2)) && type.bias() == 1023) {
      return order + "f8";
    }
    // C's long double on x86, of which NumPy thinks wherever it says 16 bytes on such a machine.
    boolean isX87 =
        type.sizeBytes() == 16
            && type.order() == 0
            && layout.subList(0, 7).equals(List.of(0, 80, 79, 64, 15, 0, 64))
            && type.bias() == 16383;
    if (isX87) {
      return "<f16";
    }
    // bfloat16, which NumPy does not have: its bytes in the order of nearly all machines.
    if (layout.equals(List.of(0, 16, 15, 7, 8, 0, 7, 2))
        && type.bias() == 127
        && type.order() == 0) {
      return "|V2";
    }
    throw foreign(type, field);
  }

  private static String text(H5Type.Text type) {
    if (type.padding() > 2) {
      throw Hdf5Fault.damaged("expected text with padding 0, 1 or 2, found %d", type.padding());
    }
    return "|S" + type.sizeBytes();
  }

  /** h5py stores types that HDF5 lacks, such as times, with their names in the tag. */
  private static String opaque(H5Type.Opaque type) {
    String prefix = "NUMPY:";
    if (type.tag().startsWith(prefix)) {
      try {
        ElementType named = ElementType.parse(type.tag().substring(prefix.length()));
        if (named.sizeBytes() == type.sizeBytes()) {
          return named.descr();
        }
      } catch (IllegalArgumentException e) {
        return "|V" + type.sizeBytes(); // A tag of somebody else's.
      }
    }
    return "|V" + type.sizeBytes();
  }

  /** Two floats named r and i, as h5py writes complex numbers. */
  private static String complexOrNull(H5Type.Compound type, String field) {
    if (type.members().size() == 2
        && type.members().getFirst() instanceof H5Type.Member(String r, long at, H5Type.Real real)
        && type.members().getLast() instanceof H5Type.Member(String i, long next, H5Type.Real other)
        && r.equals("r")
        && i.equals("i")
        && at == 0
        && real.equals(other)
        && next == real.sizeBytes()
        && type.sizeBytes() == 2 * real.sizeBytes()) {
      String part = real(real, field);
      return part.endsWith("f2") || part.startsWith("|") ? null : complex(part);
    }
    return null;
  }

  private static String complex(String part) {
    return switch (part.substring(1)) {
      case "f4" -> part.charAt(0) + "c8";
      case "f8" -> part.charAt(0) + "c16";
      case "f16" -> part.charAt(0) + "c32";
      default ->
          throw Hdf5Fault.refused(
              "expected complex numbers that NumPy has too, found pairs of %s" + WAY_OUT, part);
    };
  }
}
