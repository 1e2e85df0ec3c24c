package io.penstock.checksum;

import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.RecordReader;
import io.penstock.internal.dataset.SegmentCrc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/** Checks the records that depend on a range of a file one by one. */
final class DamagedRecords {
  /** Enough to keep a device busy that answers in 0.1 ms. */
  private static final int READERS = 16;

  private final RecordChecksums checksums;
  private final Dataset dataset;
  private final List<Column> columns;
  private final RecordChecksums.Sink sink;

  DamagedRecords(RecordChecksums checksums, Dataset dataset, RecordChecksums.Sink sink) {
    this.checksums = checksums;
    this.dataset = dataset;
    this.columns = dataset.columns();
    this.sink = sink;
  }

  void find(Path file, long from, long to) {
    for (int c = 0; c < columns.size(); c++) {
      if (columns.get(c).isVariable()) {
        int column = c;
        dataset
            .recordsIn(columns.get(c).name(), file, from, to)
            .forEach(index -> checkVariable(column, index));
      } else {
        findFixed(c, file, from, to);
      }
    }
  }

  /** Looks at all records of a column. */
  void find(String column, LongConsumer progress) {
    int number = dataset.columns().indexOf(dataset.column(column));
    try (ForkJoinPool readers = new ForkJoinPool(READERS)) {
      long[] found =
          readers
              .submit(
                  () ->
                      LongStream.range(0, dataset.recordCount())
                          .parallel()
                          .filter(index -> !isGood(number, index, progress))
                          .toArray())
              .join();
      for (long index : found) {
        sink.accept(number, index);
      }
    }
  }

  private void findFixed(int c, Path file, long from, long to) {
    Column column = columns.get(c);
    try (RecordReader reader = new RecordReader(columns);
        Arena arena = Arena.ofConfined()) {
      MemorySegment record = arena.allocate(column.recordBytes(), Long.BYTES);
      SegmentCrc crc = new SegmentCrc(record);
      dataset
          .recordsIn(column.name(), file, from, to)
          .forEach(index -> check(reader, c, index, record, crc));
    }
  }

  private void check(
      RecordReader reader, int column, long index, MemorySegment record, SegmentCrc crc) {
    try {
      reader.read(column, index, record);
    } catch (IOException e) {
      sink.accept(column, index);
      return;
    }
    if (crc.of(0, record.byteSize()) != checksums.get(column, index)) {
      sink.accept(column, index);
    }
  }

  private void checkVariable(int column, long index) {
    if (!isGood(column, index, _ -> {})) {
      sink.accept(column, index);
    }
  }

  /** Whether a record can be read and is what it was. */
  private boolean isGood(int column, long index, LongConsumer progress) {
    try {
      MemorySegment record = dataset.record(columns.get(column).name(), index);
      int found = new SegmentCrc(record).of(0, record.byteSize());
      progress.accept(record.byteSize());
      return found == checksums.get(column, index);
    } catch (PenstockException e) {
      return false; // It cannot be read, or lies at an impossible place.
    }
  }
}
