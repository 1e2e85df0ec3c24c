package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.ffi.generated.penstock_column_info;
import io.penstock.internal.platform.RecordTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The record table of a variable column: where each record lies, as C keeps it.
 *
 * <p>One thread appends all records and seals it, before any reader of the source is opened. Then
 * any thread may ask it.
 */
public final class NativeTable implements RecordTable {
  private final NativeSource source;
  private final int column;
  private final String name;

  NativeTable(NativeSource source, int column, String name) {
    this.source = source;
    this.column = column;
    this.name = name;
  }

  @Override
  public void append(
      MemorySegment files, MemorySegment offsets, MemorySegment lengths, long count) {
    check(
        source.call(
            of ->
                Penstock.penstock_source_add_records(of, column, files, offsets, lengths, count)));
  }

  @Override
  public void seal() {
    check(source.call(of -> Penstock.penstock_source_seal_column(of, column)));
  }

  private void check(int status) {
    if (status < 0) {
      throw NativeStatus.failure(
          status, "the places of the records of column '%s' were refused".formatted(name));
    }
  }

  @Override
  public Facts facts() {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment info = penstock_column_info.allocate(scratch);
      check(source.call(of -> Penstock.penstock_source_column(of, column, info)));
      return new Facts(
          penstock_column_info.total_bytes(info),
          penstock_column_info.longest_bytes(info),
          penstock_column_info.table_bytes(info));
    }
  }

  /**
   * How many records have which length. Any thread.
   *
   * @return at 0 the number of empty ones, at i that of records of 2^(i-1) to 2^i - 1 bytes
   */
  public long[] lengthCounts() {
    try (Arena scratch = Arena.ofConfined()) {
      int most = Penstock.PENSTOCK_LENGTH_BUCKETS();
      MemorySegment counts = scratch.allocate(ValueLayout.JAVA_LONG, most);
      check(source.call(of -> Penstock.penstock_source_lengths(of, column, counts, most)));
      return counts.toArray(ValueLayout.JAVA_LONG);
    }
  }

  @Override
  public void locate(
      MemorySegment indices,
      int count,
      MemorySegment files,
      MemorySegment offsets,
      MemorySegment lengths) {
    SharedHandle handle = source.handle();
    int pass = handle.enter();
    int status;
    try {
      status =
          Penstock.penstock_source_locate(
              handle.object(), column, indices, count, files, offsets, lengths);
    } finally {
      handle.leave(pass);
    }
    check(status);
  }
}
