package io.penstock.write;

import io.penstock.internal.plan.TooLittleMemoryException;

/**
 * How the memory of a shuffle is used.
 *
 * <p>Records are scattered to buckets, each of which is a range of positions of the result, and a
 * bucket that fits into memory is put in order there. While one is written, the next one is read:
 * so there is room for two. Buckets are as many as memory has room for blocks that are still worth
 * a write; with more data than that, buckets are scattered once more.
 *
 * @param readBytes for reading
 * @param writeBytes for writing each column
 * @param placeBytes for records that are put in order at once
 * @param fanOut buckets that are written at the same time, at most
 * @param scatterBytes for the blocks of these buckets
 * @param entryBytes of the largest entry of a bucket
 */
record ShufflePlan(
    long readBytes,
    long writeBytes,
    long placeBytes,
    int fanOut,
    long scatterBytes,
    long entryBytes) {
  private static final long LEAST_READ_BYTES = 2 << 20;
  private static final long MOST_READ_BYTES = 64 << 20;
  private static final long LEAST_WRITE_BYTES = 64 << 10;
  private static final long MOST_WRITE_BYTES = 16 << 20;

  /** Below this a write costs more than its bytes, on any device. */
  private static final int LEAST_BLOCK_BYTES = 64 << 10;

  private static final int MOST_BLOCK_BYTES = 1 << 20;

  /** Each is an open file. */
  private static final int MOST_BUCKETS = 1000;

  /** Blocks that are on their way to the device while others are filled. */
  static final int SPARE_BLOCKS = 8;

  /** Positions within a bucket are 32 bits. */
  private static final long MOST_BUCKET_RECORDS = 1L << 31;

  /** Batches of about so many bytes come out of loaders. */
  static final long BATCH_BYTES = 256 << 10;

  /** Of a loader, whatever the records are: what it has besides some batches. */
  private static final int BATCHES_IN_MEMORY = 24;

  /** Of a loader, of batches that are as large as the largest record. */
  private static final int PIECES_IN_MEMORY = 4;

  /** Buckets of records of different sizes differ: most are to fit where the mean does. */
  private static final double SPREAD = 1.125;

  /**
   * Divides the memory.
   *
   * @param memoryBytes all there is
   * @param sizes of the records
   * @throws TooLittleMemoryException if it is, saying what the least is
   */
  static ShufflePlan of(long memoryBytes, ShuffleSizes sizes) {
    int files = sizes.files();
    // Where sizes differ, an entry that is not whole is kept on its way to a bucket and from it.
    long entry = sizes.isVariable() ? sizes.largestEntryBytes() : 0;
    long batchBytes = Math.max(BATCH_BYTES, sizes.fixedBytes() + Integer.BYTES);
    long leastRead =
        Math.max(
            Math.max(LEAST_READ_BYTES, BATCHES_IN_MEMORY * batchBytes), PIECES_IN_MEMORY * entry);
    long read = Math.max(leastRead, Math.min(memoryBytes / 8, MOST_READ_BYTES));
    long write = Math.clamp(memoryBytes / 8 / files, LEAST_WRITE_BYTES, MOST_WRITE_BYTES);
    long largest =
        sizes.isVariable()
            ? sizes.placeBytes(1, sizes.largestBytes() - sizes.fixedBytes())
            : sizes.fixedBytes();
    long least =
        leastRead
            + entry
            + files * LEAST_WRITE_BYTES
            + Math.max(2 * largest, (2L + SPARE_BLOCKS) * LEAST_BLOCK_BYTES);
    long scatter = memoryBytes - read - entry;
    long place = (memoryBytes - read - entry - files * write) / 2;
    if (memoryBytes < least || place < largest) {
      throw new TooLittleMemoryException(
          "memoryBytes must be at least %d for records of %d bytes, was %d"
              .formatted(
                  Math.max(least, 2 * (read + entry + files * write)), largest, memoryBytes));
    }
    long blocks = scatter / LEAST_BLOCK_BYTES - SPARE_BLOCKS;
    return new ShufflePlan(
        read,
        write,
        place,
        Math.clamp(blocks, 2, MOST_BUCKETS),
        scatter,
        sizes.largestEntryBytes());
  }

  /** Whether so many records can be put in order at once. */
  boolean fits(long records, long bytes) {
    return records <= MOST_BUCKET_RECORDS && bytes <= placeBytes;
  }

  /** How many records a batch has that comes out of a loader. */
  static int batchSize(long recordBytes) {
    return Math.clamp(BATCH_BYTES / recordBytes, 1, 1 << 16);
  }

  /**
   * How many buckets to scatter so many records to.
   *
   * @param records how many
   * @param bytes of them, where they are put in order
   * @param sizes of all records
   */
  int buckets(long records, long bytes, ShuffleSizes sizes) {
    long wanted =
        sizes.isVariable()
            ? (long) Math.ceil(bytes * SPREAD / placeBytes)
            : Math.ceilDiv(records, Math.min(placeBytes / sizes.fixedBytes(), MOST_BUCKET_RECORDS));
    long least = Math.ceilDiv(records, MOST_BUCKET_RECORDS);
    // Two passes over buckets that are about as many, rather than a wide one and a narrow one.
    long even =
        wanted <= fanOut ? wanted : Math.min(fanOut, (long) Math.ceil(Math.sqrt((double) wanted)));
    return Math.toIntExact(Math.min(Math.max(even, Math.max(least, 2)), Math.max(records, 2)));
  }

  /** Size of a block where so many buckets share the memory: whole pages. */
  int blockBytes(int buckets) {
    long bytes = Math.min(MOST_BLOCK_BYTES, scatterBytes / (buckets + SPARE_BLOCKS));
    return (int) (bytes / BlockWriter.FILE_BLOCK_BYTES) * BlockWriter.FILE_BLOCK_BYTES;
  }
}
