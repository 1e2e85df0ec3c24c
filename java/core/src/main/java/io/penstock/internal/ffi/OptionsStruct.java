package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.ffi.generated.penstock_reader_options;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@link ReaderOptions} as C has them. */
final class OptionsStruct {
  /**
   * Chooses which records are kept over epochs: any number would do, always the same is simplest.
   */
  private static final long CACHE_KEY = 0x70656E73746F636BL;

  private OptionsStruct() {}

  static MemorySegment of(ReaderOptions options, Arena arena) {
    MemorySegment struct = penstock_reader_options.allocate(arena);
    penstock_reader_options.backend(struct, number(options.backend()));
    penstock_reader_options.io(struct, numberOfIo(options.isDirect()));
    penstock_reader_options.queue_depth(struct, options.queueDepth());
    penstock_reader_options.merge_gap_bytes(struct, options.mergeGapBytes());
    penstock_reader_options.max_read_bytes(struct, options.maxReadBytes());
    penstock_reader_options.staging_bytes(struct, options.stagingBytes());
    penstock_reader_options.entry_count(struct, options.entryCount());
    penstock_reader_options.cell_count(struct, options.cellCount());
    penstock_reader_options.batch_size(struct, options.batchSize());
    // A batch is delivered as a whole: of one with a failed record the others are not waited for.
    penstock_reader_options.whole_batches(struct, 1);
    penstock_reader_options.chunk_bytes(struct, options.byBytes().chunkBytes());
    penstock_reader_options.chunk_count(struct, options.byBytes().chunkCount());
    penstock_reader_options.cached_bytes(struct, options.byBytes().cachedBytes());
    penstock_reader_options.horizon_bytes(struct, options.byBytes().horizonBytes());
    penstock_reader_options.value_bytes(struct, options.byBytes().valueBytes());
    penstock_reader_options.reserved(struct, 0);
    penstock_reader_options.resident_bytes(struct, options.residentBytes());
    penstock_reader_options.fixed_buffers(struct, options.hasFixedBuffers() ? 1 : 0);
    penstock_reader_options.huge_pages(struct, options.hasHugePages() ? 1 : 0);
    penstock_reader_options.drop_behind(struct, options.dropsBehind() ? 1 : 0);
    penstock_reader_options.cached_records(struct, options.cachedRecords());
    penstock_reader_options.cache_key(struct, CACHE_KEY);
    penstock_reader_options.windowed(struct, options.isWindowed() ? 1 : 0);
    penstock_reader_options.adapt(
        struct,
        (options.adaptsDepth() ? Penstock.PENSTOCK_ADAPT_DEPTH() : 0)
            | (options.adaptsGap() ? Penstock.PENSTOCK_ADAPT_GAP() : 0)
            | (options.adaptsRead() ? Penstock.PENSTOCK_ADAPT_READ() : 0));
    return struct;
  }

  static int number(ReaderOptions.NativeBackend backend) {
    return switch (backend) {
      case URING -> Penstock.PENSTOCK_BACKEND_URING();
      case PREAD -> Penstock.PENSTOCK_BACKEND_PREAD();
      case EXTERNAL -> Penstock.PENSTOCK_BACKEND_EXTERNAL();
    };
  }

  static int numberOfIo(boolean isDirect) {
    return isDirect ? Penstock.PENSTOCK_IO_DIRECT() : Penstock.PENSTOCK_IO_BUFFERED();
  }
}
