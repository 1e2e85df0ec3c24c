package io.penstock.parquet;

import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.LayerKind;
import dev.hardwood.reader.Validity;
import io.penstock.parquet.ParquetColumn.Kind;
import io.penstock.parquet.ParquetColumn.View;
import io.penstock.parquet.ParquetColumn.Viewed;
import java.io.Closeable;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * The values of a column, a batch of records at a time.
 *
 * <p>What it owns: the open file; how many records a batch has, so that memory is bounded; the
 * check that there are as many records as the file claims, and no nulls where none may be.
 */
final class ColumnBatches implements Closeable {
  private static final long BATCH_BYTES = 1 << 20;
  private static final int MOST_RECORDS = 1 << 16;

  /** A dictionary may have one large string that all records refer to. */
  private static final int MOST_RECORDS_OF_BYTES = 1 << 10;

  private final ParquetFile file;
  private final Viewed viewed;
  private final ColumnReader reader;
  private final int repeatedLayer;
  private long recordsBefore;
  private int recordCount;

  private ColumnBatches(ParquetFile file, Viewed viewed, ColumnReader reader) {
    this.file = file;
    this.viewed = viewed;
    this.reader = reader;
    this.repeatedLayer = repeatedLayer(reader);
  }

  /** Takes over the file if nothing is thrown. */
  static ColumnBatches open(ParquetFile file, Viewed viewed) throws IOException {
    ParquetColumn column = viewed.column();
    int most = column.kind() == Kind.FIXED ? MOST_RECORDS : MOST_RECORDS_OF_BYTES;
    long recordBytes = file.meanRecordBytes(column.leaf());
    if (column.kind() == Kind.FIXED) {
      // Encoded values may take next to nothing.
      recordBytes =
          Math.max(recordBytes, column.type().sizeBytes() * column.shape().elementCount());
    }
    int records = Math.clamp(BATCH_BYTES / Math.max(1, recordBytes), 1, most);
    try {
      return new ColumnBatches(file, viewed, file.read(column.leaf(), records));
    } catch (RuntimeException e) {
      throw ParquetFile.fault(e);
    }
  }

  private static int repeatedLayer(ColumnReader reader) {
    for (int layer = 0; layer < reader.getLayerCount(); layer++) {
      if (reader.getLayerKind(layer) == LayerKind.REPEATED) {
        return layer;
      }
    }
    return -1;
  }

  ParquetColumn column() {
    return viewed.column();
  }

  boolean isMask() {
    return viewed.view() == View.VALID;
  }

  /** The values of this batch, as hardwood has them. */
  ColumnReader values() {
    return reader;
  }

  int recordCount() {
    return recordCount;
  }

  /** Moves to the next batch; false behind the last one. */
  boolean next() throws IOException {
    try {
      recordsBefore += recordCount;
      recordCount = 0;
      if (!reader.nextBatch()) {
        if (recordsBefore != file.recordCount()) {
          throw new IOException(
              "expected %d records, found %d: make or copy the file again"
                  .formatted(file.recordCount(), recordsBefore));
        }
        return false;
      }
      recordCount = reader.getRecordCount();
      if (recordCount > file.recordCount() - recordsBefore) {
        throw new IOException(
            "expected %d records, found more: make or copy the file again"
                .formatted(file.recordCount()));
      }
      checkNulls();
      return true;
    } catch (RuntimeException | OutOfMemoryError | InternalError e) {
      throw ParquetFile.fault(e);
    }
  }

  /** Which records are not null. */
  Validity validity() {
    return repeatedLayer < 0 ? reader.getLeafValidity() : reader.getLayerValidity(repeatedLayer);
  }

  /** Where the list of each record begins, and the last one ends. */
  int[] listOffsets() throws IOException {
    int[] offsets = reader.getLayerOffsets(repeatedLayer);
    if (offsets.length <= recordCount || offsets[recordCount] > reader.getValueCount()) {
      throw new IOException(
          "expected a list for each of %d records, found %d: make or copy the file again"
              .formatted(recordCount, offsets.length - 1));
    }
    return offsets;
  }

  private void checkNulls() throws IOException {
    if (viewed.view() == View.PLAIN && validity().hasNulls()) {
      int first = validity().nextNull(0, recordCount);
      if (first >= 0 && first < recordCount) {
        throw new IOException(
            ParquetColumns.nulls(
                viewed.column().name(),
                OptionalLong.empty(),
                " in record " + (recordsBefore + first)));
      }
    }
    if (repeatedLayer >= 0 && !isMask() && reader.getLeafValidity().hasNulls()) {
      int value = reader.getLeafValidity().nextNull(0, reader.getValueCount());
      int[] offsets = listOffsets();
      int record = 0;
      while (record < recordCount && offsets[record + 1] <= value) {
        record++;
      }
      throw new IOException(
          "expected lists of numbers without nulls, found one in the list of record %d: write the column without them"
              .formatted(recordsBefore + record));
    }
  }

  @Override
  public void close() throws IOException {
    try (file) {
      reader.close();
    }
  }
}
