package io.penstock.write;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the entries of a bucket, in the order in which they were written.
 *
 * <p>The file is read as blocks; an entry may begin in one batch of them and end in another. What
 * it owns: memory for one such entry.
 */
final class BucketReader {
  private final List<Column> columns;
  private final ShufflePlan plan;

  /** Where the bucket begins in the result. */
  private final long start;

  private final RecordView record;
  private final RecordSink sink;
  private final MemorySegment carry;
  private long carried;
  private long left;

  private BucketReader(
      List<Column> columns,
      ShufflePlan plan,
      long start,
      long records,
      RecordSink sink,
      Arena arena) {
    this.columns = columns;
    this.plan = plan;
    this.start = start;
    this.left = records;
    this.record = new RecordView(columns);
    this.sink = sink;
    this.carry = arena.allocate(plan.entryBytes(), Long.BYTES);
  }

  /**
   * Gives all entries to a sink.
   *
   * @param bucket the file
   * @param bytes of the entries in it
   * @param columns of the records
   * @param plan how the memory is used
   * @param start position of the bucket in the result
   * @param records how many entries there are
   */
  static void feed(
      Path bucket,
      long bytes,
      List<Column> columns,
      ShufflePlan plan,
      long start,
      long records,
      RecordSink sink) {
    if (records == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      new BucketReader(columns, plan, start, records, sink, arena).read(bucket, bytes);
    }
  }

  private void read(Path bucket, long bytes) {
    int block = BlockWriter.FILE_BLOCK_BYTES;
    RawLayout layout =
        RawLayout.of(ElementType.UINT8, block).recordCount(Math.ceilDiv(bytes, (long) block));
    try (Dataset blocks = Dataset.builder().column("blocks", Source.of(bucket).raw(layout)).open();
        Loader loader =
            blocks
                .loader()
                .shuffle(Shuffle.NONE)
                .batchSize(ShufflePlan.batchSize(block))
                .memoryBytes(plan.readBytes())
                .readahead(Readahead.parse(isDirect(blocks) ? "io=direct" : "dropBehind=true"))
                .build()) {
      for (Batch batch : loader.epoch(0)) {
        take(batch.column(0));
      }
    }
    if (left > 0) {
      throw new IllegalStateException(
          "%s: expected %d more records of %d columns".formatted(bucket, left, columns.size()));
    }
  }

  private static boolean isDirect(Dataset bucket) {
    return bucket.files().getFirst().directOffsetAlignmentBytes() > 0;
  }

  private void take(MemorySegment blocks) {
    long at = 0;
    while (at < blocks.byteSize() && left > 0) {
      long room = blocks.byteSize() - at;
      if (carried == 0 && room >= record.headerBytes()) {
        record.setEntry(blocks, at);
        long bytes = record.entryBytes();
        if (bytes <= room) {
          give(blocks, at);
          at += bytes;
          continue;
        }
      }
      at += carry(blocks, at, room);
    }
  }

  /** Moves a piece of an entry to where its beginning is, and returns how many bytes. */
  private long carry(MemorySegment blocks, long at, long room) {
    long bytes = Math.min(wanted() - carried, room);
    MemorySegment.copy(blocks, at, carry, carried, bytes);
    carried += bytes;
    if (carried >= record.headerBytes() && carried == wanted()) {
      give(carry, 0);
      carried = 0;
    }
    return bytes;
  }

  /** The size of the entry that is carried, or of its header while that is not whole. */
  private long wanted() {
    if (carried < record.headerBytes()) {
      return record.headerBytes();
    }
    record.setEntry(carry, 0);
    return record.entryBytes();
  }

  private void give(MemorySegment memory, long at) {
    sink.accept(record, start + memory.get(ValueLayout.JAVA_INT_UNALIGNED, at));
    left--;
  }
}
