package io.penstock.checksum;

import io.penstock.Dataset;
import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.internal.dataset.RecordReader;
import io.penstock.internal.dataset.SegmentCrc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks the records in a range of a file one by one.
 *
 * <p>Elements of a record may lie anywhere in Fortran order, and records may overlap: all that have
 * a byte in the range are checked; in Fortran order, all of the shard.
 */
final class DamagedRecords {
  private final RecordChecksums checksums;
  private final List<Column> columns;
  private final RecordChecksums.Sink sink;

  DamagedRecords(RecordChecksums checksums, Dataset dataset, RecordChecksums.Sink sink) {
    this.checksums = checksums;
    this.columns = dataset.columns();
    this.sink = sink;
  }

  void find(Path file, long from, long to) {
    try (RecordReader reader = new RecordReader(columns);
        Arena arena = Arena.ofConfined()) {
      for (int c = 0; c < columns.size(); c++) {
        Column column = columns.get(c);
        MemorySegment record = arena.allocate(column.recordBytes(), Long.BYTES);
        SegmentCrc crc = new SegmentCrc(record);
        long first = 0;
        for (Shard shard : column.shards()) {
          if (shard.path().equals(file)) {
            long end = first + end(shard, to);
            for (long index = first + begin(column, shard, from); index < end; index++) {
              check(reader, c, index, record, crc);
            }
          }
          first += shard.recordCount();
        }
      }
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

  /** The first record of the shard that may end after a byte of its file. */
  private static long begin(Column column, Shard shard, long from) {
    long before = from - shard.dataOffset() - column.recordBytes();
    return before < 0 || !shard.isWhole() ? 0 : before / shard.strideBytes() + 1;
  }

  /** The end of the records of the shard that may begin before a byte of its file. */
  private static long end(Shard shard, long to) {
    long behind = to - shard.dataOffset();
    return !shard.isWhole()
        ? shard.recordCount()
        : Math.clamp(Math.ceilDiv(behind, shard.strideBytes()), 0, shard.recordCount());
  }
}
