package io.penstock.hdf5;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The elements of a dataset in C order, some at a time.
 *
 * <p>What it owns: the open file, one buffer, and turning what is wrong with the file into an
 * IOException. Subclasses fill the buffer with whole elements. Memory is checked before it is
 * taken: what a damaged file claims must not end in an OutOfMemoryError.
 */
abstract class ElementStream extends InputStream {
  /** Of the heap; the rest is for what else is read and unpacked meanwhile. */
  private static final int HEAP_SHARE = 4;

  private final Hdf5File file;
  private final List<Repair> repairs;
  private final int elementBytes;
  private byte[] buffer;
  private int at;
  private int end;

  ElementStream(Hdf5File file, List<Repair> repairs, int elementBytes) {
    this.file = file;
    this.repairs = repairs;
    this.elementBytes = elementBytes;
  }

  /** Memory for so many bytes, or a fault that says how much is missing. */
  static byte[] allocate(long bytes, String what) {
    checkMemory(bytes, what);
    return new byte[(int) bytes];
  }

  static void checkMemory(long bytes, String what) {
    long most = Math.min(Runtime.getRuntime().maxMemory() / HEAP_SHARE, Integer.MAX_VALUE - 8);
    if (bytes > most) {
      throw Hdf5Fault.refused(
          "expected %s to take at most %d bytes, a quarter of Java's heap, found %d: give Java more"
              + " memory (-Xmx), or write the dataset again with h5repack -l CONTI -f NONE",
          what, most, bytes);
    }
  }

  /**
   * Fills the buffer with the next elements, from its start on.
   *
   * @return how many bytes there are; 0 behind the last element
   */
  abstract int next() throws IOException;

  /** Where {@link #next} puts elements. */
  final byte[] buffer() {
    return buffer;
  }

  final void setBuffer(byte[] bytes) {
    this.buffer = bytes;
  }

  final Hdf5File file() {
    return file;
  }

  final int elementBytes() {
    return elementBytes;
  }

  @Override
  public final int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == end) {
      try {
        end = next();
      } catch (Hdf5Fault e) {
        throw new IOException(e.getMessage(), e);
      }
      at = 0;
      if (end == 0) {
        return -1;
      }
      Repair.all(repairs, buffer, end, elementBytes);
    }
    int count = Math.min(length, end - at);
    System.arraycopy(buffer, at, bytes, offset, count);
    at += count;
    return count;
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
