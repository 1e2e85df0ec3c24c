package io.penstock.hdf5;

import java.io.IOException;
import java.util.List;

/** Elements that lie in one piece, or nowhere: then all of them are the fill value. */
final class PlainElements extends ElementStream {
  private static final int PIECE_BYTES = 1 << 20;
  private static final String WHAT = "the elements of the dataset";

  /** {@link Bytes#UNDEFINED} where nothing was written. */
  private final long address;

  private final long totalBytes;
  private final FillValue fill;
  private long done;

  PlainElements(
      Hdf5File file,
      long address,
      long totalBytes,
      int elementBytes,
      FillValue fill,
      List<Repair> repairs) {
    super(file, repairs, elementBytes);
    this.address = address;
    this.totalBytes = totalBytes;
    this.fill = fill;
    if (address != Bytes.UNDEFINED) {
      file.checkRange(address, totalBytes, WHAT);
    }
  }

  @Override
  int next() throws IOException {
    int count = (int) Math.min(pieceBytes(), totalBytes - done);
    if (count > 0 && buffer() == null) {
      setBuffer(allocate(count, "an element"));
    }
    if (address == Bytes.UNDEFINED && count > 0) {
      fill.fill(buffer(), count);
    } else if (count > 0) {
      file().data(address + done, buffer(), count, WHAT);
    }
    done += count;
    return count;
  }

  /** As many whole elements as there is room for, and one at least. */
  private long pieceBytes() {
    return Math.max(1, PIECE_BYTES / elementBytes()) * (long) elementBytes();
  }
}
