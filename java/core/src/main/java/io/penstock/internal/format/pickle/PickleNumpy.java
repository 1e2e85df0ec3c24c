package io.penstock.internal.format.pickle;

import io.penstock.internal.format.ArrayKind;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.Strides;
import io.penstock.internal.format.pickle.PickleValue.Array;
import io.penstock.internal.format.pickle.PickleValue.Blob;
import io.penstock.internal.format.pickle.PickleValue.Dtype;
import io.penstock.internal.format.pickle.PickleValue.Form;
import io.penstock.internal.format.pickle.PickleValue.Integral;
import io.penstock.internal.format.pickle.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Interprets the calls and states that NumPy and joblib write for arrays.
 *
 * <p>What it owns: the three ways in which an array lies in a pickle - reconstructed and given a
 * state of (version, shape, dtype, order, bytes); made from a buffer, protocol 5; and joblib's,
 * whose bytes lie between opcodes. An array that is not raw bytes is not an error of the pickle: it
 * keeps the reason, and other arrays are read.
 */
final class PickleNumpy {
  private static final ArrayKind NOT_NUMPY =
      ArrayKind.refused(
          "expected an array as NumPy pickles it, found another state: write it again with NumPy");
  private static final String AS_TEXT =
      "expected elements as raw bytes, found text with escapes (pickle protocols 0 to 2 of Python"
          + " 3, 0 of Python 2): write them out with 'penstock convert', or pickle with protocol 4";
  private static final ArrayKind ELSEWHERE =
      ArrayKind.refused(
          "expected elements in the file, found an out-of-band buffer (pickle protocol 5): keep"
              + " the buffers in the pickle, or write the array with numpy.save");
  private static final ArrayKind OTHER_SIZE =
      ArrayKind.refused(
          "expected as many bytes as its shape and dtype say, found another number: the pickle is"
              + " damaged");

  /**
   * A record of a data set may consist of several arrays: this many alternating kinds are
   * remembered.
   */
  private static final int LAST_KINDS = 16;

  private static final long KIND_WEIGHT = 256;

  private final PickleTokens tokens;
  private final PickleDtypes dtypes;

  private final PickleLimits limits;

  /** The kinds of the last arrays: the next one is likely to be of one of them. */
  private final ArrayKind[] lastKinds = new ArrayKind[LAST_KINDS];

  private int nextKind;

  /** The kind of the last array that was written as text, and what was made of it. */
  private ArrayKind lastKind;

  private ArrayKind lastAsText;

  /** The dtype of the last masked array, and that of its mask. */
  private Dtype lastMasked;

  private Dtype lastMask;

  PickleNumpy(PickleTokens tokens, PickleLimits limits) {
    this.tokens = tokens;
    this.limits = limits;
    this.dtypes = new PickleDtypes(tokens, limits);
  }

  /** The result of a call; null if it is not one of NumPy's, or not written as NumPy does. */
  PickleValue call(PickleGlobal function, Tuple arguments) {
    return switch (function) {
      case RECONSTRUCT -> new Array();
      case DTYPE -> dtypes.make(arguments);
      case SCALAR -> scalar(arguments);
      case FROM_BUFFER -> fromBuffer(arguments);
      case ENCODE, BYTES, BYTEARRAY -> bytes(arguments);
      default -> null;
    };
  }

  /** Sets the state of an object that NumPy made. */
  void build(PickleValue object, PickleValue state) {
    if (object instanceof Dtype dtype) {
      dtypes.complete(dtype, state);
    } else if (object instanceof Array array) {
      build(array, state);
    }
  }

  private void build(Array array, PickleValue state) {
    // Before version 1 the state had no version.
    int first = state instanceof Tuple tuple && tuple.size() == 5 ? 1 : 0;
    if (!(state instanceof Tuple tuple)
        || tuple.size() != 4 + first
        || !(tuple.get(first) instanceof Tuple shape)
        || !(tuple.get(first + 1) instanceof Dtype dtype)
        || !(tuple.get(first + 2) instanceof Integral isFortran)) {
      array.set(NOT_NUMPY, 0);
      return;
    }
    ArrayKind kind = kind(dtype, shape, isFortran.value() == 0 ? "C" : "F", null);
    set(array, kind, tuple.get(first + 3));
  }

