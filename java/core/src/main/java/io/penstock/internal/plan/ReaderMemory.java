package io.penstock.internal.plan;

/**
 * What each native reader has, beside slots.
 *
 * @param landing where records land
 * @param isWindowed whether it is told where the windows of the order end, and reads each as a
 *     whole
 * @param stagingBytes buffer for reads that do not go straight to their place
 * @param entryCount records that it knows ahead
 * @param residentBytes of small columns that it keeps whole
 */
public record ReaderMemory(
    Landing landing, boolean isWindowed, int stagingBytes, int entryCount, long residentBytes) {
  /** Of a plan that has no readers, as files are mapped. */
  public static final ReaderMemory NONE = new ReaderMemory(new Landing.InSlots(), false, 0, 0, 0);

  /**
   * Whether one thread reads all records, so that each place of the files is passed once: other
   * threads copy for it. Otherwise each thread reads the batches that it makes.
   */
  public boolean isReadByOneThread() {
    return asksForLargePieces();
  }

  /** Whether records are read together with many others, in the order in which they lie. */
  public boolean asksForLargePieces() {
    return isWindowed || landing instanceof Landing.InCells;
  }
}
