package io.penstock.hdf5;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The elements of a chunked dataset: unpacked, put into order, and the fill value where no chunk
 * was ever written.
 *
 * <p>What it owns: memory for one row of chunks - all chunks that have the same place along the
 * first axis - from which whole rows are handed over, and for one chunk on its way. It must not
 * need more.
 */
final class ChunkedElements extends ElementStream {
  /**
   * A row of chunks is usually a few rows of the array, unless the chunks were chosen for other
   * access patterns.
   */
  private static final long MAX_BAND_BYTES = 1 << 30;

  private final Storage.Chunked storage;
  private final ChunkIndex index;
  private final Filters filters;
  private final FillValue fill;
  private final long[] sizes;
  private final long[] chunkSizes;
  private final int chunkBytes;

  /** Bytes of one row of the array. */
  private final long rowBytes;

  /** The first row of the next band. */
  private long row;

  ChunkedElements(
      Hdf5File file,
      Dataspace space,
      Storage.Chunked storage,
      Filters filters,
      FillValue fill,
      List<Repair> repairs)
      throws IOException {
    super(file, repairs, (int) storage.elementBytes());
    this.storage = storage;
    this.filters = filters;
    this.fill = fill;
    this.sizes = space.shape().stream().mapToLong(size -> size).toArray();
    this.chunkSizes = storage.shape().stream().mapToLong(size -> size).toArray();
    this.index = ChunkIndex.of(file, storage, space, !filters.isEmpty());
    long bytes = storage.elementBytes();
    for (int axis = 1; axis < sizes.length; axis++) {
      bytes = Math.multiplyExact(bytes, sizes[axis]);
    }
    this.rowBytes = bytes;
    long rows = Math.min(chunkSizes[0], sizes[0]);
    if (rowBytes > MAX_BAND_BYTES / rows) {
      throw Hdf5Fault.refused(
          "expected chunks of which %d rows have at most %d bytes, found %d bytes a row: write the"
              + " dataset again with h5repack -l CONTI -f NONE",
          rows, MAX_BAND_BYTES, rowBytes);
    }
    // A chunk as it is stored, between two filters, and as it comes out.
    checkMemory(rows * rowBytes + storage.chunkBytes(), "a row of chunks");
    this.chunkBytes = (int) storage.chunkBytes();
    setBuffer(allocate(rows * rowBytes, "a row of chunks"));
  }

  @Override
  int next() throws IOException {
    int rows = (int) Math.min(chunkSizes[0], sizes[0] - row);
    if (rows <= 0) {
      return 0;
    }
    long[] offset = new long[sizes.length];
    offset[0] = row;
    int count = (int) (rows * rowBytes);
    fill.fill(buffer(), count);
    do {
      byte[] chunk = chunk(offset);
      if (chunk != null) {
        place(chunk, offset, rows);
      }
    } while (advance(offset));
    row += rows;
    return count;
  }

  /** The chunk that begins at an offset, unpacked; null if there is none. */
  private byte[] chunk(long[] offset) throws IOException {
    long[] place = new long[offset.length];
    boolean reachesOver = false;
    for (int axis = 0; axis < place.length; axis++) {
      place[axis] = offset[axis] / chunkSizes[axis];
      reachesOver |= offset[axis] + chunkSizes[axis] > sizes[axis];
    }
    String where = "the chunk at " + words(offset);
    try {
      ChunkIndex.Chunk found = index.find(place);
      if (found == null) {
        return null;
      }
      boolean isRaw = filters.isEmpty() || (reachesOver && storage.keepsEdgesRaw());
      long most = isRaw ? chunkBytes : Filters.mostBytes(chunkBytes);
      if (found.storedBytes() < 1 || found.storedBytes() > most) {
        throw Hdf5Fault.damaged(
            "expected 1 to %d stored bytes, found %d", most, found.storedBytes());
      }
      where +=
          " in bytes %d to %d"
              .formatted(
                  file().position(found.address()),
                  file().position(found.address() + found.storedBytes()));
      checkMemory(found.storedBytes(), where);
      byte[] stored = file().data(found.address(), (int) found.storedBytes(), "a chunk");
      return isRaw ? whole(stored) : filters.undo(stored, found.filterMask(), chunkBytes);
    } catch (Hdf5Fault e) {
      throw new IOException(where + ": " + e.getMessage(), e);
    }
  }

  private byte[] whole(byte[] stored) {
    if (stored.length != chunkBytes) {
      throw Hdf5Fault.damaged(
          "expected %d bytes without filters, found %d", chunkBytes, stored.length);
    }
    return stored;
  }

  private static String words(long[] offset) {
    return Arrays.stream(offset)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(", ", "(", offset.length == 1 ? ",)" : ")"));
  }

  /** Goes on to the next chunk of the band; false behind the last. */
  private boolean advance(long[] offset) {
    for (int axis = sizes.length - 1; axis > 0; axis--) {
      offset[axis] += chunkSizes[axis];
      if (offset[axis] < sizes[axis]) {
        return true;
      }
      offset[axis] = 0;
    }
    return false;
  }

  /** Copies the part of a chunk that is inside the array; chunks at the edges have full size. */
  private void place(byte[] chunk, long[] offset, int rows) {
    int last = sizes.length - 1;
    long[] within = new long[sizes.length];
    int width = (int) (last == 0 ? rows : Math.min(chunkSizes[last], sizes[last] - offset[last]));
    do {
      long from = 0;
      long to = 0;
      for (int axis = 0; axis <= last; axis++) {
        from = from * chunkSizes[axis] + within[axis];
        long inBand = axis == 0 ? within[0] : offset[axis] + within[axis];
        to = to * (axis == 0 ? 1 : sizes[axis]) + inBand;
      }
      int bytes = elementBytes();
      System.arraycopy(chunk, (int) (from * bytes), buffer(), (int) (to * bytes), width * bytes);
    } while (advanceWithin(within, offset, rows));
  }

  /** Goes on to the next line of a chunk that is inside the array. */
  private boolean advanceWithin(long[] within, long[] offset, int rows) {
    for (int axis = sizes.length - 2; axis >= 0; axis--) {
      within[axis]++;
      long limit = axis == 0 ? rows : Math.min(chunkSizes[axis], sizes[axis] - offset[axis]);
      if (within[axis] < limit) {
        return true;
      }
      within[axis] = 0;
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    filters.close();
    super.close();
  }
}
