package io.penstock.zarr;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A chunk in the format of Blosc 1: a header, then blocks, each in one piece or in as many as an
 * element has bytes, compressed one by one, and shuffled before that.
 */
final class Blosc {
  private static final int HEADER_BYTES = 16;
  private static final int VERSION = 2;

  /** The compressors by their numbers. */
  private static final List<String> COMPRESSORS =
      List.of("blosclz", "lz4", "snappy", "zlib", "zstd");

  private static final int SHUFFLED = 1;
  private static final int STORED = 2;
  private static final int BITS_SHUFFLED = 4;
  private static final int IN_ONE_PIECE = 16;
  private static final int COMPRESSOR_SHIFT = 5;

  /** More than so many pieces are one, and pieces that would be smaller than this, too. */
  private static final int MOST_PIECES = 16;

  private static final int LEAST_PIECE_BYTES = 128;

  private final ChunkCodec codec;
  private final byte[] stored;

  Blosc(ChunkCodec codec, byte[] stored) {
    this.codec = codec;
    this.stored = stored;
  }

  static int int32(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }

  /** Unpacks all blocks; says how many bytes there are. */
  int unpack(byte[] chunk, int elementBytes) throws ZarrFault {
    if (stored.length < HEADER_BYTES || stored[0] < 1 || stored[0] > VERSION) {
      throw ZarrFault.damaged("expected a chunk compressed by blosc, found other bytes");
    }
    int flags = stored[2];
    int typeBytes = stored[3] & 0xff;
    int bytes = int32(stored, 4);
    int blockBytes = int32(stored, 8);
    if (int32(stored, 12) != stored.length) {
      throw ZarrFault.damaged(
          "expected %d stored bytes, as a chunk of blosc says, found %d",
          int32(stored, 12) & 0xffffffffL, stored.length);
    }
    if (bytes != chunk.length || typeBytes < 1) {
      throw ZarrFault.damaged(
          "expected %d bytes in elements of %d, found a chunk of blosc with %d in elements of %d",
          chunk.length, elementBytes, bytes & 0xffffffffL, typeBytes);
    }
    if (bytes == 0) {
      return 0;
    }
    if ((flags & STORED) != 0) {
      checkLeft(HEADER_BYTES, bytes);
      System.arraycopy(stored, HEADER_BYTES, chunk, 0, bytes);
      return bytes;
    }
    if (blockBytes < 1 || blockBytes > bytes) {
      throw ZarrFault.damaged(
          "expected blocks of 1 to %d bytes, found a chunk of blosc with blocks of %d",
          bytes, blockBytes);
    }
    byte[] block = new byte[blockBytes];
    int count = Math.ceilDiv(bytes, blockBytes);
    checkLeft(HEADER_BYTES, (long) count * Integer.BYTES);
    for (int i = 0; i < count; i++) {
      int start = int32(stored, HEADER_BYTES + i * Integer.BYTES);
      int room = Math.min(blockBytes, bytes - i * blockBytes);
      unpackBlock(start, block, room, flags, typeBytes, room < blockBytes);
      ZarrShuffle.undo(block, room, kind(flags), typeBytes, chunk, i * blockBytes);
    }
    return bytes;
  }

  private static ZarrShuffle.Kind kind(int flags) {
    if ((flags & SHUFFLED) != 0) {
      return ZarrShuffle.Kind.BYTES;
    }
    return (flags & BITS_SHUFFLED) != 0 ? ZarrShuffle.Kind.BITS : ZarrShuffle.Kind.NONE;
  }

  private void unpackBlock(
      int start, byte[] block, int bytes, int flags, int typeBytes, boolean isRest)
      throws ZarrFault {
    boolean isDivided =
        (flags & IN_ONE_PIECE) == 0
            && !isRest
            && typeBytes <= MOST_PIECES
            && bytes / typeBytes >= LEAST_PIECE_BYTES;
    int pieces = isDivided ? typeBytes : 1;
    int pieceBytes = bytes / pieces;
    String how = compressor(flags);
    int at = start;
    for (int i = 0; i < pieces; i++) {
      checkLeft(at, Integer.BYTES);
      int count = int32(stored, at);
      at += Integer.BYTES;
      checkLeft(at, count);
      int to = i * pieceBytes;
      if (count == pieceBytes) {
        System.arraycopy(stored, at, block, to, count);
      } else if (codec.block(how, stored, at, count, block, to, pieceBytes) != pieceBytes) {
        throw ZarrFault.damaged("expected a block of %d bytes, found fewer", pieceBytes);
      }
      at += count;
    }
  }

  private static String compressor(int flags) throws ZarrFault {
    int number = (flags & 0xff) >> COMPRESSOR_SHIFT;
    if (number >= COMPRESSORS.size()) {
      throw ZarrFault.damaged("expected a compressor of blosc, found number %d", number);
    }
    return COMPRESSORS.get(number);
  }

  private void checkLeft(int at, long count) throws ZarrFault {
    if (at < HEADER_BYTES || count < 0 || count > stored.length - at) {
      throw ZarrFault.damaged(
          "expected %d bytes at %d of a chunk of blosc, found %d in all", count, at, stored.length);
    }
  }
}
