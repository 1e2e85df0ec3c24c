package io.penstock.internal.plan;

import io.penstock.internal.ffi.NativeLimits;
import java.util.Optional;

/**
 * Records are read far ahead of their batch, and wait in cells until it is due. So the records that
 * are wanted from a stretch of the file are many, lie close, and share requests: reading sweeps
 * over the file. One thread does that; further ones copy for it.
 */
public record SweepPlan(SlotMemory slots, ReaderMemory reader, long totalBytes, String reason)
    implements ReadPlan {
  /** The plan with most cells; empty when memory holds too few of them. */
  static Optional<SweepPlan> of(MemoryRequest request) {
    SlotMemory slots = SlotMemory.besideCells(request, 1);
    long low = leastCells(request);
    long high = Math.max(low, mostEntries(request) * 2 / 3);
    if (low > NativeLimits.MAX_ENTRIES / 3 || !fits(request, slots, low)) {
      return Optional.empty();
    }
    long most = SaturatedMath.largest(low, high, cells -> fits(request, slots, cells));
    return Optional.of(of(request, slots, (int) most));
  }

  /** A batch must fit into cells as a whole, with room to spare for records that are due later. */
  private static long leastCells(MemoryRequest request) {
    return 4L * request.batchSize() + 64;
  }

  private static boolean fits(MemoryRequest request, SlotMemory slots, long cells) {
    return request.fits(of(request, slots, (int) cells).totalBytes);
  }

  private static SweepPlan of(MemoryRequest request, SlotMemory slots, int cells) {
    int staging = request.stagingBytes();
    ReaderMemory reader =
        new ReaderMemory(
            new Landing.InCells(cells),
            false,
            staging,
            horizon(request, cells, staging),
            request.residentBytes(1));
    return new SweepPlan(slots, reader, request.totalBytes(slots, reader), slots.shortage(request));
  }

  /**
   * How many records to know ahead with so many cells. A record waits in its cell for half a sweep
   * on average, so cells for half of the records would do if they came evenly. Some must be spare:
   * for what is in flight, and since a sweep that finds no free cell stops, and with it the device
   * (twice the cells was half as fast as 1.75 times on a file of four times the memory).
   */
  private static int horizon(MemoryRequest request, int cells, int staging) {
    double density = Math.min(1, 2.0 * cells / request.reachRecords());
    double inFlight = density * staging / request.sizes().largest();
    long spare = cells / 8 + Math.min((long) inFlight, cells / 8);
    return (int) Math.max(request.batchSize(), Math.min(2 * (cells - spare), mostEntries(request)));
  }

  /**
   * Nothing is gained by knowing more than an epoch ahead, and samplers keep the keys of two epochs
   * only.
   */
  private static long mostEntries(MemoryRequest request) {
    return Math.min(request.epochRecords(), NativeLimits.MAX_ENTRIES);
  }

  /**
   * What the first sweep of an order, which delivers little, adds to an epoch. The epoch takes as
   * many sweeps as it holds horizons, so that is a part of one where horizons are small.
   */
  double firstSweep(MemoryRequest request) {
    return (double) reader.entryCount() / request.epochRecords();
  }

  SweepPlan because(String comparison) {
    return new SweepPlan(slots, reader, totalBytes, ReadPlan.joined(reason, comparison));
  }
}
