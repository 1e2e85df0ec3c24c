package io.penstock.zarr;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * Undoes the compression of chunks. What comes out has the size that the array's description
 * promises, or there is a fault: no memory is taken for what a chunk claims.
 */
final class ChunkCodec implements AutoCloseable {
  static final List<String> NAMES = List.of("blosc", "zstd", "zlib", "gzip", "lz4");

  /** Compressors add less than this to what they cannot shrink. */
  private static final int MOST_EXTRA_BYTES = 64 << 10;

  private static final LZ4SafeDecompressor LZ4 = LZ4Factory.safeInstance().safeDecompressor();

  private final String name;
  private final int elementBytes;
  private final int chunkBytes;
  private final Inflater inflater = new Inflater();

  /**
   * For the chunks of an array.
   *
   * @param name of the compressor, empty for none
   */
  ChunkCodec(String name, int elementBytes, int chunkBytes) {
    this.name = name;
    this.elementBytes = elementBytes;
    this.chunkBytes = chunkBytes;
  }

  /** A chunk is read up to this, and one byte more, so that a longer one is noticed. */
  int mostStoredBytes() {
    return chunkBytes + chunkBytes / 16 + MOST_EXTRA_BYTES;
  }

  /**
   * Unpacks a chunk.
   *
   * @param stored all bytes of its file, or one more than {@link #mostStoredBytes}
   */
  byte[] unpack(byte[] stored) throws IOException {
    if (stored.length > mostStoredBytes()) {
      throw ZarrFault.damaged("expected at most %d stored bytes, found more", mostStoredBytes());
    }
    byte[] chunk = name.isEmpty() ? stored : new byte[chunkBytes];
    int count =
        switch (name) {
          case "" -> stored.length;
          case "blosc" -> new Blosc(this, stored).unpack(chunk, elementBytes);
          case "gzip" -> gunzip(stored, chunk);
          case "lz4" -> lz4WithSize(stored, chunk);
          default -> block(name, stored, 0, stored.length, chunk, 0, chunkBytes);
        };
    if (count != chunkBytes) {
      throw ZarrFault.damaged("expected %d bytes in a chunk, found %d", chunkBytes, count);
    }
    return chunk;
  }

  /** Unpacks one piece into its place; says how many bytes came out. */
  int block(String how, byte[] stored, int from, int count, byte[] into, int at, int room)
      throws ZarrFault {
    try {
      return switch (how) {
        case "lz4" -> LZ4.decompress(stored, from, count, into, at, room);
        case "zstd" -> (int) Zstd.decompressByteArray(into, at, room, stored, from, count);
        case "zlib" -> inflate(stored, from, count, into, at, room);
        case "blosclz" -> BloscLz.unpack(stored, from, count, into, at, room);
        default ->
            throw ZarrFault.refused(
                "expected chunks compressed by blosclz, lz4, zlib or zstd, found %s: copy the array"
                    + " with one of them",
                how);
      };
    } catch (LZ4Exception | ZstdException | IndexOutOfBoundsException | DataFormatException e) {
      throw damaged(how);
    }
  }

  private static ZarrFault damaged(String how) {
    return ZarrFault.damaged("expected data compressed by %s, found that they are damaged", how);
  }

  private int inflate(byte[] stored, int from, int count, byte[] into, int at, int room)
      throws DataFormatException, ZarrFault {
    inflater.reset();
    inflater.setInput(stored, from, count);
    int done = 0;
    while (done < room && !inflater.finished()) {
      int more = inflater.inflate(into, at + done, room - done);
      if (more == 0 && !inflater.finished()) {
        throw damaged("zlib");
      }
      done += more;
    }
    // The checksum is behind the last byte.
    boolean isWhole = inflater.finished() || inflater.inflate(new byte[1]) == 0;
    if (!isWhole || !inflater.finished() || inflater.getRemaining() > 0) {
      throw damaged("zlib");
    }
    return done;
  }

  private int gunzip(byte[] stored, byte[] chunk) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(stored))) {
      int count = in.readNBytes(chunk, 0, chunkBytes);
      return count + (in.read() < 0 ? 0 : 1); // One more shows that there is more.
    } catch (IOException e) {
      throw damaged("gzip");
    }
  }

  /** Before the block stands the size of what is in it. */
  private int lz4WithSize(byte[] stored, byte[] chunk) throws ZarrFault {
    if (stored.length < Integer.BYTES) {
      throw damaged("lz4");
    }
    byte[] size = Arrays.copyOf(stored, Integer.BYTES);
    if (Blosc.int32(size, 0) != chunkBytes) {
      return Math.max(-1, Blosc.int32(size, 0));
    }
    int from = Integer.BYTES;
    return block("lz4", stored, from, stored.length - from, chunk, 0, chunkBytes);
  }

  @Override
  public void close() {
    inflater.end();
  }
}
