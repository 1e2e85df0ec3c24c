package io.penstock.internal.tune;

import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.plan.CostModel;
import io.penstock.internal.plan.Landing;
import io.penstock.internal.plan.MemoryRequest;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.internal.plan.ReadPlan;
import io.penstock.internal.plan.ReadPlanner;
import io.penstock.internal.plan.ReaderMemory;
import io.penstock.internal.plan.ReaderNeeds;
import io.penstock.internal.plan.RecordSizes;
import io.penstock.internal.plan.SweepPlan;
import io.penstock.options.Readahead;
import java.util.List;

/**
 * What an exact shuffle of a file would reach with so much memory: the memory is divided as a
 * loader divides it, and the device costs what was measured.
 *
 * @param memoryBytes the budget
 * @param isByWindows whether memory is worth spending on windows of the order, read in the order in
 *     which they lie; otherwise each record is a request of its own
 * @param windowRecords records of the order that are known ahead; 0 when the budget is too small
 *     for a loader
 * @param recordsPerSecond what comes out at most, epoch after epoch; NaN when the budget is too
 *     small for a loader
 * @param firstEpochPerSecond the same on average over the first epoch, which costs a sweep over the
 *     file more: until that has ended, memory is not full of records that are due
 */
public record Forecast(
    long memoryBytes,
    boolean isByWindows,
    long windowRecords,
    double recordsPerSecond,
    double firstEpochPerSecond) {
  /** What a loader has when nothing is said. */
  private static final int BATCH_SIZE = 256;

  /**
   * Foretells.
   *
   * @param probe of the file
   * @param records of the file, of a size that was measured
   * @param found what was measured
   * @param tuning the flags that the loader has
   * @param memoryBytes the budget
   * @return the forecast
   */
  public static Forecast of(
      DeviceProbe probe,
      DeviceProbe.Records records,
      Measurements found,
      Tuning tuning,
      long memoryBytes) {
    MemoryRequest request = request(probe, records, tuning, memoryBytes);
    ReadPlan plan;
    try {
      plan = ReadPlanner.choose(request, PreferredPlan.CHEAPEST);
    } catch (IllegalArgumentException e) {
      // A budget below the least for batches of this size.
      return new Forecast(memoryBytes, false, 0, Double.NaN, Double.NaN);
    }
    long window = Math.min(plan.reader().entryCount(), records.count());
    CostModel device =
        new CostModel(found.randomLimit(records.recordBytes()), found.sequentialLimit());
    double seconds =
        device.secondsPerRecord(
            records.recordBytes(),
            records.count(),
            window,
            tuning.mergeGapBytes(),
            // What large reads cost is in the sequential limit already.
            Long.MAX_VALUE);
    boolean isByWindows = plan instanceof SweepPlan;
    double sweep = isByWindows ? records.recordBytes() / found.sequentialLimit() : 0;
    return new Forecast(memoryBytes, isByWindows, window, 1 / seconds, 1 / (seconds + sweep));
  }

  private static MemoryRequest request(
      DeviceProbe probe, DeviceProbe.Records records, Tuning tuning, long memoryBytes) {
    NativeSource source = probe.source(records.recordBytes());
    Readahead readahead = Readahead.parse(tuning.readahead());
    int batchSize = (int) Math.min(BATCH_SIZE, records.count());
    return new MemoryRequest(
        memoryBytes,
        RecordSizes.fixed(List.of((long) records.recordBytes())),
        records.count(),
        records.count(),
        records.count(),
        1,
        batchSize,
        readahead,
        true,
        source.sizes().slotLayout(batchSize, 0).slotBytes(),
        new ReaderNeeds.Native(
            Math.toIntExact(
                source
                    .sizes()
                    .footprint(
                        reader(
                            probe,
                            readahead,
                            batchSize,
                            new ReaderMemory(new Landing.InSlots(), false, 0, batchSize, 0)))
                    .orElseThrow()
                    .leastStagingBytes()),
            memory -> source.sizes().readerBytes(reader(probe, readahead, batchSize, memory))));
  }

  private static ReaderOptions reader(
      DeviceProbe probe, Readahead readahead, int batchSize, ReaderMemory memory) {
    return new ReaderOptions(
        probe.way().backend(),
        probe.way().isDirect(),
        readahead.queueDepth(),
        readahead.mergeGapBytes(),
        readahead.maxReadBytes(),
        memory.stagingBytes(),
        memory.entryCount(),
        memory.landing().cellCount(),
        batchSize,
        memory.residentBytes(),
        readahead.fixedBuffers(),
        readahead.hugePages(),
        readahead.dropBehind(),
        0,
        false,
        false,
        false,
        false);
  }
}
