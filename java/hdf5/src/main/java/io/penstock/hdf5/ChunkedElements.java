package io.penstock.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.api.dataset.ChunkedDataset;
import java.io.IOException;
import java.io.InputStream;

/**
 * The elements of a chunked dataset in C order, as they are stored but unpacked.
 *
 * <p>What it owns: the file, and memory for one row of chunks - all chunks that have the same place
 * along the first axis - from which whole rows are handed over. It must not need more.
 */
final class ChunkedElements extends InputStream {
  /** A row of chunks is a few rows of the array, unless somebody chose chunks for another use. */
  private static final long MAX_BAND_BYTES = 1 << 30;

  private final HdfFile file;
  private final ChunkedDataset dataset;
  private final int[] sizes;
  private final int[] chunkSizes;
  private final int elementBytes;
  private final byte[] band;

  /** The first row of the next band. */
  private int row;

  private int at;
  private int end;

  ChunkedElements(HdfFile file, ChunkedDataset dataset) throws IOException {
    this.file = file;
    this.dataset = dataset;
    this.sizes = dataset.getDimensions();
    this.chunkSizes = dataset.getChunkDimensions();
    this.elementBytes = dataset.getDataType().getSize();
    long bytes = (long) Math.min(chunkSizes[0], sizes[0]) * elementBytes;
    for (int axis = 1; axis < sizes.length && bytes <= MAX_BAND_BYTES; axis++) {
      bytes *= sizes[axis];
    }
    if (bytes > MAX_BAND_BYTES) {
      throw new IOException(
          ("expected chunks of which %d rows have at most %d bytes, found more: use h5repack -l"
                  + " CONTI -f NONE")
              .formatted(chunkSizes[0], MAX_BAND_BYTES));
    }
    this.band = new byte[(int) bytes];
  }

  private void next() throws IOException {
    int rows = Math.min(chunkSizes[0], sizes[0] - row);
    int[] offset = new int[sizes.length];
    offset[0] = row;
    try {
      do {
        place(dataset.getDecompressedChunk(offset), offset, rows);
      } while (advance(offset));
    } catch (RuntimeException e) {
      throw new IOException("a chunk cannot be unpacked: " + e.getMessage(), e);
    }
    row += rows;
    at = 0;
    end = (int) ((long) band.length / Math.min(chunkSizes[0], sizes[0]) * rows);
  }

  /** Goes on to the next chunk of the band; false behind the last. */
  private boolean advance(int[] offset) {
    for (int axis = sizes.length - 1; axis > 0; axis--) {
      offset[axis] += chunkSizes[axis];
      if (offset[axis] < sizes[axis]) {
        return true;
      }
      offset[axis] = 0;
    }
    return false;
  }

  /** Copies what of a chunk is inside the array; chunks at its edges are as large as all others. */
  private void place(byte[] chunk, int[] offset, int rows) {
    int last = sizes.length - 1;
    int[] within = new int[sizes.length];
    int width = last == 0 ? rows : Math.min(chunkSizes[last], sizes[last] - offset[last]);
    do {
      long from = 0;
      long to = 0;
      for (int axis = 0; axis <= last; axis++) {
        from = from * chunkSizes[axis] + within[axis];
        int inBand = axis == 0 ? within[0] : offset[axis] + within[axis];
        to = to * (axis == 0 ? 1 : sizes[axis]) + inBand;
      }
      System.arraycopy(
          chunk, (int) from * elementBytes, band, (int) to * elementBytes, width * elementBytes);
    } while (advanceWithin(within, offset, rows));
  }

  /** Goes on to the next line of a chunk that is inside the array. */
  private boolean advanceWithin(int[] within, int[] offset, int rows) {
    for (int axis = sizes.length - 2; axis >= 0; axis--) {
      within[axis]++;
      int limit = axis == 0 ? rows : Math.min(chunkSizes[axis], sizes[axis] - offset[axis]);
      if (within[axis] < limit) {
        return true;
      }
      within[axis] = 0;
    }
    return false;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == end) {
      if (row == sizes[0]) {
        return -1;
      }
      next();
    }
    int count = Math.min(length, end - at);
    System.arraycopy(band, at, bytes, offset, count);
    at += count;
    return count;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public void close() {
    file.close();
  }
}
