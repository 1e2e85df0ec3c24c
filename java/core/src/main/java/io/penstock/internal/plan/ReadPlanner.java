package io.penstock.internal.plan;

import java.util.Optional;

/** Chooses the cheapest plan that fits. Pure: it asks nobody but the request. */
public final class ReadPlanner {
  /** Less than this gains nothing: copying out of cells has a cost too. */
  private static final double LEAST_GAIN = 1.1;

  /**
   * The first sweep over a file delivers little, but comes once, and most orders are read for
   * several epochs: so much of it counts for each. (Disks gain from order, too: records of 10 KB
   * with memory for half of them were 1.6 times as fast by windows, in the first epoch already.)
   */
  private static final double FIRST_SWEEP_SHARE = 0.25;

  private ReadPlanner() {}

  /**
   * The plan for a request.
   *
   * @param request what to plan for
   * @param preferred which one of those that fit
   * @return the plan
   * @throws TooLittleMemoryException if the budget is too small, saying what the least is
   */
  public static ReadPlan choose(MemoryRequest request, PreferredPlan preferred) {
    BatchPlan batches = BatchPlan.of(request);
    if (preferred == PreferredPlan.BATCHES
        || !request.isShuffled()
        || request.isMapped()
        || request.epochRecords() == 0) {
      return batches;
    }
    if (request.windowRecords() <= 1) {
      return chooseShuffled(request, preferred, batches, "");
    }
    Optional<BlockPlan> blocks = BlockPlan.of(request);
    return blocks.isPresent()
        ? blocks.get()
        : chooseShuffled(
            request,
            preferred,
            batches,
            "memoryBytes holds no window of %d records, so blocks are read in pieces"
                .formatted(request.windowRecords()));
  }

  private static ReadPlan chooseShuffled(
      MemoryRequest request, PreferredPlan preferred, BatchPlan batches, String why) {
    if (!request.hasCells()) {
      return batches.because(why);
    }
    Optional<SweepPlan> cells = SweepPlan.of(request);
    boolean isKeeping = request.readahead().cacheBytes() > 0;
    if (isKeeping && cells.isEmpty()) {
      throw new TooLittleMemoryException(
          "cache=%d must leave memory for batches and for reading ahead of memoryBytes=%d: give"
                  .formatted(request.readahead().cacheBytes(), request.memoryBytes())
              + " more memory, or a smaller cache");
    }
    if (cells.isEmpty()) {
      return batches.because(why);
    }
    SweepPlan sweep = cells.get();
    if (isKeeping) {
      return sweep.because("records are kept over epochs").because(why);
    }
    return preferred == PreferredPlan.SWEEP
        ? sweep.because(why)
        : cheaper(request, batches, sweep, why);
  }

  private static ReadPlan cheaper(
      MemoryRequest request, BatchPlan batches, SweepPlan sweep, String why) {
    CostModel device = CostModel.of(request.readahead());
    double batchNanos = nanosPerRecord(device, request, batches);
    double firstSweep = FIRST_SWEEP_SHARE * sweep.firstSweep(request);
    double sweepNanos = nanosPerRecord(device, request, sweep) * (1 + firstSweep);
    boolean pays = sweepNanos * LEAST_GAIN < batchNanos;
    String comparison =
        "%s: by windows of %d records %.2f us a record, %d batches ahead %.2f us"
            .formatted(
                pays ? "reading by windows" : "reading by batches",
                sweep.reader().entryCount(),
                sweepNanos / 1e3,
                batches.slots().prefetchBatches(),
                batchNanos / 1e3);
    return pays ? sweep.because(comparison).because(why) : batches.because(comparison).because(why);
  }

  private static double nanosPerRecord(CostModel device, MemoryRequest request, ReadPlan plan) {
    return request.sizes().seconds(device, request, plan.reader()) * 1e9;
  }
}
