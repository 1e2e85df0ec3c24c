package io.penstock.internal.plan;

import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.plan.MemoryPlan.Mode;

/**
 * Plans memory for orders that come in windows of whole blocks, such as a block shuffle, so that
 * blocks are read as a whole, and the next window is read while this one is consumed. Pure, as
 * {@link MemoryPlan} is.
 *
 * <p>A window is read when all of it is ordered, and its last record may be due first. Best are
 * slots for two windows: records are copied once, to where they are delivered. Where memory does
 * not hold these, there are cells for one window and a little more: they become free one by one as
 * it is consumed, and take the records of the next one. Entries, which are small, there are for two
 * windows in any case.
 */
final class WindowPlanner {
  /**
   * Smaller windows are read several together: a device wants a queue full of large requests, and
   * neighbouring blocks of several windows are read as one.
   */
  private static final long LEAST_WINDOW_BYTES = 64L << 20;

  /** Windows in slots are to have so much at least; else larger ones in cells are better. */
  private static final long LEAST_SLOT_WINDOW_BYTES = 16L << 20;

  /** Beside those for two windows: windows end within batches, and the consumer holds one. */
  private static final int SPARE_SLOTS = MemoryPlan.LEAST_SLOTS + 3;

  private WindowPlanner() {}

  /** The plan; null when memory holds less than a window. */
  static MemoryPlan planOrNull(MemoryRequest request) {
    long window = Math.min(request.windowRecords(), request.epochRecords());
    long bytes = request.columnRecordBytes().stream().mapToLong(Long::longValue).sum();
    long joined = Math.min(LEAST_WINDOW_BYTES / bytes, request.epochRecords() / 2);
    if (window > NativeLimits.MAX_ENTRIES / 4
        || request.batchSize() > NativeLimits.MAX_ENTRIES / 16) {
      return null;
    }
    long wanted = Math.max(window, joined);
    long least = Math.max(window, Math.min(joined, LEAST_SLOT_WINDOW_BYTES / bytes));
    MemoryPlan plan = inSlotsOrNull(request, least, wanted);
    while (plan == null && wanted >= window) {
      plan = inCellsOrNull(request, wanted);
      wanted = wanted == window ? 0 : Math.max(window, wanted / 2);
    }
    return plan;
  }

  /** The largest windows of which slots hold two. */
  private static MemoryPlan inSlotsOrNull(MemoryRequest request, long least, long most) {
    // Not more than an epoch ahead: samplers keep what they derive for two epochs only.
    long high = Math.min(most, Math.min(request.epochRecords() / 4, mostInSlots(request)));
    // What is kept over epochs lies in cells.
    if (request.readahead().cacheBytes() > 0
        || least > high
        || !MemoryPlan.fits(slotPlan(request, least), request)) {
      return null;
    }
    long window =
        MemoryPlan.largest(
            least, high, records -> MemoryPlan.fits(slotPlan(request, records), request));
    return slotPlan(request, window);
  }

  private static MemoryPlan inCellsOrNull(MemoryRequest request, long window) {
    int least = Math.toIntExact(window + reserve(request));
    int most = Math.toIntExact(2 * window + reserve(request));
    if (!MemoryPlan.fits(cellPlan(request, window, least), request)) {
      return null;
    }
    long cells =
        MemoryPlan.largest(
            least, most, count -> MemoryPlan.fits(cellPlan(request, window, (int) count), request));
    return cellPlan(request, window, (int) cells);
  }

  /** Cells beyond those of a window without which a read would have to wait for the consumer. */
  private static long reserve(MemoryRequest request) {
    long smallest =
        request.columnRecordBytes().stream().mapToLong(Long::longValue).min().orElseThrow();
    long cuts =
        Math.min(
            NativeLimits.MAX_REQUEST_RECORDS, request.readahead().maxReadBytes() / smallest + 1);
    return (long) NativeLimits.RESERVE_BATCHES * request.batchSize() + cuts;
  }

  /** Slots for two windows, the batches at their ends, and what the consumer holds. */
  private static long slotsFor(MemoryRequest request, long window) {
    return 2 * window / request.batchSize() + SPARE_SLOTS;
  }

  private static long mostInSlots(MemoryRequest request) {
    return (NativeLimits.MAX_SLOT_BATCHES - SPARE_SLOTS) * (long) request.batchSize() / 2;
  }

  private static MemoryPlan slotPlan(MemoryRequest request, long window) {
    int slots = Math.toIntExact(slotsFor(request, window));
    return plan(request, window, slots, slots * request.batchSize(), 0);
  }

  private static MemoryPlan cellPlan(MemoryRequest request, long window, int cells) {
    // Not more than an epoch ahead: samplers keep what they derive for two epochs only.
    long ahead = Math.min(2 * window + 2L * request.batchSize(), request.epochRecords());
    int entries = (int) Math.max(request.batchSize(), ahead);
    return plan(request, window, MemoryPlan.slotsBesideCells(request, 1), entries, cells);
  }

  private static MemoryPlan plan(
      MemoryRequest request, long window, int slots, int entries, int cells) {
    int staging = MemoryPlan.stagingBytes(request);
    long resident = MemoryPlan.residentBytes(request, 1);
    long slotMemory =
        slots * (MemoryPlan.stride(request) + (long) request.batchSize() * Long.BYTES)
            + (cells > 0 ? MemoryPlan.orderBytes(request.batchSize()) : 0);
    long reader = request.reader().of(Mode.WINDOWS, staging, entries, cells, resident);
    int prefetch = request.readahead().prefetchBatches();
    return new MemoryPlan(
        Mode.WINDOWS,
        slots,
        1,
        Math.max(1, Math.min(prefetch, slots - MemoryPlan.LEAST_SLOTS)),
        MemoryPlan.stride(request),
        slotMemory,
        staging,
        entries,
        cells,
        window,
        resident,
        MemoryPlan.saturatedSum(slotMemory, reader),
        reason(request, window, cells > 0 ? cells : entries));
  }

  private static String reason(MemoryRequest request, long window, int held) {
    String reason =
        "reading whole blocks: windows of %d records, of which %.1f are held"
            .formatted(window, (double) held / window);
    int threads = request.readahead().ioThreads();
    return threads == 1 ? reason : reason + "; by one thread, as several would read blocks twice";
  }
}
