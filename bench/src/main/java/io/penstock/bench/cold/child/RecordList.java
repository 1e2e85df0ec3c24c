package io.penstock.bench.cold.child;

import io.penstock.bench.data.RecordFile;
import io.penstock.bench.data.RecordPlaces;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The beginning of an order as a list, cut into batches, for contenders that cannot compute it:
 * where each record lies in the file, and in its batch, which holds records one after another. Any
 * thread may ask.
 */
final class RecordList {
  private final RecordPlaces places;
  private final MemorySegment indices;
  private final int length;
  private final int batchSize;
  private final long mostBytes;
  private final long mostBatchBytes;

  /**
   * A list of records.
   *
   * @param places of all records of the file
   * @param indices int64, those of the list
   * @param length how many these are
   * @param batchSize records of a batch; the last may have fewer
   */
  RecordList(RecordPlaces places, MemorySegment indices, int length, int batchSize) {
    this.places = places;
    this.indices = indices;
    this.length = length;
    this.batchSize = batchSize;
    long largest = 0;
    long largestBatch = 0;
    for (long batch = 0; batch < batchCount(); batch++) {
      long bytes = 0;
      for (int i = 0; i < batchSize(batch); i++) {
        long one = bytes(position(batch, i));
        largest = Math.max(largest, one);
        bytes += one;
      }
      largestBatch = Math.max(largestBatch, bytes);
    }
    this.mostBytes = largest;
    this.mostBatchBytes = largestBatch;
  }

  int length() {
    return length;
  }

  int batchSize() {
    return batchSize;
  }

  /** Records of a batch: fewer at the end, none beyond it. */
  int batchSize(long batch) {
    return Math.clamp(length - batch * batchSize, 0, batchSize);
  }

  long batchCount() {
    return Math.ceilDiv(length, batchSize);
  }

  /** The place in the list of a record of a batch. */
  long position(long batch, int i) {
    return batch * batchSize + i;
  }

  /** Where a record lies in the file. */
  long fileOffset(long position) {
    return RecordFile.DATA_OFFSET + places.begin(index(position));
  }

  /** Size of a record. */
  long bytes(long position) {
    return places.bytes(index(position));
  }

  /** Room for the offsets of a batch. */
  MemorySegment allocateOffsets(Arena arena) {
    return arena.allocate(ValueLayout.JAVA_LONG, batchSize + 1L);
  }

  /** Writes where each record of a batch begins in it, and where the last ends. */
  void layOut(long batch, MemorySegment offsets) {
    long end = 0;
    int count = batchSize(batch);
    for (int i = 0; i < count; i++) {
      offsets.setAtIndex(ValueLayout.JAVA_LONG, i, end);
      end += bytes(position(batch, i));
    }
    offsets.setAtIndex(ValueLayout.JAVA_LONG, count, end);
  }

  /** Size of the largest record. */
  long mostBytes() {
    return mostBytes;
  }

  /** Size of the largest batch. */
  long mostBatchBytes() {
    return mostBatchBytes;
  }

  /** The number of a record in the file. */
  long index(long position) {
    return indices.getAtIndex(ValueLayout.JAVA_LONG, position);
  }
}