  /**
   * The elements and the mask of a masked array, from its state: version, shape, dtype, whether in
   * Fortran order, elements, a boolean for each of them, and what to fill in. None for others.
   */
  Map<String, Array> masked(Tuple state) {
    if (state.size() < 6
        || !(state.get(1) instanceof Tuple shape)
        || !(state.get(2) instanceof Dtype dtype)
        || !(state.get(3) instanceof Integral isFortran)) {
      return Map.of();
    }
    String order = isFortran.value() == 0 ? "C" : "F";
    Array data = new Array();
    set(data, kind(dtype, shape, order, null), state.get(4));
    Array mask = new Array();
    set(mask, kind(mask(dtype), shape, order, null), state.get(5));
    Map<String, Array> parts = new LinkedHashMap<>();
    parts.put("data", data);
    parts.put("mask", mask);
    return parts;
  }

  /** Usually the same dtype as before. */
  private Dtype mask(Dtype dtype) {
    if (lastMasked != dtype) {
      lastMasked = dtype;
      DataType type = dtype.type();
      if (type != null) {
        limits.hold(KIND_WEIGHT * type.leaves(), tokens);
      }
      lastMask = new Dtype("a mask", type == null ? null : type.mask());
    }
    return lastMask;
  }

  private Array fromBuffer(Tuple arguments) {
    Array array = new Array();
    if (arguments.size() < 4
        || !(arguments.get(1) instanceof Dtype dtype)
        || !(arguments.get(2) instanceof Tuple shape)
        || !(arguments.get(3) instanceof Blob order)) {
      array.set(NOT_NUMPY, 0);
      return array;
    }
    PickleValue axes = arguments.size() > 4 ? arguments.get(4) : null;
    String name = PickleText.of(order, tokens).orElse("");
    set(array, kind(dtype, shape, name, axes), arguments.get(0));
    return array;
  }

  /** Nothing of it is kept: there may be one for each number in a list. */
  private static PickleValue scalar(Tuple arguments) {
    boolean isOfBytes = arguments.size() == 2 && arguments.get(1) instanceof Blob;
    return isOfBytes ? PickleValue.Scalar.OTHER : null;
  }

  /** Bytes that a call makes: of nothing, of text that stands for them, or of other bytes. */
  private PickleValue bytes(Tuple arguments) {
    if (arguments.size() == 0) {
      return new Blob(Form.RAW, tokens.position(), 0);
    }
    if (!(arguments.get(0) instanceof Blob blob)) {
      return null;
    }
    return switch (blob.form()) {
      case TEXT -> new Blob(Form.ENCODED, blob.offset(), blob.length());
      case ESCAPED -> new Blob(Form.ESCAPED_BYTES, blob.offset(), blob.length());
      default -> blob;
    };
  }

  private void set(Array array, ArrayKind kind, PickleValue elements) {
    if (kind.problem() != null) {
      array.set(kind, 0);
    } else if (!(elements instanceof Blob blob)) {
      array.set(NOT_NUMPY, 0);
    } else if (blob.form() == Form.ELSEWHERE) {
      array.set(ELSEWHERE, 0);
    } else if (blob.form() != Form.RAW) {
      limits.hold(blob.weight(), tokens);
      array.setEncoded(asText(kind), blob);
    } else if (blob.length() != kind.dataBytes()) {
      array.set(OTHER_SIZE, 0);
    } else {
      array.set(kind, blob.offset());
    }
  }

  /** The same object for similar arrays. */
  private ArrayKind asText(ArrayKind kind) {
    if (!kind.equals(lastKind)) {
      limits.hold(KIND_WEIGHT, tokens);
      lastKind = kind;
      lastAsText = kind.but(AS_TEXT);
    }
    return lastAsText;
  }

