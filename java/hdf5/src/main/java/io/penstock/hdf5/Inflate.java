package io.penstock.hdf5;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The filter "deflate", which h5py calls gzip: a zlib stream with its own checksum. */
final class Inflate implements AutoCloseable {
  private static final String WHAT =
      "expected data packed by gzip, found that they are damaged (%s)";

  /** Made when it is needed: it holds native memory. */
  private Inflater inflater;

  /** Unpacks what has about so many bytes, and never more than the limit. */
  byte[] undo(byte[] packed, int likelyBytes, int mostBytes) {
    if (inflater == null) {
      inflater = new Inflater();
    }
    inflater.reset();
    inflater.setInput(packed);
    byte[] bytes = new byte[likelyBytes];
    int count = 0;
    try {
      while (!inflater.finished()) {
        if (count == bytes.length) {
          bytes = grown(bytes, mostBytes);
        }
        int more = inflater.inflate(bytes, count, bytes.length - count);
        count += more;
        if (more == 0 && !inflater.finished() && count < bytes.length) {
          throw Hdf5Fault.damaged(WHAT, "they end early");
        }
      }
    } catch (DataFormatException e) {
      throw Hdf5Fault.damaged(WHAT, e.getMessage());
    }
    return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
  }

  /** One more byte first: a stream may end without giving any. */
  private static byte[] grown(byte[] bytes, int mostBytes) {
    if (bytes.length >= mostBytes) {
      throw Hdf5Fault.damaged(WHAT, "more than %d bytes come out".formatted(mostBytes));
    }
    return Arrays.copyOf(bytes, Math.min(mostBytes, bytes.length + bytes.length / 8 + 64));
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.end();
    }
  }
}
