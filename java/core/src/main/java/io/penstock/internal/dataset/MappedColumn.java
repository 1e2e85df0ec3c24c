package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.Shard;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A column whose files are mapped: finds the bytes of a record.
 *
 * <p>Immutable; any thread. An access to bytes that a file no longer has throws InternalError.
 */
public final class MappedColumn {
  private final String name;
  private final long recordBytes;
  private final long[] firstIndices;
  private final MemorySegment[] data;
  private final Path[] paths;
  private final long[] dataOffsets;
  private final long[] strides;

  /** Of each shard; null where its records are one piece each. */
  private final StridedRecord[] pieces;

  private final boolean isWhole;

  /**
   * Cuts the records out of mappings of whole files.
   *
   * @param column says where they lie
   * @param mappings of the files of its shards, in the same sequence; null for an empty shard
   */
  public MappedColumn(Column column, List<MemorySegment> mappings) {
    int count = (int) column.shards().stream().filter(shard -> shard.recordCount() > 0).count();
    name = column.name();
    recordBytes = column.recordBytes();
    firstIndices = new long[count];
    data = new MemorySegment[count];
    paths = new Path[count];
    dataOffsets = new long[count];
    strides = new long[count];
    pieces = new StridedRecord[count];
    long first = 0;
    int at = 0;
    for (int i = 0; i < column.shards().size(); i++) {
      Shard shard = column.shards().get(i);
      if (shard.recordCount() == 0) {
        continue;
      }
      firstIndices[at] = first;
      paths[at] = shard.path();
      dataOffsets[at] = shard.dataOffset();
      strides[at] = shard.strideBytes();
      pieces[at] = StridedRecord.of(column, shard);
      long lastOffset = (shard.recordCount() - 1) * strides[at];
      data[at] = mappings.get(i).asSlice(shard.dataOffset(), lastOffset + spanBytes(at));
      at++;
      first += shard.recordCount();
    }
    isWhole = Arrays.stream(pieces).allMatch(Objects::isNull);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Size of a record. */
  public long recordBytes() {
    return recordBytes;
  }

  /** Whether all records are one piece each, so that they may be advised about. */
  public boolean isWhole() {
    return isWhole;
  }

  /**
   * One record, zero-copy where it is one piece of its file, and otherwise a copy. The index must
   * be in range.
   */
  public MemorySegment record(long index) {
    int shard = shard(index);
    long from = (index - firstIndices[shard]) * strides[shard];
    if (pieces[shard] == null) {
      return data[shard].asSlice(from, recordBytes);
    }
    MemorySegment copy = Arena.ofAuto().allocate(recordBytes, Long.BYTES);
    pieces[shard].copy(data[shard], from, copy, 0);
    return copy.asReadOnly();
  }

  /** Copies records first to end - 1 of a batch to their places in it. */
  public void copy(MemorySegment indices, int first, int end, MemorySegment target) {
    for (int i = first; i < end; i++) {
      long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
      int shard = shard(index);
      long from = (index - firstIndices[shard]) * strides[shard];
      if (pieces[shard] == null) {
        MemorySegment.copy(data[shard], from, target, i * recordBytes, recordBytes);
      } else {
        pieces[shard].copy(data[shard], from, target, i * recordBytes);
      }
    }
  }

  public Path path(long index) {
    return paths[shard(index)];
  }

  /** Where a record lies in its file. */
  public long offsetBytes(long index) {
    int shard = shard(index);
    return dataOffsets[shard] + (index - firstIndices[shard]) * strides[shard];
  }

  /** Where its last byte ends. */
  public long endBytes(long index) {
    return offsetBytes(index) + spanBytes(shard(index));
  }

  private long spanBytes(int shard) {
    return pieces[shard] == null ? recordBytes : pieces[shard].spanBytes();
  }

  private int shard(long index) {
    if (firstIndices.length == 1) {
      return 0;
    }
    int found = Arrays.binarySearch(firstIndices, index);
    return found >= 0 ? found : -found - 2;
  }
}
