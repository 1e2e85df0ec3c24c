package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.internal.platform.RecordLocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/** Where the records of a column lie that have one size, and are one piece each. Immutable. */
public final class FixedLocator implements RecordLocator {
  private final long recordBytes;

  // Of each shard that has records.
  private final long[] firstIndices;
  private final int[] fileNumbers;
  private final long[] dataOffsets;
  private final long[] strides;

  /**
   * Of a column.
   *
   * @param column with records of one size
   * @param fileNumber the number of the file of a shard
   */
  public FixedLocator(Column column, ToIntFunction<Shard> fileNumber) {
    List<Shard> shards = column.shards().stream().filter(shard -> shard.recordCount() > 0).toList();
    int count = shards.size();
    this.recordBytes = column.recordBytes();
    this.firstIndices = new long[count];
    this.fileNumbers = new int[count];
    this.dataOffsets = new long[count];
    this.strides = new long[count];
    long first = 0;
    for (int i = 0; i < count; i++) {
      Shard shard = shards.get(i);
      firstIndices[i] = first;
      fileNumbers[i] = fileNumber.applyAsInt(shard);
      dataOffsets[i] = shard.dataOffset();
      strides[i] = shard.strideBytes();
      first += shard.recordCount();
    }
  }

  @Override
  public void locate(
      MemorySegment indices,
      int count,
      MemorySegment files,
      MemorySegment offsets,
      MemorySegment lengths) {
    for (int i = 0; i < count; i++) {
      long index = indices.getAtIndex(ValueLayout.JAVA_LONG, i);
      int shard = shard(index);
      files.setAtIndex(ValueLayout.JAVA_INT, i, fileNumbers[shard]);
      offsets.setAtIndex(
          ValueLayout.JAVA_LONG,
          i,
          dataOffsets[shard] + (index - firstIndices[shard]) * strides[shard]);
      lengths.setAtIndex(ValueLayout.JAVA_LONG, i, recordBytes);
    }
  }

  private int shard(long index) {
    if (firstIndices.length == 1) {
      return 0;
    }
    int found = Arrays.binarySearch(firstIndices, index);
    return found >= 0 ? found : -found - 2;
  }
}
