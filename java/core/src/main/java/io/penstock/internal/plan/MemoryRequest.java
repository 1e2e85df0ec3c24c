package io.penstock.internal.plan;

import io.penstock.internal.ffi.NativeLimits;
import io.penstock.options.Readahead;

/**
 * What a {@link ReadPlan} is made from.
 *
 * @param memoryBytes the budget
 * @param sizes of records
 * @param recordCount of the dataset
 * @param reachRecords in how many of them, side by side, those of this process lie: all, unless it
 *     is one of several ranks by place
 * @param epochRecords how many of them an epoch has for this process; some may come more than once
 * @param windowRecords positions of the order that are read together as whole blocks; 1: none
 * @param batchSize most records of a batch
 * @param readahead what the user wants; its number of prefetched batches is an upper bound
 * @param isShuffled whether the order jumps about in the files
 * @param slotBytes what a slot of such batches takes
 * @param needs what readers take
 */
public record MemoryRequest(
    long memoryBytes,
    RecordSizes sizes,
    long recordCount,
    long reachRecords,
    long epochRecords,
    long windowRecords,
    int batchSize,
    Readahead readahead,
    boolean isShuffled,
    long slotBytes,
    ReaderNeeds needs) {
  /** Eight large requests at a time keep a disk busy; this much locked memory is always allowed. */
  private static final int STAGING_BYTES = 4 << 20;

  private static final int STAGING_REQUESTS = 8;

  /** Slots and resident columns each get at most this share of the budget when cells pay. */
  private static final int MINOR_SHARE = 8;

  boolean isMapped() {
    return needs instanceof ReaderNeeds.Mapped;
  }

  /** Whether readers can keep records that have no slot yet, and columns as a whole. */
  boolean hasCells() {
    return needs instanceof ReaderNeeds.Native;
  }

  boolean fits(long bytes) {
    return bytes <= memoryBytes;
  }

  /** The most that slots, or resident columns, get where records are read far ahead. */
  long minorShareBytes() {
    return memoryBytes / MINOR_SHARE;
  }

  /** Prefetched batches, and what is with the consumer or on its way. */
  int wantedSlots() {
    return readahead.prefetchBatches() + SlotMemory.LEAST_SLOTS;
  }

  long slotStrideBytes() {
    return strideBytes(slotBytes);
  }

  /** Distance of slots that take so many bytes. */
  public static long strideBytes(long slotBytes) {
    return (slotBytes + NativeLimits.BLOCK_BYTES - 1)
        / NativeLimits.BLOCK_BYTES
        * NativeLimits.BLOCK_BYTES;
  }

  /** The smallest staging of a reader. */
  int leastStagingBytes() {
    return switch (needs) {
      case ReaderNeeds.Mapped _ -> 0;
      case ReaderNeeds.Channels reader -> reader.leastStagingBytes();
      case ReaderNeeds.Native reader -> reader.leastStagingBytes();
    };
  }

  /** The staging of a reader, as far as memory allows. */
  int stagingBytes() {
    long requests = (long) STAGING_REQUESTS * readahead.maxReadBytes();
    long share = Math.max(STAGING_BYTES, Math.min(requests, minorShareBytes()));
    return (int) Math.max(leastStagingBytes(), Math.min(share, 1 << 30));
  }

  /** Of the columns that each of some readers keeps whole. */
  long residentBytes(int threads) {
    return isShuffled && hasCells()
        ? sizes.residentBytes(recordCount, minorShareBytes() / threads)
        : 0;
  }

  /** What slots and the readers beside them take. */
  long totalBytes(SlotMemory slots, ReaderMemory memory) {
    long ofReader =
        switch (needs) {
          case ReaderNeeds.Mapped _ -> 0;
          case ReaderNeeds.Channels reader -> reader.bytes().applyAsLong(memory);
          case ReaderNeeds.Native reader -> reader.bytes().applyAsLong(memory);
        };
    return SaturatedMath.sum(
        slots.totalBytes(), SaturatedMath.product(slots.threadCount(), ofReader));
  }
}
