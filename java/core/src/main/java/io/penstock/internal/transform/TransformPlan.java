package io.penstock.internal.transform;

import io.penstock.array.OutputColumn;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.plan.SlotMemory;
import io.penstock.internal.plan.TooLittleMemoryException;
import io.penstock.transform.Transform;
import java.util.List;

/**
 * What the transforms of a loader take: in which stages they run, where each column between them
 * lies, and what memory that needs.
 *
 * <p>A record goes through all steps of a stage while it is in the processor's caches, and what
 * lies in between is scratch memory of one record for each thread. A variable column in between
 * that has no limit for one record lies in the slot instead. Decided before anything is allocated.
 * It must not run anything. Immutable.
 */
public final class TransformPlan {
  /** A part of a batch is worth a thread's attention from here on: some 10 us of copying. */
  private static final long LEAST_PART_BYTES = 64 << 10;

  /** So many parts of a batch for each thread: the last one to finish keeps others waiting. */
  private static final int PARTS_PER_THREAD = 4;

  /** Slots get at most this share of the budget, unless the fewest that work take more. */
  private static final int SHARE = 4;

  private final int batchSize;
  private final int threadCount;
  private final TransformChain chain;
  private final List<OutputColumn> columns;
  private final List<PlannedValue> passed;
  private final OutputLayout layout;
  private final int lastInputStage;
  private final int partRecords;
  private final int slotCount;
  private final long scratchBytes;
  private final long totalBytes;

  /**
   * Fits transforms to columns.
   *
   * @param transforms in order
   * @param inputs columns of the dataset
   * @param batchSize most records of a batch
   * @param mostValueBytes most bytes of the values of all variable columns in a batch; 0 if there
   *     are none
   * @param threadCount threads that will run them
   * @param wantedSlots batches to have room for, if the memory allows
   * @param memoryBytes the loader's budget
   * @throws IllegalArgumentException if a transform does not fit, or the budget is too small
   */
  public TransformPlan(
      List<Transform> transforms,
      List<OutputColumn> inputs,
      int batchSize,
      long mostValueBytes,
      int threadCount,
      int wantedSlots,
      long memoryBytes) {
    this.batchSize = batchSize;
    this.threadCount = threadCount;
    this.chain = new TransformChain(transforms, inputs);
    this.columns = chain.delivered().stream().map(value -> value.column).toList();
    this.passed =
        chain.delivered().stream().filter(value -> value.home == PlannedValue.Home.INPUT).toList();
    this.lastInputStage = findHomes();
    this.scratchBytes = layOutScratch();
    this.layout = new OutputLayout(chain, batchSize, mostValueBytes);
    this.partRecords = choosePartRecords();
    long indexBytes = OutputLayout.aligned((long) batchSize * Long.BYTES, 64);
    long slotBytes = layout.strideBytes() + indexBytes;
    long scratch = scratchBytes * threadCount;
    long inShare = (memoryBytes / SHARE - scratch) / slotBytes;
    this.slotCount =
        (int) Math.max(SlotMemory.LEAST_SLOTS, Math.min(Math.max(2, wantedSlots), inShare));
    this.totalBytes = slotBytes * slotCount + scratch;
    if (totalBytes > memoryBytes) {
      throw new TooLittleMemoryException(
          ("memoryBytes must be more than %d for %d transformed batches of %d records of %d"
                  + " bytes%s, was %d: give more memory, or a smaller batchSize")
              .formatted(
                  totalBytes,
                  slotCount,
                  batchSize,
                  slotBytes / batchSize,
                  layout.largest(),
                  memoryBytes));
    }
  }

  /** Returns the last stage that looks at what was read. */
  private int findHomes() {
    int last = 0;
    for (PlannedValue value : chain.values()) {
      if (value.home == PlannedValue.Home.INPUT) {
        last = Math.max(last, value.lastReadIn);
      } else {
        boolean isScratch =
            !value.isDelivered
                && value.lastReadIn == value.madeIn
                && value.root == null
                && !chain.stages().get(value.madeIn).isOfBatches();
        value.home = isScratch ? PlannedValue.Home.SCRATCH : PlannedValue.Home.SLOT;
      }
    }
    return last;
  }

  private long layOutScratch() {
    long at = 0;
    for (PlannedValue value : chain.values()) {
      if (value.home == PlannedValue.Home.SCRATCH) {
        value.offset = at;
        at = OutputLayout.behind(at, Math.max(1, value.mostValues), value);
      }
    }
    return OutputLayout.aligned(at, NativeLimits.BLOCK_BYTES);
  }

  private int choosePartRecords() {
    int least = (int) Math.min(batchSize, Math.ceilDiv(LEAST_PART_BYTES, layout.recordBytes()));
    int parts = (int) Math.min((long) PARTS_PER_THREAD * threadCount, batchSize);
    return Math.max(least, Math.ceilDiv(batchSize, parts));
  }

  // ---- what it says -----------------------------------------------------------------------------

  /** The columns that are delivered. */
  public List<OutputColumn> columns() {
    return columns;
  }

  /** Batches that there is room for. */
  public int slotCount() {
    return slotCount;
  }

  /** All memory that transforms take. */
  public long totalBytes() {
    return totalBytes;
  }

  int threadCount() {
    return threadCount;
  }

  int batchSize() {
    return batchSize;
  }

  List<TransformChain.Stage> stages() {
    return chain.stages();
  }

  /** Columns that go through untouched; each is copied into the slot's column of its own place. */
  List<PlannedValue> passed() {
    return passed;
  }

  /** The number of a passed column in the slot that is delivered. */
  int passedTo(PlannedValue value) {
    return columns.indexOf(value.column);
  }

  /** Variable columns in slots that a stage makes. */
  List<PlannedValue> variableOf(int stage) {
    return chain.values().stream()
        .filter(value -> value.isVariable() && value.home == PlannedValue.Home.SLOT)
        .filter(value -> value.madeIn == stage)
        .toList();
  }

  /** The last stage that needs the slot that was read into. */
  int lastInputStage() {
    return lastInputStage;
  }

  /** Records that a thread takes at a time. */
  int partRecords() {
    return partRecords;
  }

  /** Where columns lie in a slot that is delivered. */
  OutputLayout layout() {
    return layout;
  }

  long scratchBytes() {
    return scratchBytes;
  }
}
