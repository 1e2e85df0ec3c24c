package io.penstock.spark;

import io.penstock.Batch;
import io.penstock.BatchReader;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.Column;
import io.penstock.options.Readahead;
import io.penstock.sampler.Sequential;
import io.penstock.sampler.Subset;
import io.penstock.sampler.SubsetSampler;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Reads a stretch of a dataset in order, past the page cache where that is possible, and stands at
 * one record after another.
 *
 * <p>What it owns: the open dataset and its loader. Of one thread, which closes it.
 */
final class StretchRecords implements AutoCloseable {
  private static final long MEMORY_BYTES = 32 << 20;
  private static final long BATCH_BYTES = 256 << 10;
  private static final int MOST_BATCH_RECORDS = 1 << 16;

  /** Of a loader, of batches that are as large as the largest record. */
  private static final int PIECES_IN_MEMORY = 4;

  private final Dataset dataset;
  private final Loader loader;
  private final BatchReader batches;
  private final List<Column> columns;
  private final long[] fixedBytes;
  private final long[] valueBytes;
  private final MemorySegment[] values;
  private final MemorySegment[] starts;
  private int size;
  private int place;
  private long first;

  /**
   * Opens the dataset as the driver saw it.
   *
   * @param isNativeOrder whether numbers are turned to the byte order of this machine
   */
  static StretchRecords open(SourceLook look, RecordStretch stretch, boolean isNativeOrder) {
    return new StretchRecords(look.open(), stretch, isNativeOrder);
  }

  private StretchRecords(Dataset dataset, RecordStretch stretch, boolean isNativeOrder) {
    this.dataset = dataset;
    this.columns = dataset.columns();
    this.fixedBytes = columns.stream().mapToLong(Column::recordBytes).toArray();
    this.valueBytes = columns.stream().mapToLong(c -> ColumnForm.of(c).valueBytes()).toArray();
    this.values = new MemorySegment[columns.size()];
    this.starts = new MemorySegment[columns.size()];
    try {
      this.loader = loader(stretch, isNativeOrder);
      this.batches = loader.read(0);
    } catch (RuntimeException | Error e) {
      dataset.close();
      throw e;
    }
  }

  private Loader loader(RecordStretch stretch, boolean isNativeOrder) {
    long count = stretch.to() - stretch.from();
    Subset range = Subset.range(dataset.recordCount(), stretch.from(), stretch.to());
    long mean = Math.max(1, dataset.recordBytes());
    LoaderBuilder builder =
        dataset
            .loader()
            .nativeOrder(isNativeOrder)
            .sampler(new SubsetSampler(range, new Sequential(count)))
            .batchSize(Math.clamp(BATCH_BYTES / mean, 1, MOST_BATCH_RECORDS))
            .readahead(Readahead.parse("dropBehind=true"));
    long fixed = columns.stream().mapToLong(Column::recordBytes).sum();
    if (columns.stream().noneMatch(Column::isVariable)) {
      return builder.memoryBytes(Math.max(MEMORY_BYTES, 24 * Math.max(BATCH_BYTES, fixed))).build();
    }
    long batchBytes = Math.max(BATCH_BYTES, largest(stretch));
    return builder
        .batchBytes(batchBytes)
        .memoryBytes(Math.max(MEMORY_BYTES, PIECES_IN_MEMORY * (fixed + 2 * batchBytes)))
        .build();
  }

  /** The largest record of the stretch, over the columns whose records have different sizes. */
  private long largest(RecordStretch stretch) {
    List<LongUnaryOperator> sizes =
        columns.stream()
            .filter(Column::isVariable)
            .map(column -> dataset.recordSizes(column.name()))
            .toList();
    long largest = 0;
    for (long i = stretch.from(); i < stretch.to(); i++) {
      long bytes = 0;
      for (LongUnaryOperator column : sizes) {
        bytes += column.applyAsLong(i);
      }
      largest = Math.max(largest, bytes);
    }
    return largest;
  }

  /** The columns, in the order of {@link #segment}. */
  List<Column> columns() {
    return columns;
  }

  /**
   * Goes to the next record.
   *
   * @return false if there is none
   */
  boolean next() {
    place++;
    if (place < size) {
      return true;
    }
    if (!batches.hasNext()) {
      dataset.check(); // What was read is what the driver saw.
      return false;
    }
    Batch batch = batches.next();
    for (int c = 0; c < values.length; c++) {
      values[c] = batch.column(c);
      starts[c] = fixedBytes[c] == 0 ? batch.offsets(columns.get(c).name()) : MemorySegment.NULL;
    }
    place = 0;
    size = batch.size();
    first = batch.index(0);
    return true;
  }

  /** Index of the record: within a stretch they follow each other. */
  long index() {
    return first + place;
  }

  /** Where the record of a column lies: the memory of its batch, from {@link #offset} on. */
  MemorySegment segment(int c) {
    return values[c];
  }

  long offset(int c) {
    return offset(c, place);
  }

  /** Size of the record of a column. */
  int bytes(int c) {
    return (int) (fixedBytes[c] == 0 ? offset(c, place + 1) - offset(c, place) : fixedBytes[c]);
  }

  private long offset(int c, long i) {
    return fixedBytes[c] == 0
        ? starts[c].getAtIndex(ValueLayout.JAVA_LONG, i) * valueBytes[c]
        : i * fixedBytes[c];
  }

  @Override
  public void close() {
    try {
      batches.close();
      loader.close();
    } finally {
      dataset.close();
    }
  }
}
