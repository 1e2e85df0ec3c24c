package io.penstock.internal.ffi;

/**
 * How a native reader works: penstock_reader_options, field by field. C checks the ranges.
 *
 * @param backend who reads
 * @param isDirect whether reads go past the page cache
 * @param queueDepth requests in flight at most
 * @param mergeGapBytes gaps of at most so many bytes are read through
 * @param maxReadBytes size of a request at most
 * @param stagingBytes buffer for reads that do not go straight to their place
 * @param entryCount records ordered and not yet taken, at most
 * @param cellCount records read ahead without a slot, at most; 0: slots only
 * @param batchSize records ordered with one slot, or taken at once, at most
 * @param residentBytes columns that fit in here together are kept whole
 * @param hasFixedBuffers whether to register the staging buffer with the ring
 * @param hasHugePages whether to ask for huge pages
 * @param dropsBehind whether buffered pages are dropped after use
 * @param cachedRecords records that are kept for later epochs; 0 for none
 * @param adaptsDepth whether the number of requests in flight follows the device
 * @param adaptsGap whether the gap that is read through follows the device
 * @param adaptsRead whether requests get larger than maxReadBytes, up to half of stagingBytes,
 *     where the device is slow at requests; or half as large again, for a small rest of a block
 * @param isWindowed whether records are read window by window, with the ends of windows given
 * @param byBytes what records that differ in size need
 */
public record ReaderOptions(
    NativeBackend backend,
    boolean isDirect,
    int queueDepth,
    int mergeGapBytes,
    int maxReadBytes,
    int stagingBytes,
    int entryCount,
    int cellCount,
    int batchSize,
    long residentBytes,
    boolean hasFixedBuffers,
    boolean hasHugePages,
    boolean dropsBehind,
    long cachedRecords,
    boolean adaptsDepth,
    boolean adaptsGap,
    boolean adaptsRead,
    boolean isWindowed,
    CellsByBytes byBytes) {

  /** Nothing for records that differ in size. */
  public ReaderOptions(
      NativeBackend backend,
      boolean isDirect,
      int queueDepth,
      int mergeGapBytes,
      int maxReadBytes,
      int stagingBytes,
      int entryCount,
      int cellCount,
      int batchSize,
      long residentBytes,
      boolean hasFixedBuffers,
      boolean hasHugePages,
      boolean dropsBehind,
      long cachedRecords,
      boolean adaptsDepth,
      boolean adaptsGap,
      boolean adaptsRead,
      boolean isWindowed) {
    this(
        backend,
        isDirect,
        queueDepth,
        mergeGapBytes,
        maxReadBytes,
        stagingBytes,
        entryCount,
        cellCount,
        batchSize,
        residentBytes,
        hasFixedBuffers,
        hasHugePages,
        dropsBehind,
        cachedRecords,
        adaptsDepth,
        adaptsGap,
        adaptsRead,
        isWindowed,
        CellsByBytes.NONE);
  }

  /**
   * What readers of records that differ in size need beside.
   *
   * @param chunkBytes size of a chunk, with chunkCount; else 0
   * @param chunkCount in the place of cellCount: chunks that records take; 0: none
   * @param cachedBytes with chunkCount: room for cached records; else 0
   * @param horizonBytes with chunkCount: bytes of records that are known ahead, at most; else 0
   * @param valueBytes room in a slot for the values of variable columns; 0 without any
   */
  public record CellsByBytes(
      int chunkBytes, int chunkCount, long cachedBytes, long horizonBytes, long valueBytes) {
    /** All records have one size. */
    public static final CellsByBytes NONE = new CellsByBytes(0, 0, 0, 0, 0);
  }

  /** Whether records are read ahead without a slot. */
  public boolean hasCells() {
    return cellCount > 0 || byBytes.chunkCount > 0;
  }

  /** The native backends. */
  public enum NativeBackend {
    /** io_uring. */
    URING,
    /** posix_fadvise ahead of time, then pread. */
    PREAD,
    /** Whoever opens the reader: {@link NativeReader#poll}. */
    EXTERNAL
  }
}
