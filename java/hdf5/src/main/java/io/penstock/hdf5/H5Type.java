package io.penstock.hdf5;

import java.util.List;

/** A datatype as the file describes it, before anybody asks whether NumPy has it too. Immutable. */
sealed interface H5Type {
  /** Size of an element in bytes, at least 1. */
  long sizeBytes();

  /** What to call it in a message. */
  String words();

  /** An integer; its bits may be fewer than those of its bytes. Also a bit field, unsigned. */
  record FixedPoint(
      long sizeBytes, boolean isBigEndian, boolean isSigned, int offset, int precision)
      implements H5Type {
    boolean isPlain() {
      return offset == 0 && precision == 8 * sizeBytes;
    }

    @Override
    public String words() {
      return "integers of %d bits in %d bytes".formatted(precision, sizeBytes);
    }
  }

  /**
   * A floating-point number.
   *
   * @param order 0 little-endian, 1 big-endian, 2 of a VAX
   * @param layout bit positions and sizes: offset, precision, sign, exponent, its bits, mantissa,
   *     its bits, how its highest bit is kept
   * @param bias of the exponent
   */
  record Real(long sizeBytes, int order, List<Integer> layout, long bias) implements H5Type {
    @Override
    public String words() {
      return "floating-point numbers of %d bytes with %d bits of exponent and %d of mantissa"
          .formatted(sizeBytes, layout.get(4), layout.get(6));
    }
  }

  /**
   * Text of a fixed size.
   *
   * @param padding 0: ends at a zero, with anything behind it; 1: filled up with zeros; 2: filled
   *     up with blanks
   */
  record Text(long sizeBytes, int padding) implements H5Type {
    @Override
    public String words() {
      return "text of %d bytes".formatted(sizeBytes);
    }
  }

  /** Bytes that only their tag explains. */
  record Opaque(long sizeBytes, String tag) implements H5Type {
    @Override
    public String words() {
      return "opaque elements of %d bytes".formatted(sizeBytes);
    }
  }

  /** A part of a compound type. */
  record Member(String name, long offset, H5Type type) {}

  /** A structured type. */
  record Compound(long sizeBytes, List<Member> members) implements H5Type {
    @Override
    public String words() {
      return "compound elements of %d bytes".formatted(sizeBytes);
    }
  }

  /** Names for integers; h5py's booleans are FALSE = 0 and TRUE = 1. */
  record Enumeration(H5Type base, boolean isBoolean) implements H5Type {
    @Override
    public long sizeBytes() {
      return base.sizeBytes();
    }

    @Override
    public String words() {
      return "names of " + base.words();
    }
  }

  /** An array as an element. */
  record Subarray(H5Type base, List<Long> shape, long sizeBytes) implements H5Type {
    @Override
    public String words() {
      return "arrays of " + base.words();
    }
  }

  /** Real and imaginary part, HDF5 2.0's own type. */
  record ComplexNumber(H5Type base) implements H5Type {
    @Override
    public long sizeBytes() {
      return 2 * base.sizeBytes();
    }

    @Override
    public String words() {
      return "complex numbers of " + base.words();
    }
  }

  /** Everything whose bytes mean nothing outside of the file, or to NumPy. */
  record Foreign(long sizeBytes, String words) implements H5Type {}
}
