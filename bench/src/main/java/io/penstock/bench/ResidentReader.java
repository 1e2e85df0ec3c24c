package io.penstock.bench;

import io.penstock.bench.data.RecordFile;
import io.penstock.internal.ffi.NativeLibrary;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.ffi.generated.penstock_failure;
import io.penstock.internal.ffi.generated.penstock_file_info;
import io.penstock.internal.ffi.generated.penstock_progress;
import io.penstock.internal.ffi.generated.penstock_reader_options;
import io.penstock.internal.ffi.generated.penstock_shard;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The reader in C with its only column kept whole in memory: gathering without any reading.
 *
 * <p>It goes straight to the bindings, so that what is measured is the C library and not the Java
 * around it. One thread opens, uses and closes it.
 */
final class ResidentReader implements AutoCloseable {
  private static final long TIMEOUT_NANOS = 30_000_000_000L;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment progress = penstock_progress.allocate(arena);
  private final MemorySegment failure = penstock_failure.allocate(arena);
  private final MemorySegment source;
  private final MemorySegment reader;

  ResidentReader(RecordFile file, int batchSize) {
    NativeLibrary.load();
    MemorySegment handle = arena.allocate(ValueLayout.ADDRESS);
    check(Penstock.penstock_source_open(handle));
    source = handle.get(ValueLayout.ADDRESS, 0);
    MemorySegment path = arena.allocateFrom(file.path().toString());
    int number =
        check(Penstock.penstock_source_add_file(source, path, penstock_file_info.allocate(arena)));
    MemorySegment shard = penstock_shard.allocate(arena);
    penstock_shard.offset_bytes(shard, RecordFile.DATA_OFFSET);
    penstock_shard.record_count(shard, file.recordCount());
    penstock_shard.file(shard, number);
    check(Penstock.penstock_source_add_column(source, file.recordBytes(), shard, 1));
    check(Penstock.penstock_reader_open(source, options(file, batchSize), handle));
    reader = handle.get(ValueLayout.ADDRESS, 0);
  }

  /** What is not set is 0, which is off. */
  private MemorySegment options(RecordFile file, int batchSize) {
    MemorySegment options = penstock_reader_options.allocate(arena);
    penstock_reader_options.backend(options, Penstock.PENSTOCK_BACKEND_PREAD());
    penstock_reader_options.io(options, Penstock.PENSTOCK_IO_BUFFERED());
    penstock_reader_options.queue_depth(options, 64);
    penstock_reader_options.max_read_bytes(options, 512 << 10);
    penstock_reader_options.staging_bytes(options, 4 << 20);
    penstock_reader_options.entry_count(options, 4 * batchSize);
    penstock_reader_options.batch_size(options, batchSize);
    penstock_reader_options.huge_pages(options, 1);
    penstock_reader_options.resident_bytes(options, 2 * file.fileBytes());
    return options;
  }

  /** Gathers a batch. */
  void gather(MemorySegment indices, int count, long slotAddress) {
    check(Penstock.penstock_reader_order(reader, indices, count, slotAddress));
    check(Penstock.penstock_reader_drive(reader, count, TIMEOUT_NANOS, progress));
    check(Penstock.penstock_reader_take(reader, count, slotAddress, failure));
  }

  private static int check(int status) {
    if (status < 0) {
      throw new IllegalStateException("the C library answered " + status);
    }
    return status;
  }

  @Override
  public void close() {
    check(Penstock.penstock_reader_close(reader));
    check(Penstock.penstock_source_close(source));
    arena.close();
  }
}
