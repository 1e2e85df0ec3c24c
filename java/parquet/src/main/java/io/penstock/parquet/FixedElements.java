package io.penstock.parquet;

import dev.hardwood.reader.Validity;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The elements of a column whose records have one size, or of a mask, as a stream of bytes. */
final class FixedElements extends InputStream {
  private final ColumnBatches batches;
  private byte[] bytes = new byte[0];
  private int at;

  FixedElements(ColumnBatches batches) {
    this.batches = batches;
  }

  private boolean hasMore() throws IOException {
    while (at == bytes.length) {
      if (!batches.next()) {
        return false;
      }
      try {
        bytes = batches.isMask() ? mask() : values();
      } catch (RuntimeException | OutOfMemoryError e) {
        throw ParquetFile.fault(e);
      }
      at = 0;
    }
    return true;
  }

  private byte[] mask() {
    byte[] mask = new byte[batches.recordCount()];
    Validity validity = batches.validity();
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (validity.isNull(i) ? 0 : 1);
    }
    return mask;
  }

  private byte[] values() throws IOException {
    ParquetColumn column = batches.column();
    int count = batches.recordCount();
    byte[] values = LittleEndian.of(batches.values(), column.leaf(), column.type(), count);
    Validity validity = batches.validity();
    if (validity.hasNulls()) {
      int size = values.length / count;
      for (int i = 0; i < count; i++) {
        if (validity.isNull(i)) {
          Arrays.fill(values, i * size, (i + 1) * size, (byte) 0);
        }
      }
    }
    return values;
  }

  @Override
  public int read() throws IOException {
    return hasMore() ? bytes[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!hasMore()) {
      return -1;
    }
    int count = Math.min(length, bytes.length - at);
    System.arraycopy(bytes, at, into, offset, count);
    at += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    batches.close();
  }
}
