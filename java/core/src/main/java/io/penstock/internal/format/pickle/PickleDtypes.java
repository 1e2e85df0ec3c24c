package io.penstock.internal.format.pickle;

import io.penstock.array.ArrayLayout;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.NpyDescr;
import io.penstock.internal.format.pickle.PickleValue.Blob;
import io.penstock.internal.format.pickle.PickleValue.Dtype;
import io.penstock.internal.format.pickle.PickleValue.Integral;
import io.penstock.internal.format.pickle.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads numpy.dtype objects out of a pickle: what they are made from, and the state that completes
 * them (numpy/core/src/multiarray/descriptor.c, arraydescr_reduce and arraydescr_setstate).
 *
 * <p>A type that makes no sense, or is newer than this reader, is not an error of the pickle:
 * arrays of this type are refused by name, and other arrays are read.
 */
final class PickleDtypes {
  /** Places in the state tuple: version, byte order, sub-array, names, fields, size, ... */
  private static final int ORDER = 1;

  private static final int SUBARRAY = 2;
  private static final int NAMES = 3;
  private static final int FIELDS = 4;
  private static final int SIZE = 5;
  private static final int METADATA = 8;

  /** Estimate of the bytes that a field takes. */
  private static final long FIELD_WEIGHT = 128;

  /** The cost of reading a name from the file, in opcodes. */
  private static final long NAME_WORK = 16;

  private final PickleTokens tokens;
  private final PickleLimits limits;

  PickleDtypes(PickleTokens tokens, PickleLimits limits) {
    this.tokens = tokens;
    this.limits = limits;
  }

  /** The object that calling numpy.dtype with these arguments would make. */
  Dtype make(Tuple arguments) {
    PickleValue first = arguments.size() == 0 ? PickleValue.Scalar.NONE : arguments.get(0);
    if (first instanceof PickleValue.Global global) {
      return switch (global.known()) {
        case ONE_BYTE -> new Dtype("V1", NpyDescr.plain("|V1"));
        case TWO_BYTES -> new Dtype("V2", NpyDescr.plain("|V2"));
        default -> new Dtype("a class", null);
      };
    }
    String code = text(first);
    return new Dtype(code, plain(code));
  }

  /** Completes a dtype with its state. */
  void complete(Dtype dtype, PickleValue state) {
    if (!(state instanceof Tuple tuple) || tuple.size() <= SIZE) {
      dtype.set(null);
      return;
    }
    try {
      dtype.set(type(dtype, tuple));
    } catch (IllegalArgumentException _) {
      dtype.set(null);
    }
    if (dtype.type() != null) {
      limits.hold(FIELD_WEIGHT * dtype.type().leaves(), tokens);
    }
  }

  /** Null if the state is not one that NumPy writes. */
  private DataType type(Dtype dtype, Tuple state) {
    if (state.get(SUBARRAY) instanceof Tuple pair) {
      return repeated(pair);
    }
    if (state.get(NAMES) instanceof Tuple names) {
      return struct(names, state);
    }
    if (dtype.code().isEmpty()) {
      return null;
    }
    String order = text(state.get(ORDER));
    long size = state.get(SIZE) instanceof Integral whole ? whole.value() : -1;
    return switch (dtype.code().charAt(0)) {
      case 'O' -> new DataType.Objects();
      case 'S', 'V' -> plain("|" + dtype.code().charAt(0) + size);
      case 'U' -> size % 4 == 0 ? plain(order + "U" + size / 4) : null;
      case 'M', 'm' -> plain(order + dtype.code() + unit(state));
      default -> plain(order + dtype.code());
    };
  }

  private static DataType plain(String descr) {
    try {
      return NpyDescr.plain(descr);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static DataType repeated(Tuple pair) {
    List<Long> shape = pair.size() == 2 ? shape(pair.get(1)) : null;
    if (shape == null || !(pair.get(0) instanceof Dtype base) || base.type() == null) {
      return null;
    }
    return DataType.Repeated.of(base.type(), shape);
  }

  private DataType struct(Tuple names, Tuple state) {
    if (!(state.get(FIELDS) instanceof PickleHolder holder)
        || !(state.get(SIZE) instanceof Integral size)
        || names.size() > DataType.MAX_FIELDS) {
      return null;
    }
    limits.countWork(NAME_WORK * ((long) names.size() + holder.size()), tokens);
    Map<Object, PickleValue> entries = new HashMap<>();
    for (int place = 0; place < holder.size(); place++) {
      entries.put(holder.label(place), holder.item(place));
    }
    List<DataType.FieldType> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = text(names.get(i));
      if (!(entries.get(name) instanceof Tuple entry)
          || entry.size() < 2
          || !(entry.get(0) instanceof Dtype type)
          || !(entry.get(1) instanceof Integral offset)
          || type.type() == null) {
        return null;
      }
      fields.add(new DataType.FieldType(name, titleOrNull(entry), offset.value(), type.type()));
    }
    return DataType.Struct.of(size.value(), fields);
  }

  private String titleOrNull(Tuple entry) {
    return entry.size() > 2 && entry.get(2) instanceof Blob title
        ? PickleText.of(title, tokens).orElse(null)
        : null;
  }

  /** "[25us]"; empty for times without a unit. */
  private String unit(Tuple state) {
    if (state.size() <= METADATA
        || !(state.get(METADATA) instanceof Tuple pair)
        || pair.size() != 2
        || !(pair.get(1) instanceof Tuple unit)
        || unit.size() < 2
        || !(unit.get(1) instanceof Integral multiple)) {
      return "";
    }
    String name = text(unit.get(0));
    return name.equals("generic") ? "" : "[" + multiple.value() + name + "]";
  }

  /** Sizes of axes; null for anything else. */
  static List<Long> shape(PickleValue value) {
    if (value instanceof Integral size) {
      return List.of(size.value());
    }
    if (!(value instanceof Tuple tuple) || tuple.size() > ArrayLayout.MAX_AXES) {
      return null;
    }
    List<Long> shape = new ArrayList<>(tuple.size());
    for (int axis = 0; axis < tuple.size(); axis++) {
      if (!(tuple.get(axis) instanceof Integral size) || size.value() < 0) {
        return null;
      }
      shape.add(size.value());
    }
    return shape;
  }

  private String text(PickleValue value) {
    return value instanceof Blob blob ? PickleText.of(blob, tokens).orElse("") : "";
  }
}
