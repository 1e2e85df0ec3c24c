package io.penstock.hdf5;

/**
 * The filter "nbit": packs the significant bits of numbers one after another; the other bits come
 * back as zeros. The datatype says what the bits mean.
 */
final class Nbit {
  private static final int ATOMIC = 1;
  private static final int ARRAY = 2;
  private static final int COMPOUND = 3;
  private static final int NO_OPERATION = 4;
  private static final int MAX_DEPTH = 32;

  private final int[] parameters;
  private final BitReader bits;
  private final byte[] bytes;

  private Nbit(int[] parameters, byte[] packed, int chunkBytes) {
    this.parameters = parameters;
    this.bits = new BitReader(packed, 0);
    this.bytes = new byte[chunkBytes];
  }

  /** Parameters: their number, whether nothing was done, elements of a chunk, then the type. */
  static byte[] undo(byte[] packed, int[] parameters, int chunkBytes) {
    if (parameters.length > 1 && parameters[1] != 0) {
      return packed;
    }
    if (parameters.length < 5) {
      throw Hdf5Fault.damaged("expected nbit with 5 parameters, found %d", parameters.length);
    }
    long size = Integer.toUnsignedLong(parameters[2]) * Integer.toUnsignedLong(parameters[4]);
    if (size != chunkBytes) {
      throw Hdf5Fault.damaged("expected chunks of %d bytes by nbit, found %d", chunkBytes, size);
    }
    Nbit nbit = new Nbit(parameters, packed, chunkBytes);
    for (int at = 0; at < chunkBytes; at += parameters[4]) {
      nbit.value(parameters[3], 4, at, 0);
    }
    return nbit.bytes;
  }

  /**
   * Unpacks one value.
   *
   * @param kind of the value
   * @param place of its size among the parameters; those of its parts follow
   * @param at where it goes
   * @return the place behind its parameters
   */
  private int value(int kind, int place, int at, int depth) {
    int size = parameters[place];
    if (size < 1 || size > bytes.length - at || depth > MAX_DEPTH) {
      throw Hdf5Fault.damaged(
          "expected values of nbit inside a chunk, found one of %d bytes", size);
    }
    return switch (kind) {
      case ATOMIC -> atomic(place, at, size);
      case ARRAY -> array(place, at, size, depth);
      case COMPOUND -> {
        int next = place + 2;
        for (int member = parameters[place + 1]; member > 0; member--) {
          int offset = parameters[next];
          if (offset < 0 || offset >= size) {
            throw Hdf5Fault.damaged("expected members of nbit inside their element, found none");
          }
          next = value(parameters[next + 1], next + 2, at + offset, depth + 1);
        }
        yield next;
      }
      case NO_OPERATION -> {
        for (int i = 0; i < size; i++) {
          bytes[at + i] = (byte) bits.take(8);
        }
        yield place + 1;
      }
      default -> throw Hdf5Fault.damaged("expected types 1 to 4 of nbit, found %d", kind);
    };
  }

  /** Size, order (0: little-endian), number of bits, and how many lie below them. */
  private int atomic(int place, int at, int size) {
    int precision = parameters[place + 2];
    int offset = parameters[place + 3];
    if (precision < 1 || offset < 0 || offset + (long) precision > 8L * size) {
      throw Hdf5Fault.damaged(
          "expected numbers of up to %d bits by nbit, found bits %d to %d",
          8 * size, offset, offset + (long) precision);
    }
    boolean isBigEndian = parameters[place + 1] != 0;
    // From the highest byte down, as far as there are bits in it.
    for (int i = (offset + precision - 1) / 8; i >= offset / 8; i--) {
      int from = Math.max(0, offset - 8 * i);
      int to = Math.min(8, offset + precision - 8 * i);
      bytes[isBigEndian ? at + size - 1 - i : at + i] = (byte) (bits.take(to - from) << from);
    }
    return place + 4;
  }

  private int array(int place, int at, int size, int depth) {
    int kind = parameters[place + 1];
    if (kind == NO_OPERATION) {
      for (int i = 0; i < size; i++) {
        bytes[at + i] = (byte) bits.take(8);
      }
      return place + 3;
    }
    int step = parameters[place + 2];
    if (step < 1) {
      throw Hdf5Fault.damaged("expected elements of an array of nbit, found %d bytes", step);
    }
    int next = place;
    for (int i = 0; i + step <= size; i += step) {
      next = value(kind, place + 2, at + i, depth + 1);
    }
    return next;
  }
}
