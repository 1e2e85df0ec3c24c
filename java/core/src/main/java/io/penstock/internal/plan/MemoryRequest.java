package io.penstock.internal.plan;

import io.penstock.options.Readahead;
import java.util.List;

/**
 * What {@link MemoryPlan} is made from.
 *
 * @param memoryBytes the budget
 * @param columnRecordBytes size of a record of each column
 * @param recordCount of the dataset
 * @param epochRecords how many of them an epoch has for this process; some may come more than once
 * @param windowRecords positions of the order that are read together as whole blocks; 1: none
 * @param batchSize most records of a batch
 * @param readahead what the user wants; its number of prefetched batches is an upper bound
 * @param isShuffled whether the order jumps about in the files
 * @param isMapped whether files are mapped, so that there is no native reader
 * @param slotBytes what a slot of such batches takes
 * @param leastStagingBytes the smallest staging that a native reader can have
 * @param reader what a native reader takes
 */
public record MemoryRequest(
    long memoryBytes,
    List<Long> columnRecordBytes,
    long recordCount,
    long epochRecords,
    long windowRecords,
    int batchSize,
    Readahead readahead,
    boolean isShuffled,
    boolean isMapped,
    long slotBytes,
    int leastStagingBytes,
    ReaderBytes reader) {

  /** Tells what a native reader allocates, given what depends on the plan. */
  @FunctionalInterface
  public interface ReaderBytes {
    /** In bytes; Long.MAX_VALUE when there can be no such reader. */
    long of(
        MemoryPlan.Mode mode, int stagingBytes, int entryCount, int cellCount, long residentBytes);
  }
}
