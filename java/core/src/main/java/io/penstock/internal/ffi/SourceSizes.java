package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.ffi.generated.penstock_column_info;
import io.penstock.internal.ffi.generated.penstock_footprint;
import io.penstock.internal.platform.SlotLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much memory the slots and the readers of a source take, as C says. Its columns are complete.
 * Any thread.
 */
public final class SourceSizes {
  private final NativeSource source;
  private final int columnCount;

  SourceSizes(NativeSource source, int columnCount) {
    this.source = source;
    this.columnCount = columnCount;
  }

  /**
   * Where the columns of a batch lie in a slot.
   *
   * @param batchSize most records of a batch
   * @param valueBytes room for the values of variable columns
   */
  public SlotLayout slotLayout(int batchSize, long valueBytes) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment offsets = scratch.allocate(ValueLayout.JAVA_LONG, columnCount);
      MemorySegment bytes = scratch.allocate(ValueLayout.JAVA_LONG);
      int status =
          source.call(
              of -> Penstock.penstock_slot_layout(of, batchSize, valueBytes, offsets, bytes));
      if (status < 0) {
        throw NativeStatus.failure(status, "batches of " + batchSize + " records are not possible");
      }
      List<Long> list = Arrays.stream(offsets.toArray(ValueLayout.JAVA_LONG)).boxed().toList();
      return new SlotLayout(list, bytes.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  /** What a reader needs: penstock_footprint. */
  public record Footprint(
      long bytes,
      long leastStagingBytes,
      long leastChunkCount,
      int reserveCells,
      int requestRecords) {}

  /**
   * What says where the records of all columns lie: record tables, and shards where there are many.
   */
  public long tableBytes() {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment info = penstock_column_info.allocate(scratch);
      long bytes = 0;
      for (int i = 0; i < columnCount; i++) {
        int column = i;
        int status = source.call(of -> Penstock.penstock_source_column(of, column, info));
        if (status < 0) {
          throw NativeStatus.failure(status, "column %d is not known".formatted(column));
        }
        bytes += penstock_column_info.table_bytes(info);
      }
      return bytes;
    }
  }

  /** A good size of chunks for the records of all columns together, in bytes. */
  public int chunkBytes() {
    int bytes = source.call(Penstock::penstock_source_chunk_bytes);
    if (bytes < 0) {
      throw NativeStatus.failure(bytes, "no size of chunks was found");
    }
    return bytes;
  }

  /**
   * What a reader with these options would need.
   *
   * @param options with 0 bytes of staging: the least that it can have
   * @return empty when there can be no such reader
   */
  public Optional<Footprint> footprint(ReaderOptions options) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = penstock_footprint.allocate(scratch);
      MemorySegment struct = OptionsStruct.of(options, scratch);
      int status = source.call(of -> Penstock.penstock_reader_footprint(of, struct, out));
      return status < 0
          ? Optional.empty()
          : Optional.of(
              new Footprint(
                  penstock_footprint.bytes(out),
                  penstock_footprint.least_staging_bytes(out),
                  penstock_footprint.least_chunk_count(out),
                  penstock_footprint.reserve_cells(out),
                  penstock_footprint.request_records(out)));
    }
  }

  /**
   * Bytes that a reader with these options allocates.
   *
   * @return at least 0; Long.MAX_VALUE when no reader can be that large
   */
  public long readerBytes(ReaderOptions options) {
    return footprint(options).map(Footprint::bytes).orElse(Long.MAX_VALUE);
  }
}
