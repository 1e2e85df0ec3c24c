package io.penstock.internal.format.pickle;

import io.penstock.internal.format.ArrayKind;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.NpyDescr;
import io.penstock.internal.format.Strides;
import io.penstock.internal.format.pickle.PickleValue.Array;
import io.penstock.internal.format.pickle.PickleValue.Blob;
import io.penstock.internal.format.pickle.PickleValue.Form;
import io.penstock.internal.format.pickle.PickleValue.Global;
import io.penstock.internal.format.pickle.PickleValue.Integral;
import io.penstock.internal.format.pickle.PickleValue.TorchStorage;
import io.penstock.internal.format.pickle.PickleValue.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Interprets the calls that PyTorch writes for tensors, and the persistent ids of their storages.
 *
 * <p>What it owns: that a tensor is a view of a storage, with an offset and strides in elements,
 * and must lie within it. Tensors of other kinds (sparse, quantized) keep the reason why they
 * cannot be read, and hide no others.
 */
final class PickleTorch {
  private static final ArrayKind NOT_TORCH =
      refused("a tensor as torch.save writes it, found another call: save it again with PyTorch");
  private static final ArrayKind NO_STORAGE =
      refused("the elements of the tensor in the file, found none: copy the file again");
  private static final ArrayKind OUTSIDE =
      refused("a tensor inside its storage, found one that reaches beyond it: copy the file again");
  private static final ArrayKind EXPANDED =
      refused(
          "elements of their own, found a tensor of which several share one (expand): save"
              + " x.contiguous()");

  private static final ArrayKind LAZY =
      refused(
          "elements as they are, found a tensor whose elements are conjugated or negated when it is"
              + " read: save x.resolve_conj().resolve_neg()");
  private static final ArrayKind BIG_BFLOAT =
      refused(
          "bfloat16 of a little-endian machine, found it in the other byte order, which no dtype of"
              + " NumPy can say: save x.float()");

  /** Many tensors of a file are alike. */
  private static final int LAST_KINDS = 16;

  private static final long KIND_WEIGHT = 256;
  private static final int MAX_KEY_BYTES = 1 << 10;

  private final PickleTokens tokens;
  private final PickleLimits limits;
  private final PickleStorages storages;
  private final Map<String, PickleStorages.StoragePlace> found = new HashMap<>();
  private final Map<String, ArrayKind> refusals = new HashMap<>();
  private final ArrayKind[] lastKinds = new ArrayKind[LAST_KINDS];
  private int nextKind;

  PickleTorch(PickleTokens tokens, PickleLimits limits, PickleStorages storages) {
    this.tokens = tokens;
    this.limits = limits;
    this.storages = storages;
  }

  private static ArrayKind refused(String problem) {
    return ArrayKind.refused("expected " + problem);
  }

  /** What a persistent id stands for: ('storage', class, key, device, number of elements). */
  PickleValue persistent(PickleValue id) {
    if (!(id instanceof Tuple tuple)
        || tuple.size() < 3
        || !(tuple.get(1) instanceof Global type)
        || !(tuple.get(2) instanceof Blob key)
        || key.length() > MAX_KEY_BYTES) {
      return PickleValue.Scalar.OTHER;
    }
    String name = text(key);
    PickleStorages.StoragePlace place = found.get(name);
    if (place == null) {
      place = storages.find(name);
      if (place == null) {
        return PickleValue.Scalar.OTHER;
      }
      limits.hold(KIND_WEIGHT + 2L * name.length(), tokens);
      found.put(name, place);
    }
    return new TorchStorage(place, type.name());
  }

  private String text(Blob key) {
    return key.form() == Form.RAW
        ? PickleText.latin(tokens.bytes(key.offset(), key.length()))
        : PickleText.of(key, tokens).orElse("");
  }

  /** The result of a call; null if it is none of PyTorch's. */
  PickleValue call(Global function, Tuple arguments) {
    return switch (function.known()) {
      case TENSOR -> isLazy(arguments, 6) ? array(LAZY, 0) : tensor(arguments, null);
      case TENSOR_OF_TYPE ->
          isLazy(arguments, 7)
              ? array(LAZY, 0)
              : tensor(
                  arguments, arguments.size() > 6 ? arguments.get(6) : PickleValue.Scalar.OTHER);
      case PARAMETER ->
          arguments.size() > 0 && arguments.get(0) instanceof Array array ? array : null;
      case SUBCLASS -> subclass(arguments);
      case OTHER_TENSOR -> refusedTensor(function.name());
      default -> null;
    };
  }

  /** Whether the last argument, a dictionary, says that something is to be done on reading. */
  private static boolean isLazy(Tuple arguments, int place) {
    return arguments.size() > place
        && arguments.get(place) instanceof PickleHolder metadata
        && metadata.nextNumber() > 0;
  }

  /** Of torch.Tensor's own classes: a function, the class, its arguments, a state. */
  private PickleValue subclass(Tuple arguments) {
    return arguments.size() > 2
            && arguments.get(0) instanceof Global inner
            && inner.known() != PickleGlobal.SUBCLASS
            && arguments.get(2) instanceof Tuple of
        ? call(inner, of)
        : null;
  }

  private Array refusedTensor(String function) {
    return array(
        refusals.computeIfAbsent(
            function,
            name ->
                refused(
                    "a dense tensor, found %s (%s): save %s"
                        .formatted(what(name), name, way(name)))),
        0);
  }

  private static String what(String function) {
    return function.contains("sparse")
        ? "a sparse one"
        : function.contains("_q")
            ? "a quantized one"
            : function.contains("nested") ? "a nested one" : "one of another kind";
  }

