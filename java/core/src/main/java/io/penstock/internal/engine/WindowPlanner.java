package io.penstock.internal.engine;

import io.penstock.internal.engine.MemoryPlan.Mode;

/**
 * Plans memory for orders that come in windows of whole blocks, such as a block shuffle: so many
 * cells that blocks are read as a whole, and that the next window is read while this one is
 * consumed. Pure, as {@link MemoryPlan} is.
 *
 * <p>A window is read when all of it is ordered, and its last record may be due first: so there are
 * cells for all of it. They become free one by one as it is consumed, and take the records of the
 * next one; so cells for one window and a little more do. Entries, which are small, there are for
 * two windows: the one that is consumed and the one that is read.
 */
final class WindowPlanner {
  /**
   * Smaller windows are read several together: a device wants a queue full of large requests, and
   * neighbouring blocks of several windows are read as one.
   */
  private static final long LEAST_WINDOW_BYTES = 64L << 20;

  /** What C keeps free for reads that cannot wait, in batches. */
  private static final int RESERVED_BATCHES = 4;

  /** Most records that one request is for. */
  private static final int MOST_CUTS = 4096;

  private WindowPlanner() {}

  /** The plan; null when memory holds less than a window. */
  static MemoryPlan planOrNull(MemoryRequest request) {
    long window = Math.min(request.windowRecords(), request.epochRecords());
    long bytes = request.columnRecordBytes().stream().mapToLong(Long::longValue).sum();
    long joined = Math.min(LEAST_WINDOW_BYTES / bytes, request.epochRecords() / 2);
    long wanted = Math.max(window, joined);
    MemoryPlan plan = planOrNull(request, wanted);
    while (plan == null && wanted > window) {
      wanted = Math.max(window, wanted / 2);
      plan = planOrNull(request, wanted);
    }
    return plan;
  }

  private static MemoryPlan planOrNull(MemoryRequest request, long window) {
    if (window > MemoryPlan.MAX_ENTRIES / 4 || request.batchSize() > MemoryPlan.MAX_ENTRIES / 16) {
      return null;
    }
    int low = Math.toIntExact(window + reserve(request));
    int high = Math.toIntExact(2 * window + reserve(request));
    if (!fits(plan(request, window, low), request)) {
      return null;
    }
    while (low < high) {
      int middle = low + (high - low + 1) / 2;
      if (fits(plan(request, window, middle), request)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return plan(request, window, low);
  }

  private static boolean fits(MemoryPlan plan, MemoryRequest request) {
    return plan.totalBytes() <= request.memoryBytes();
  }

  /** Cells beyond those of a window without which a read would have to wait for the consumer. */
  private static long reserve(MemoryRequest request) {
    long smallest =
        request.columnRecordBytes().stream().mapToLong(Long::longValue).min().orElseThrow();
    long cuts = Math.min(MOST_CUTS, request.readahead().maxReadBytes() / smallest + 1);
    return (long) RESERVED_BATCHES * request.batchSize() + cuts;
  }

  private static MemoryPlan plan(MemoryRequest request, long window, int cells) {
    int slots = MemoryPlan.slotsBesideCells(request, 1);
    // Not more than an epoch ahead: samplers keep what they derive for two epochs only.
    long ahead = Math.min(2 * window + 2L * request.batchSize(), request.epochRecords());
    int entries = (int) Math.max(request.batchSize(), ahead);
    int staging = MemoryPlan.stagingBytes(request);
    long resident = MemoryPlan.residentBytes(request, 1);
    long slotMemory =
        slots * (MemoryPlan.stride(request) + (long) request.batchSize() * Long.BYTES)
            + MemoryPlan.orderBytes(request.batchSize());
    long reader = request.reader().of(staging, entries, cells, resident);
    return new MemoryPlan(
        Mode.WINDOWS,
        slots,
        1,
        Math.max(1, slots - MemoryPlan.LEAST_SLOTS),
        MemoryPlan.stride(request),
        slotMemory,
        staging,
        entries,
        cells,
        window,
        resident,
        MemoryPlan.saturatedSum(slotMemory, reader),
        reason(request, window, cells));
  }

  private static String reason(MemoryRequest request, long window, int cells) {
    String reason =
        "reading whole blocks: windows of %d records, of which %.1f are held"
            .formatted(window, (double) cells / window);
    int threads = request.readahead().ioThreads();
    return threads == 1 ? reason : reason + "; by one thread, as several would read blocks twice";
  }
}
