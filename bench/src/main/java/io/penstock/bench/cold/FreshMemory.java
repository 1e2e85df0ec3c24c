package io.penstock.bench.cold;

import java.io.IOException;

/**
 * Has free memory at hand before a run.
 *
 * <p>A virtual machine may give free memory back to its host after seconds, and then the first
 * touch of it costs seconds a gibibyte; when it was in use just before, it costs hundredths. Which
 * of both a contender meets depends on who ran before it. So before each run the memory that it may
 * want is touched and freed. Where memory is the machine's own this changes nothing.
 */
final class FreshMemory {
  /** Not all that is free: what is left keeps the page cache from being pushed out. */
  private static final long LEFT_FREE_BYTES = 512 << 20;

  private FreshMemory() {}

  /**
   * Touches memory with all processors, and frees it.
   *
   * @param bytes how much; less where less is free
   * @return the seconds that it took a gibibyte; NaN where nothing was free
   */
  static double touch(long bytes) throws IOException, InterruptedException {
    long free = Machine.memoryBytes("MemFree") - LEFT_FREE_BYTES;
    long wanted = Math.min(bytes, free) / HugeMemory.PAGE_BYTES * HugeMemory.PAGE_BYTES;
    if (wanted <= 0) {
      return Double.NaN;
    }
    try (HugeMemory memory = new HugeMemory(wanted)) {
      long start = System.nanoTime();
      memory.touch();
      return (System.nanoTime() - start) / 1e9 / (wanted / (double) (1 << 30));
    }
  }
}