  private static String way(String function) {
    return function.contains("_q")
        ? "x.int_repr() or x.dequantize()"
        : function.contains("nested") ? "x.values() and x.offsets()" : "x.to_dense()";
  }

  private static Array array(ArrayKind kind, long offset) {
    Array array = new Array();
    array.set(kind, offset);
    return array;
  }

  /**
   * A view of a storage: (storage, offset, sizes, strides, ...), counted in elements.
   *
   * @param dtype of the elements, where the storage does not say it; else null
   */
  private Array tensor(Tuple arguments, PickleValue dtype) {
    if (arguments.size() < 4
        || !(arguments.get(1) instanceof Integral first)
        || !(arguments.get(2) instanceof Tuple sizes)
        || !(arguments.get(3) instanceof Tuple steps)) {
      return array(NOT_TORCH, 0);
    }
    if (!(arguments.get(0) instanceof TorchStorage storage)) {
      return array(NO_STORAGE, 0);
    }
    PickleStorages.StoragePlace place = storage.place();
    if (place.problem() != null) {
      return array(refusals.computeIfAbsent(place.problem(), ArrayKind::refused), 0);
    }
    String typeName = dtype == null ? storage.type() : dtype instanceof Global of ? of.name() : "";
    String descr = TorchTypes.descrOrNull(typeName, place.isBigEndian());
    if (descr == null) {
      return array(
          refusals.computeIfAbsent("type " + typeName, _ -> refused(TorchTypes.problem(typeName))),
          0);
    }
    if (place.isBigEndian() && descr.equals("|V2")) {
      return array(BIG_BFLOAT, 0);
    }
    List<Long> shape = PickleDtypes.shape(sizes);
    List<Long> strides = PickleDtypes.shape(steps);
    if (shape == null || strides == null || shape.size() != strides.size()) {
      return array(NOT_TORCH, 0);
    }
    return view(place, NpyDescr.plain(descr), shape, strides, first.value());
  }

  private Array view(
      PickleStorages.StoragePlace place,
      DataType type,
      List<Long> shape,
      List<Long> steps,
      long first) {
    long elementBytes = type.itemBytes();
    long room = place.sizeBytes() / elementBytes;
    if (first < 0 || first > room) {
      return array(OUTSIDE, 0);
    }
    if (shape.contains(0L)) {
      return array(
          kind(type, shape, Strides.contiguous(shape, elementBytes, false)), place.offsetBytes());
    }
    long last = first;
    for (int axis = 0; axis < shape.size(); axis++) {
      long steppedOver = shape.get(axis) - 1;
      long step = steps.get(axis);
      if (steppedOver > 0 && step == 0) {
        return array(EXPANDED, 0);
      }
      if (step < 0 || (steppedOver > 0 && step > (room - last) / steppedOver)) {
        return array(OUTSIDE, 0);
      }
      last += steppedOver * step;
    }
    if (last >= room) {
      return array(OUTSIDE, 0);
    }
    Strides strides = inBytes(shape, steps, elementBytes);
    return array(kind(type, shape, strides), place.offsetBytes() + first * elementBytes);
  }

  /** Of an axis with one element the stride has no meaning: it is that of a contiguous tensor. */
  private static Strides inBytes(List<Long> shape, List<Long> steps, long elementBytes) {
    Strides contiguous = Strides.contiguous(shape, elementBytes, false);
    long[] strides = new long[shape.size()];
    for (int axis = 0; axis < strides.length; axis++) {
      strides[axis] =
          shape.get(axis) == 1 ? contiguous.along(axis) : steps.get(axis) * elementBytes;
    }
    return Strides.of(strides);
  }

  /** The same object for similar tensors. */
  private ArrayKind kind(DataType type, List<Long> shape, Strides strides) {
    ArrayKind kind = new ArrayKind(type, shape, strides, false, null);
    for (ArrayKind known : lastKinds) {
      if (kind.equals(known)) {
        return known;
      }
    }
    limits.hold(KIND_WEIGHT + 32L * shape.size(), tokens);
    lastKinds[nextKind++ % LAST_KINDS] = kind;
    return kind;
  }

  /** The types of elements, by the names of classes of storages, or of dtypes. */
  private static final class TorchTypes {
    private TorchTypes() {}

    static String descrOrNull(String name, boolean isBigEndian) {
      String code =
          switch (name) {
            case "DoubleStorage", "float64" -> "f8";
            case "FloatStorage", "float32" -> "f4";
            case "HalfStorage", "float16" -> "f2";
            case "LongStorage", "int64" -> "i8";
            case "IntStorage", "int32" -> "i4";
            case "ShortStorage", "int16" -> "i2";
            case "CharStorage", "int8" -> "i1";
            case "ByteStorage", "uint8" -> "u1";
            case "uint16" -> "u2";
            case "uint32" -> "u4";
            case "uint64" -> "u8";
            case "BoolStorage", "bool" -> "b1";
            case "ComplexFloatStorage", "complex64" -> "c8";
            case "ComplexDoubleStorage", "complex128" -> "c16";
            case "BFloat16Storage", "bfloat16" -> "V2";
            default -> name.startsWith("float8_") ? "V1" : null;
          };
      if (code == null) {
        return null;
      }
      boolean isOfBytes = code.endsWith("1") || code.startsWith("V");
      return (isOfBytes ? "|" : isBigEndian ? ">" : "<") + code;
    }

    static String problem(String name) {
      return name.startsWith("Q") || name.startsWith("q")
          ? "a dense tensor, found a quantized one (%s): save x.int_repr() or x.dequantize()"
              .formatted(name)
          : "a dtype that is known, found '%s': save the tensor in another dtype".formatted(name);
    }
  }
}