  /**
   * The kind of arrays with this dtype, shape and order.
   *
   * @param order "C", "F", or "K" with the place of each axis in the memory
   */
  private ArrayKind kind(Dtype dtype, Tuple sizes, String order, PickleValue axes) {
    if (dtype.refusal() != null) {
      return dtype.refusal();
    }
    List<Long> shape = PickleDtypes.shape(sizes);
    if (shape == null || dtype.type() instanceof DataType.Repeated) {
      return NOT_NUMPY;
    }
    if (order.equals("K")) {
      return permuted(dtype.type(), shape, axes);
    }
    boolean isFortran = order.equals("F");
    for (ArrayKind kind : lastKinds) {
      if (kind != null
          && kind.isFortran() == isFortran
          && kind.shape().equals(shape)
          && isSame(kind.type(), dtype.type())) {
        return kind;
      }
    }
    limits.hold(KIND_WEIGHT, tokens);
    ArrayKind kind = ArrayKind.of(dtype.type(), shape, isFortran);
    lastKinds[nextKind++ % LAST_KINDS] = kind;
    return kind;
  }

  /**
   * Usually the very same object, from the memo; comparing others takes time in proportion to their
   * size.
   */
  @SuppressWarnings("ReferenceEquality")
  private boolean isSame(DataType known, DataType type) {
    if (known == type) {
      return true;
    }
    limits.countWork(type.leaves(), tokens);
    return known.equals(type);
  }

  /** An array that was transposed: its axes in memory are in another order. */
  private ArrayKind permuted(DataType type, List<Long> shape, PickleValue axes) {
    List<Long> order = axes == null ? null : PickleDtypes.shape(axes);
    if (order == null || !order.stream().sorted().toList().equals(numbers(shape.size()))) {
      return NOT_NUMPY;
    }
    Strides strides = Strides.contiguous(shape, type.itemBytes(), false);
    limits.hold(KIND_WEIGHT, tokens);
    return new ArrayKind(
        type,
        order.stream().map(axis -> shape.get(axis.intValue())).toList(),
        strides.reordered(order),
        false,
        null);
  }

  private static List<Long> numbers(int count) {
    List<Long> numbers = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  /** The array that joblib writes behind the state of its wrapper, which the tokens are at. */
  Array joblib(PickleHolder wrapper) {
    Array array = new Array();
    if (!(attribute(wrapper, "dtype") instanceof Dtype dtype)
        || !(attribute(wrapper, "shape") instanceof Tuple shape)
        || !(attribute(wrapper, "order") instanceof Blob order)) {
      throw tokens.problem("expected dtype, shape and order of an array of joblib, found others");
    }
    if (dtype.refusal() != null && dtype.type() != null) {
      // Arrays of objects are a pickle of their own at this place.
      do {
        tokens.next();
        limits.countToken(tokens);
      } while (tokens.opcode() != '.');
      array.set(dtype.refusal(), 0);
      return array;
    }
    ArrayKind kind = kind(dtype, shape, PickleText.of(order, tokens).orElse(""), null);
    if (kind.problem() != null || kind.dataBytes() < 0) {
      throw tokens.problem("expected an array of joblib, found one of a dtype that is not known");
    }
    if (attribute(wrapper, "numpy_array_alignment_bytes") instanceof Integral) {
      tokens.jump(tokens.take());
    }
    tokens.jump(kind.dataBytes());
    array.set(kind, tokens.dataOffset());
    return array;
  }

  private static PickleValue attribute(PickleHolder object, String name) {
    return object.item(new PicklePath.Attribute(name));
  }

  /** Whether an attribute of joblib's wrapper is needed to read the array. */
  static boolean isJoblibAttribute(String key) {
    return switch (key) {
      case "dtype", "shape", "order", "numpy_array_alignment_bytes" -> true;
      default -> false;
    };
  }
}
