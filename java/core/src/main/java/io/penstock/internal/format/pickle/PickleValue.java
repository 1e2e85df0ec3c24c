package io.penstock.internal.format.pickle;

import io.penstock.internal.format.ArrayKind;
import io.penstock.internal.format.DataType;
import io.penstock.internal.report.Excerpt;

/**
 * What is kept of a value while a pickle is scanned: enough to find arrays in it and to name them.
 *
 * <p>What it owns: the skeleton. Everything that cannot hold an array and is not part of how NumPy
 * describes one becomes {@link Scalar#OTHER}. It must not hold contents of the file except for
 * keys. Each value knows about how many bytes it takes, so that the machine can keep to its limits.
 */
sealed interface PickleValue
    permits PickleHolder,
        PickleValue.Array,
        PickleValue.Blob,
        PickleValue.Dtype,
        PickleValue.Global,
        PickleValue.Scalar,
        PickleValue.TorchStorage,
        PickleValue.Tuple,
        PickleValue.Integral {
  /** Estimate of the bytes that are held through this value, not counting what is added later. */
  int weight();

  /** Whether an array may be found through it, so that lists and dictionaries must keep it. */
  boolean isKept();

  /** Values of which only their presence is known. */
  enum Scalar implements PickleValue {
    NONE,
    OTHER;

    @Override
    public int weight() {
      return 0;
    }

    @Override
    public boolean isKept() {
      return false;
    }
  }

  /** A whole number of 64 bits; True and False are 1 and 0. */
  public record Integral(long value) implements PickleValue {
    private static final Integral[] SMALL = new Integral[1024];

    static {
      for (int i = 0; i < SMALL.length; i++) {
        SMALL[i] = new Integral(i);
      }
    }

    static Integral of(long value) {
      return value >= 0 && value < SMALL.length ? SMALL[(int) value] : new Integral(value);
    }

    @Override
    public int weight() {
      return 24;
    }

    @Override
    public boolean isKept() {
      return false;
    }
  }

  /** How bytes of a string are written. */
  enum Form {
    /** As they are: bytes of Python 3, strings of Python 2, bytearrays. */
    RAW,
    /** A str of Python 3 in UTF-8, which no array is made of. */
    TEXT,
    /** A str of Python 2 in quotes and with escapes, protocol 0. */
    QUOTED,
    /** A str of Python 3 with escapes, protocol 0. */
    ESCAPED,
    /** Bytes of Python 3 as a str that stands for them, protocols 0 to 2. */
    ENCODED,
    /** The same with escapes, protocol 0. */
    ESCAPED_BYTES,
    /** Not in the file: out-of-band buffers of protocol 5. */
    ELSEWHERE
  }

  /**
   * A string, bytes or a buffer: where it lies in the file.
   *
   * @param offset of its first byte; a quote for a string in quotes
   * @param length in bytes
   */
  record Blob(Form form, long offset, long length) implements PickleValue {
    @Override
    public int weight() {
      return 40;
    }

    @Override
    public boolean isKept() {
      return false;
    }
  }

  /**
   * A class or function by its name: a label, never looked up.
   *
   * @param name of one of PyTorch's, of which there are many; empty for others
   */
  record Global(PickleGlobal known, String name) implements PickleValue {
    static final Global OTHER = new Global(PickleGlobal.OTHER, "");

    @Override
    public int weight() {
      return 16;
    }

    @Override
    public boolean isKept() {
      return false;
    }
  }

  /**
   * Bytes outside of the pickle.
   *
   * @param place where they lie
   * @param type name of the class of the storage, which says what its elements are
   */
  record TorchStorage(PickleStorages.StoragePlace place, String type) implements PickleValue {
    @Override
    public int weight() {
      return 40;
    }

    @Override
    public boolean isKept() {
      return false;
    }
  }

  /** An immutable sequence, with all of its items. */
  final class Tuple implements PickleValue {
    static final Tuple EMPTY = new Tuple(new PickleValue[0], 0, 0, false);

    /**
     * Real data do not nest deeper, and deeper ones could exhaust the stack of code that walks over
     * them.
     */
    static final int MAX_DEPTH = 64;

    private final PickleValue[] items;
    private final int weight;
    private final int depth;
    private final boolean isKept;

    private Tuple(PickleValue[] items, int weight, int depth, boolean isKept) {
      this.items = items;
      this.weight = weight;
      this.depth = depth;
      this.isKept = isKept;
    }

    /** Takes the array as its own. */
    static Tuple of(PickleValue... items) {
      long weight = 48 + 4L * items.length;
      int depth = 0;
      boolean isKept = false;
      for (PickleValue item : items) {
        weight += item.weight();
        isKept |= item.isKept();
        if (item instanceof Tuple tuple) {
          depth = Math.max(depth, tuple.depth);
        }
      }
      int held = (int) Math.min(weight, Integer.MAX_VALUE);
      return items.length == 0 ? EMPTY : new Tuple(items, held, depth + 1, isKept);
    }

    int size() {
      return items.length;
    }

    PickleValue get(int index) {
      return items[index];
    }

    int depth() {
      return depth;
    }

    @Override
    public int weight() {
      return weight;
    }

    @Override
    public boolean isKept() {
      return isKept;
    }
  }

  /** numpy.dtype: made from a code, completed when its state is set. */
  final class Dtype implements PickleValue {
    private final String code;
    private DataType type;
    private ArrayKind refusal;

    /** Sets the code it was made from, "f8", and the type if the code says everything. */
    Dtype(String code, DataType type) {
      this.code = code;
      set(type);
    }

    String code() {
      return code;
    }

    /** Null for a type that is not known here. */
    DataType type() {
      return type;
    }

    /** Why arrays of this type cannot be read in place; null if they can. */
    ArrayKind refusal() {
      return refusal;
    }

    void set(DataType newType) {
      type = newType;
      if (newType == null) {
        refusal =
            ArrayKind.refused(
                "expected a dtype of fixed size, found '%s', which is not known here"
                    .formatted(Excerpt.of(code, 0)));
      } else if (newType.hasObjects()) {
        refusal =
            ArrayKind.refused(
                "object dtypes are not supported: expected elements of fixed size, found pickled"
                    + " Python objects");
      } else {
        refusal = null;
      }
    }

    @Override
    public int weight() {
      return 64;
    }

    @Override
    public boolean isKept() {
      return true;
    }
  }

  /** An array: its place in the file, and the kind that it shares with similar arrays. */
  final class Array implements PickleValue {
    private ArrayKind kind = ArrayKind.UNKNOWN;
    private long offset;
    private Blob encoded;

    ArrayKind kind() {
      return kind;
    }

    long offset() {
      return offset;
    }

    void set(ArrayKind newKind, long newOffset) {
      kind = newKind;
      offset = newOffset;
    }

    /** Sets a kind with a problem: that its elements are text, and where that is. */
    void setEncoded(ArrayKind newKind, Blob newEncoded) {
      kind = newKind;
      offset = newEncoded.offset();
      encoded = newEncoded;
    }

    /** Text that its elements are written as; null for bytes. */
    Blob encoded() {
      return encoded;
    }

    @Override
    public int weight() {
      return 24;
    }

    @Override
    public boolean isKept() {
      return true;
    }
  }
}
