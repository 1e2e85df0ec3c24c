package io.penstock.internal.gather;

import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.plan.ReaderMemory;
import io.penstock.options.Readahead;

/**
 * How records that differ in size lie in the memory of native readers. Plans count them as if each
 * had the mean size; this says what that is in bytes.
 *
 * @param chunkBytes size of a chunk; 0 where all records have one size
 * @param leastChunks with fewer there can be no reader
 * @param meanBytes of a record in all columns
 * @param valueBytes room in a slot for the values of a batch
 */
public record ChunkSizes(int chunkBytes, long leastChunks, long meanBytes, long valueBytes) {
  /** All records have one size. */
  public static final ChunkSizes NONE = new ChunkSizes(0, 0, 0, 0);

  /** The end of a record fills half of its last chunk, on average. */
  private static final double REST = 0.5;

  /** Chunks have numbers of 30 bits. */
  private static final long MOST_CHUNKS = (1L << 30) - 2;

  /**
   * Of a source whose tables are filled.
   *
   * @param source with variable columns
   * @param longestBytes the longest record in all columns
   * @param meanBytes a record in all columns
   * @param valueBytes room in a slot
   */
  public static ChunkSizes of(
      NativeSource source, long longestBytes, long meanBytes, long valueBytes) {
    int chunkBytes = source.sizes().chunkBytes();
    // The longest record must fit beside another one.
    long least = (longestBytes + chunkBytes - 1) / chunkBytes + 1;
    return new ChunkSizes(chunkBytes, least, Math.max(1, meanBytes), valueBytes);
  }

  /** What that is for a reader with so much memory. */
  ReaderOptions.CellsByBytes of(Readahead flags, ReaderMemory memory) {
    int cells = memory.landing().cellCount();
    if (chunkBytes == 0 || cells == 0) {
      return new ReaderOptions.CellsByBytes(0, 0, 0, 0, valueBytes);
    }
    double perRecord = Math.max(1, (double) meanBytes / chunkBytes + REST);
    long chunks = Math.clamp((long) Math.ceil(cells * perRecord), leastChunks, MOST_CHUNKS);
    return new ReaderOptions.CellsByBytes(
        chunkBytes, (int) chunks, flags.cacheBytes(), memory.entryCount() * meanBytes, valueBytes);
  }

  /** So many records may fit into so many bytes. */
  long mostRecords(long bytes, long recordBytes) {
    long mean = bytes / recordBytes;
    return chunkBytes > 0 ? mean + mean / 4 : mean;
  }

  /** More records than of the mean size are known ahead, as many may be smaller. */
  int entryCount(ReaderMemory memory) {
    boolean isByBytes = chunkBytes > 0 && memory.landing().cellCount() > 0;
    return isByBytes
        ? (int) Math.min(MOST_CHUNKS / 2, memory.entryCount() + memory.entryCount() / 4)
        : memory.entryCount();
  }
}
