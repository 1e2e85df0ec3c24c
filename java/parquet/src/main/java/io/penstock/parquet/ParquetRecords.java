package io.penstock.parquet;

import dev.hardwood.reader.Validity;
import io.penstock.array.RecordStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Strings, byte arrays or lists of numbers, some records at a time. */
final class ParquetRecords implements RecordStream {
  private static final MemorySegment NONE = MemorySegment.ofArray(new byte[0]);

  private final ColumnBatches batches;
  private MemorySegment values = NONE;
  private MemorySegment starts = NONE;

  ParquetRecords(ColumnBatches batches) {
    this.batches = batches;
  }

  @Override
  public boolean next() throws IOException {
    if (!batches.next()) {
      values = NONE;
      starts = NONE;
      return false;
    }
    try {
      if (batches.column().kind() == ParquetColumn.Kind.LIST) {
        readLists();
      } else {
        readBytes();
      }
      return true;
    } catch (RuntimeException | OutOfMemoryError e) {
      throw ParquetFile.fault(e);
    }
  }

  private void readLists() throws IOException {
    ParquetColumn column = batches.column();
    int[] offsets = batches.listOffsets();
    setStarts(offsets);
    int count = offsets[batches.recordCount()];
    values =
        MemorySegment.ofArray(
            LittleEndian.of(batches.values(), column.leaf(), column.type(), count));
  }

  private void readBytes() throws IOException {
    int[] offsets = batches.values().getBinaryOffsets();
    Validity validity = batches.validity();
    if (validity.hasNulls()) {
      for (int i = 0; i < batches.recordCount(); i++) {
        if (validity.isNull(i) && offsets[i + 1] != offsets[i]) {
          throw new IOException("expected nothing in place of a null, found bytes");
        }
      }
    }
    setStarts(offsets);
    values =
        MemorySegment.ofArray(batches.values().getBinaryValues())
            .asSlice(0, offsets[batches.recordCount()]);
  }

  private void setStarts(int[] offsets) {
    long[] wide = new long[batches.recordCount() + 1];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = offsets[i];
    }
    starts = MemorySegment.ofArray(wide);
  }

  @Override
  public MemorySegment values() {
    return values;
  }

  @Override
  public MemorySegment starts() {
    return starts;
  }

  @Override
  public void close() throws IOException {
    batches.close();
  }
}
