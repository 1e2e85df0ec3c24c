package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import org.apache.spark.memory.MemoryConsumer;
import org.apache.spark.memory.MemoryMode;
import org.apache.spark.memory.TaskMemoryManager;

/**
 * The part of the executor's heap that a task holds for a bucket, as Spark counts it: Spark drops
 * what it has cached where tasks need the room, and gives each task its share.
 *
 * <p>What it owns: the memory that was granted, which {@link #release} gives back.
 */
final class BucketMemory extends MemoryConsumer {
  BucketMemory(TaskMemoryManager manager) {
    super(manager, MemoryMode.ON_HEAP);
  }

  /**
   * Takes so many bytes more.
   *
   * @throws PenstockException if the share of this task is smaller
   */
  void take(long bytes) {
    if (bytes == 0) {
      return; // Spark refuses to be asked for nothing.
    }
    long granted = acquireMemory(bytes);
    if (granted < bytes) {
      freeMemory(granted);
      throw new PenstockException(
          ErrorKind.RESOURCE_LIMIT,
          ("expected memory for a bucket of at least %d bytes, found %d that a task may have: give"
                  + " executors more (spark.executor.memory) or fewer cores (spark.executor.cores),"
                  + " or set smaller buckets (--bucket, bucketBytes)")
              .formatted(getUsed() + bytes, getUsed() + granted));
    }
  }

  /** Gives all of it back. */
  void release() {
    freeMemory(getUsed());
  }

  /** Nothing of a bucket can be done without: all of it is put in order together. */
  @Override
  public long spill(long bytes, MemoryConsumer asking) {
    return 0;
  }
}
