package io.penstock.hdf5;

import java.nio.ByteBuffer;

/**
 * The filter "bitshuffle", alone or with LZ4: in blocks of elements, first the lowest bits of all,
 * then the next ones, and so on. What does not fill eight elements stays as it is.
 */
final class Bitshuffle {
  private static final int LZ4 = 2;

  /** Elements of a block are a multiple of this. */
  private static final int MULTIPLE = 8;

  /** Blocks have about so many bytes unless a writer chose otherwise. */
  private static final int BLOCK_BYTES = 8192;

  private static final int LEAST_ELEMENTS = 128;

  private Bitshuffle() {}

  /** Whether it was used alone or with LZ4; there is one with zstd, too. */
  static boolean isKnown(int[] parameters) {
    return parameters.length < 5 || parameters[4] == 0 || parameters[4] == LZ4;
  }

  /** Parameters: version, version, size of an element, elements of a block, compression. */
  static byte[] undo(byte[] packed, int[] parameters, int mostBytes) {
    if (parameters.length < 3 || parameters[2] < 1 || parameters[2] > mostBytes) {
      throw Hdf5Fault.damaged("expected bitshuffle with the size of elements, found none");
    }
    int elementBytes = parameters[2];
    boolean isPacked = parameters.length > 4 && parameters[4] == LZ4;
    int block = parameters.length > 3 ? parameters[3] : 0;
    if (isPacked) {
      return unpack(packed, elementBytes, mostBytes);
    }
    byte[] bytes = packed.clone();
    int count = bytes.length / elementBytes;
    int size = block > 0 ? block : blockElements(elementBytes);
    blocks(
        count,
        size,
        (at, some) ->
            transpose(packed, at * elementBytes, bytes, at * elementBytes, some, elementBytes));
    return bytes;
  }

  private static int blockElements(int elementBytes) {
    int elements = BLOCK_BYTES / elementBytes / MULTIPLE * MULTIPLE;
    return Math.max(elements, LEAST_ELEMENTS);
  }

  private interface Block {
    void at(int element, int count);
  }

  /** Blocks of one size, then a last one of as many as are a multiple of eight. */
  private static void blocks(int count, int size, Block block) {
    int at = 0;
    while (count - at >= size) {
      block.at(at, size);
      at += size;
    }
    int rest = (count - at) / MULTIPLE * MULTIPLE;
    if (rest > 0) {
      block.at(at, rest);
    }
  }

  /** Size of all data, size of a block in bytes, then blocks with their packed sizes. */
  private static byte[] unpack(byte[] packed, int elementBytes, int mostBytes) {
    ByteBuffer in = ByteBuffer.wrap(packed);
    if (in.remaining() < 12) {
      throw Hdf5Fault.damaged("expected bitshuffle with lz4, found %d bytes", in.remaining());
    }
    long size = in.getLong();
    int blockBytes = in.getInt();
    int elements = blockBytes / elementBytes;
    if (size < 0 || size > mostBytes || elements < MULTIPLE || elements % MULTIPLE != 0) {
      throw Hdf5Fault.damaged(
          "expected at most %d bytes in blocks of 8 elements or more, found %d in blocks of %d",
          mostBytes, size, blockBytes);
    }
    byte[] bytes = new byte[(int) size];
    byte[] shuffled = new byte[Math.min(elements * elementBytes, bytes.length)];
    int count = bytes.length / elementBytes;
    blocks(
        count,
        elements,
        (at, some) -> {
          int packedBytes = in.remaining() < 4 ? -1 : in.getInt();
          if (packedBytes < 0 || packedBytes > in.remaining()) {
            throw Hdf5Fault.damaged("expected a block of bitshuffle, found that it ends early");
          }
          Lz4.block(packed, in.position(), packedBytes, shuffled, 0, some * elementBytes);
          in.position(in.position() + packedBytes);
          transpose(shuffled, 0, bytes, at * elementBytes, some, elementBytes);
        });
    int rest = bytes.length - count / MULTIPLE * MULTIPLE * elementBytes;
    in.get(bytes, bytes.length - rest, Math.min(rest, in.remaining()));
    return bytes;
  }

  /** Bit b of byte j of element i is bit i of row 8j + b, which has an eighth of the bytes. */
  private static void transpose(
      byte[] shuffled, int from, byte[] bytes, int to, int count, int elementBytes) {
    int rowBytes = count / MULTIPLE;
    for (int lane = 0; lane < elementBytes; lane++) {
      for (int group = 0; group < rowBytes; group++) {
        long bits = 0;
        for (int bit = 0; bit < 8; bit++) {
          int row = 8 * lane + bit;
          bits |= (shuffled[from + row * rowBytes + group] & 0xffL) << (8 * bit);
        }
        for (int i = 0; i < 8; i++) {
          int value = 0;
          for (int bit = 0; bit < 8; bit++) {
            value |= (int) (bits >>> (8 * bit + i) & 1) << bit;
          }
          bytes[to + (8 * group + i) * elementBytes + lane] = (byte) value;
        }
      }
    }
  }
}
