package io.penstock.zarr;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The elements of an array in C order: its chunks unpacked and put into order, with the fill value
 * where there is none.
 *
 * <p>What it owns: memory for one row of chunks - all chunks that have the same place along the
 * first axis - from which whole rows of the array are handed over, and for one chunk on its way. It
 * asks for no more than a part of Java's heap.
 */
final class ZarrElements extends InputStream {
  /** Of the heap; the rest is for chunks, and for what else goes on meanwhile. */
  private static final int HEAP_SHARE = 3;

  private final Path folder;
  private final ZarrArray array;
  private final ChunkCodec codec;
  private final long[] shape;
  private final int[] chunks;
  private final int elementBytes;
  private final int chunkBytes;
  private final long rowBytes;

  /** Elements from one to the next along each axis of a chunk. */
  private final int[] strides;

  private byte[] band = {};
  private int at;
  private int end;

  /** The first row of the next band. */
  private long row;

  ZarrElements(Path folder, ZarrArray array) throws ZarrFault {
    this.folder = folder;
    this.array = array;
    this.shape = array.shape();
    this.chunks = array.chunks();
    this.elementBytes = array.type().sizeBytes();
    this.chunkBytes = array.chunkBytes();
    this.codec = new ChunkCodec(array.compressor().orElse(""), elementBytes, chunkBytes);
    this.strides = strides(chunks, array.isFortran());
    long bytes = elementBytes;
    for (int axis = 1; axis < shape.length; axis++) {
      bytes *= shape[axis]; // The whole array has less than 2^63.
    }
    this.rowBytes = bytes;
  }

  private static int[] strides(int[] chunks, boolean isFortran) {
    int[] strides = new int[chunks.length];
    int stride = 1;
    for (int i = 0; i < chunks.length; i++) {
      int axis = isFortran ? i : chunks.length - 1 - i;
      strides[axis] = stride;
      stride *= chunks[axis];
    }
    return strides;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == end && !hasNext()) {
      return -1;
    }
    int count = Math.min(length, end - at);
    System.arraycopy(band, at, into, offset, count);
    at += count;
    return count;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /** Reads the next row of chunks; false behind the last. */
  private boolean hasNext() throws IOException {
    int rows = (int) Math.min(chunks[0], shape[0] - row);
    if (rows <= 0 || rowBytes == 0) {
      return false;
    }
    reserve(rows);
    long[] start = new long[shape.length];
    start[0] = row;
    do {
      place(chunk(start), start, rows);
    } while (advance(start));
    row += rows;
    at = 0;
    end = (int) (rows * rowBytes);
    return true;
  }

  private void reserve(int rows) throws ZarrFault {
    if (band.length > 0) {
      return;
    }
    long most = Math.min(Runtime.getRuntime().maxMemory() / HEAP_SHARE, Integer.MAX_VALUE - 8);
    // A chunk as it comes out, and on its way.
    if (rowBytes > (most - 2L * chunkBytes) / rows) {
      throw ZarrFault.refused(
          "expected a row of chunks to take at most %d bytes, a third of Java's heap, found %d rows"
              + " of %d bytes and chunks of %d: give Java more memory (-Xmx), or copy the array in"
              + " chunks of fewer rows",
          most, rows, rowBytes, chunkBytes);
    }
    band = new byte[(int) (rows * rowBytes)];
  }

  /** The chunk that begins at an element, unpacked; null if there is none. */
  private byte[] chunk(long[] start) throws IOException {
    String name = name(start);
    try (InputStream in = Files.newInputStream(folder.resolve(name))) {
      byte[] stored = in.readNBytes(codec.mostStoredBytes() + 1);
      return codec.unpack(stored);
    } catch (NoSuchFileException e) {
      if (array.fill().isEmpty()) {
        throw ZarrFault.damaged(
            "expected a chunk '%s', since the array has no fill value, found none", name);
      }
      return null;
    } catch (ZarrFault e) {
      throw new IOException("chunk '%s': %s".formatted(name, e.getMessage()), e);
    } catch (IOException e) {
      throw new IOException(
          "expected a readable chunk '%s', found: %s".formatted(name, e.getMessage()), e);
    }
  }

  private String name(long[] start) {
    return Arrays.stream(places(start))
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(array.separator()));
  }

  private long[] places(long[] start) {
    long[] places = new long[start.length];
    Arrays.setAll(places, axis -> start[axis] / chunks[axis]);
    return places;
  }

  /** Goes on to the next chunk of the band; false behind the last. */
  private boolean advance(long[] start) {
    for (int axis = shape.length - 1; axis > 0; axis--) {
      start[axis] += chunks[axis];
      if (start[axis] < shape[axis]) {
        return true;
      }
      start[axis] = 0;
    }
    return false;
  }

  /** Copies what of a chunk is inside the array; chunks at the edges have full size. */
  private void place(byte[] chunk, long[] start, int rows) {
    int last = shape.length - 1;
    int width = last == 0 ? rows : (int) Math.min(chunks[last], shape[last] - start[last]);
    int[] within = new int[shape.length];
    do {
      long from = 0;
      long to = 0;
      for (int axis = 0; axis <= last; axis++) {
        from += (long) within[axis] * strides[axis];
        long place = axis == 0 ? within[0] : start[axis] + within[axis];
        to = to * (axis == 0 ? 1 : shape[axis]) + place;
      }
      line(chunk, (int) from, (int) to, width);
    } while (advanceWithin(within, start, rows));
  }

  /** Elements along the last axis. */
  private void line(byte[] chunk, int from, int to, int width) {
    if (chunk == null) {
      fill(to * elementBytes, width * elementBytes);
      return;
    }
    int stride = strides[strides.length - 1];
    if (stride == 1) {
      System.arraycopy(chunk, from * elementBytes, band, to * elementBytes, width * elementBytes);
      return;
    }
    for (int i = 0; i < width; i++) {
      System.arraycopy(
          chunk, (from + i * stride) * elementBytes, band, (to + i) * elementBytes, elementBytes);
    }
  }

  /** With one element, and then with twice as many each time. */
  private void fill(int from, int bytes) {
    System.arraycopy(array.fill().orElseThrow(), 0, band, from, elementBytes);
    for (int done = elementBytes; done < bytes; done *= 2) {
      System.arraycopy(band, from, band, from + done, Math.min(done, bytes - done));
    }
  }

  /** Goes on to the next line of a chunk that is inside the array. */
  private boolean advanceWithin(int[] within, long[] start, int rows) {
    for (int axis = shape.length - 2; axis >= 0; axis--) {
      within[axis]++;
      long limit = axis == 0 ? rows : Math.min(chunks[axis], shape[axis] - start[axis]);
      if (within[axis] < limit) {
        return true;
      }
      within[axis] = 0;
    }
    return false;
  }

  @Override
  public void close() {
    codec.close();
  }
}
