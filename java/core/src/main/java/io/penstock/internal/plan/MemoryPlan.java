package io.penstock.internal.plan;

import io.penstock.internal.ffi.NativeLimits;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * How a loader's memory is divided, decided before any of it is allocated.
 *
 * <p>Two ways to read: SLOTS orders each batch with the slot that it lands in, a few batches ahead.
 * CELLS spends what slots leave on records read far ahead of their batch, so that the records
 * wanted from a stretch of the file are many, lie close, and share requests. Which one is a
 * question of {@link CostModel cost} alone: both deliver the same. Orders that come in whole blocks
 * have a third way, WINDOWS: {@link WindowPlanner}. Pure; it must not ask anybody but the request.
 *
 * @param mode how records are ordered
 * @param slotCount slots of each lane
 * @param laneCount reading threads, each with its own slots and reader
 * @param prefetchBatches batches that are made before they are asked for, as far as memory allows
 * @param slotStrideBytes distance of slots in memory
 * @param slotMemoryBytes of all slots and indices together
 * @param stagingBytes of each reader
 * @param entryCount records that each reader knows ahead
 * @param cellCount records that each reader holds ahead of their batch; 0: batches are ordered with
 *     the slot that they land in, always so in mode SLOTS
 * @param windowRecords records that are read together in mode WINDOWS, at most; otherwise 0
 * @param residentBytes of small columns that each reader keeps whole
 * @param totalBytes all memory of the loader: never more than the budget
 * @param reason one line for people
 */
public record MemoryPlan(
    Mode mode,
    int slotCount,
    int laneCount,
    int prefetchBatches,
    long slotStrideBytes,
    long slotMemoryBytes,
    int stagingBytes,
    int entryCount,
    int cellCount,
    long windowRecords,
    long residentBytes,
    long totalBytes,
    String reason) {

  /** How records are ordered. */
  public enum Mode {
    /** With the slot that they land in. */
    SLOTS,
    /** Without: they wait in cells until their batch is due. */
    CELLS,
    /** For orders of whole blocks: read window by window, into slots or into cells. */
    WINDOWS
  }

  /** Records ordered by one call without slots: makes the call's cost vanish beside its work. */
  static final int ORDER_CHUNK_RECORDS = 8192;

  /** One batch with the consumer and one on its way: with fewer, nothing overlaps. */
  public static final int LEAST_SLOTS = 2;

  /** Eight large requests at a time fill a disk; and so much locked memory is always allowed. */
  private static final int STAGING_BYTES = 4 << 20;

  private static final int STAGING_REQUESTS = 8;

  /** Slots and resident columns each get at most this share of the budget when cells pay. */
  private static final int MINOR_SHARE = 8;

  /** Less than this gains nothing: copying out of cells has a cost too. */
  private static final double LEAST_GAIN = 1.1;

  /** Whether records are ordered without a slot; otherwise each batch with its own. */
  public boolean hasCells() {
    return cellCount > 0;
  }

  /**
   * The cheapest plan that fits.
   *
   * @param request what to plan for
   * @param mode for tests: the mode to use if it fits, whatever it costs; null: the cheaper one
   * @return the plan
   * @throws TooLittleMemoryException if the budget is too small, saying what the least is
   */
  public static MemoryPlan choose(MemoryRequest request, Mode mode) {
    MemoryPlan slots = slots(request);
    if (mode == Mode.SLOTS
        || !request.isShuffled()
        || request.isMapped()
        || request.epochRecords() == 0) {
      return slots;
    }
    boolean isInWindows = request.windowRecords() > 1;
    MemoryPlan windows = isInWindows ? WindowPlanner.planOrNull(request) : null;
    if (windows != null) {
      return windows;
    }
    MemoryPlan shuffled = chooseShuffled(request, mode, slots);
    return isInWindows
        ? shuffled.because(
            "memoryBytes holds no window of %d records, so blocks are read in pieces"
                .formatted(request.windowRecords()))
        : shuffled;
  }

  private static MemoryPlan chooseShuffled(MemoryRequest request, Mode mode, MemoryPlan slots) {
    MemoryPlan cells = cellsOrNull(request);
    if (request.readahead().cacheBytes() > 0) {
      if (cells == null) {
        throw new TooLittleMemoryException(
            "cache=%d must leave memory for batches and for reading ahead of memoryBytes=%d: give"
                    .formatted(request.readahead().cacheBytes(), request.memoryBytes())
                + " more memory, or a smaller cache");
      }
      return cells.because("records are kept over epochs");
    }
    if (cells == null || mode != null) {
      return cells == null ? slots : cells;
    }
    double slotNanos = nanosPerRecord(request, slots);
    double cellNanos = nanosPerRecord(request, cells) * (1 + firstSweep(request, cells));
    boolean pays = cellNanos * LEAST_GAIN < slotNanos;
    String comparison =
        "%s: by windows of %d records %.2f us a record, %d batches ahead %.2f us"
            .formatted(
                pays ? "reading by windows" : "reading by batches",
                cells.entryCount,
                cellNanos / 1e3,
                slots.prefetchBatches,
                slotNanos / 1e3);
    return pays ? cells.because(comparison) : slots.because(comparison);
  }

  /** The plan that orders batches with their slots. Throws as choose does. */
  static MemoryPlan slots(MemoryRequest request) {
    int wanted = request.readahead().prefetchBatches() + LEAST_SLOTS;
    int leastStaging = leastStagingBytes(request);
    for (int enough : new int[] {LEAST_SLOTS + 1, LEAST_SLOTS}) {
      for (long resident :
          new long[] {residentBytes(request, request.readahead().ioThreads()), 0}) {
        for (int staging = stagingBytes(request);
            staging >= leastStaging;
            staging = smaller(staging, leastStaging)) {
          int count = mostSlots(request, wanted, staging, resident);
          if (count >= enough) {
            return slotPlan(request, count, staging, resident);
          }
        }
      }
    }
    throw tooSmall(request, slotPlan(request, LEAST_SLOTS, leastStaging, 0).totalBytes);
  }

  /** The plan that orders records without slots; null when memory holds too few of them. */
  static MemoryPlan cellsOrNull(MemoryRequest request) {
    int lanes = request.readahead().ioThreads();
    long resident = residentBytes(request, lanes);
    int slots = slotsBesideCells(request, lanes);
    long low = leastCells(request);
    long high = Math.max(low, Math.min(epochShare(request), NativeLimits.MAX_ENTRIES) * 2 / 3);
    if (low > NativeLimits.MAX_ENTRIES / 3
        || !fits(cellPlan(request, slots, (int) low, resident), request)) {
      return null;
    }
    long most =
        largest(low, high, cells -> fits(cellPlan(request, slots, (int) cells, resident), request));
    return cellPlan(request, slots, (int) most, resident);
  }

  /** The largest number from low to high that fits, if all smaller ones do; low is taken to fit. */
  static long largest(long low, long high, LongPredicate fits) {
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (fits.test(middle)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static int smaller(int staging, int least) {
    return staging == least ? 0 : Math.max(staging / 2, least);
  }

  private static int mostSlots(MemoryRequest request, int wanted, int staging, long resident) {
    return (int)
        largest(
            0, wanted, slots -> fits(slotPlan(request, (int) slots, staging, resident), request));
  }

  /** As many as are wanted, within a share of the budget. */
  static int slotsBesideCells(MemoryRequest request, int lanes) {
    int wanted = request.readahead().prefetchBatches() + LEAST_SLOTS;
    long inShare = request.memoryBytes() / MINOR_SHARE / (stride(request) * lanes);
    return (int) Math.max(Math.min(LEAST_SLOTS + 1, wanted), Math.min(wanted, inShare));
  }

  /** A batch must fit into cells as a whole, with room to spare for records that are due later. */
  private static long leastCells(MemoryRequest request) {
    return 4L * request.batchSize() + 64;
  }

  private static MemoryPlan slotPlan(
      MemoryRequest request, int slotCount, int staging, long resident) {
    return plan(request, Mode.SLOTS, slotCount, staging, 0, resident);
  }

  private static MemoryPlan cellPlan(
      MemoryRequest request, int slotCount, int cells, long resident) {
    return plan(request, Mode.CELLS, slotCount, stagingBytes(request), cells, resident);
  }

  private static MemoryPlan plan(
      MemoryRequest request, Mode mode, int slotCount, int staging, int cells, long resident) {
    int lanes = request.readahead().ioThreads();
    int slotsPerLane = Math.max(LEAST_SLOTS, (slotCount + lanes - 1) / lanes);
    long laneMemory = slotsPerLane * (stride(request) + (long) request.batchSize() * Long.BYTES);
    if (mode == Mode.CELLS) {
      laneMemory += orderBytes(request.batchSize());
    }
    long slotMemory = saturated(lanes, laneMemory);
    int entries =
        mode == Mode.CELLS
            ? horizon(request, cells, staging)
            : (int) Math.min(NativeLimits.MAX_ENTRIES, (long) slotsPerLane * request.batchSize());
    long reader =
        request.isMapped() ? 0 : request.reader().of(mode, staging, entries, cells, resident);
    long total = saturatedSum(slotMemory, saturated(lanes, reader));
    return new MemoryPlan(
        mode,
        slotsPerLane,
        lanes,
        Math.max(1, slotCount - LEAST_SLOTS),
        stride(request),
        slotMemory,
        staging,
        entries,
        cells,
        0,
        resident,
        total,
        shortage(request, Math.max(1, slotCount - LEAST_SLOTS)));
  }

  private static String shortage(MemoryRequest request, int prefetchBatches) {
    int wanted = request.readahead().prefetchBatches();
    return prefetchBatches >= wanted
        ? ""
        : "memoryBytes holds %d of %d prefetched batches".formatted(prefetchBatches, wanted);
  }

  /**
   * How many records to know ahead with so many cells. A record waits in its cell for half a sweep
   * on average, so cells for half of the records would do if they came evenly. Some must be spare:
   * for what is in flight, and since a sweep that finds no free cell stops, and with it the device
   * (twice the cells was half as fast as 1.75 times on a file of four times the memory). Nothing is
   * gained by knowing more than an epoch ahead, and samplers keep the keys of two epochs only.
   */
  private static int horizon(MemoryRequest request, int cells, int staging) {
    long recordBytes =
        request.columnRecordBytes().stream().mapToLong(Long::longValue).max().orElse(1);
    double density = Math.min(1, 2.0 * cells / request.recordCount());
    double inFlight = density * staging / recordBytes;
    long spare = cells / 8 + Math.min((long) inFlight, cells / 8);
    long most = Math.min(epochShare(request), NativeLimits.MAX_ENTRIES);
    return (int) Math.max(request.batchSize(), Math.min(2 * (cells - spare), most));
  }

  /** Records of an epoch that one lane reads. */
  private static long epochShare(MemoryRequest request) {
    int lanes = request.readahead().ioThreads();
    return (request.epochRecords() + lanes - 1) / lanes;
  }

  /** Bytes for the indices of one order without slots: whole batches. */
  public static long orderBytes(int batchSize) {
    return (long) Math.max(ORDER_CHUNK_RECORDS, batchSize) * Long.BYTES;
  }

  private MemoryPlan because(String comparison) {
    return new MemoryPlan(
        mode,
        slotCount,
        laneCount,
        prefetchBatches,
        slotStrideBytes,
        slotMemoryBytes,
        stagingBytes,
        entryCount,
        cellCount,
        windowRecords,
        residentBytes,
        totalBytes,
        reason.isEmpty() ? comparison : reason + "; " + comparison);
  }

  static boolean fits(MemoryPlan plan, MemoryRequest request) {
    return plan.totalBytes <= request.memoryBytes();
  }

  static long stride(MemoryRequest request) {
    return (request.slotBytes() + NativeLimits.BLOCK_BYTES - 1)
        / NativeLimits.BLOCK_BYTES
        * NativeLimits.BLOCK_BYTES;
  }

  /** Without a reader there is no staging. */
  private static int leastStagingBytes(MemoryRequest request) {
    return request.isMapped() ? 1 : request.leastStagingBytes();
  }

  static int stagingBytes(MemoryRequest request) {
    long requests = (long) STAGING_REQUESTS * request.readahead().maxReadBytes();
    long share = Math.max(STAGING_BYTES, Math.min(requests, request.memoryBytes() / MINOR_SHARE));
    return (int) Math.max(leastStagingBytes(request), Math.min(share, 1 << 30));
  }

  /**
   * The smaller columns, as many as fit into a share of the budget: a label of each record beside
   * its image would double the requests. The largest column is never kept whole: that is what
   * windows are for, which deliver before they have read everything.
   */
  static long residentBytes(MemoryRequest request, int lanes) {
    if (!request.isShuffled() || request.isMapped()) {
      return 0;
    }
    List<Long> sizes = request.columnRecordBytes().stream().sorted().toList();
    long budget = request.memoryBytes() / MINOR_SHARE / lanes;
    long sum = 0;
    for (long recordBytes : sizes.subList(0, sizes.size() - 1)) {
      long columnBytes = saturated(request.recordCount(), recordBytes);
      if (columnBytes > budget - sum) {
        break;
      }
      sum += columnBytes;
    }
    return sum;
  }

  /**
   * What the first sweep of an order, which delivers little, adds to an epoch. The epoch takes as
   * many sweeps as it holds horizons, so that is a part of one where horizons are small.
   */
  private static double firstSweep(MemoryRequest request, MemoryPlan plan) {
    return (double) plan.entryCount * plan.laneCount / request.epochRecords();
  }

  private static double nanosPerRecord(MemoryRequest request, MemoryPlan plan) {
    List<Long> sizes = request.columnRecordBytes().stream().sorted().toList();
    CostModel device = CostModel.of(request.readahead());
    long resident = plan.residentBytes;
    double seconds = 0;
    for (long recordBytes : sizes) {
      long columnBytes = saturated(request.recordCount(), recordBytes);
      if (columnBytes <= resident) {
        resident -= columnBytes;
        continue;
      }
      seconds +=
          device.secondsPerRecord(
              recordBytes,
              request.recordCount(),
              Math.min(plan.entryCount, request.recordCount()),
              request.readahead().mergeGapBytes(),
              request.readahead().maxReadBytes());
    }
    return seconds * 1e9;
  }

  private static TooLittleMemoryException tooSmall(MemoryRequest request, long leastBytes) {
    return new TooLittleMemoryException(
        ("memoryBytes must be at least %d for batches of %d records of %d bytes with"
                + " readahead %s, was %d: give more memory, or a smaller batchSize or maxRead")
            .formatted(
                leastBytes,
                request.batchSize(),
                request.columnRecordBytes().stream().mapToLong(Long::longValue).sum(),
                request.readahead(),
                request.memoryBytes()));
  }

  private static long saturated(long count, long bytes) {
    return Math.multiplyHigh(count, bytes) != 0 || count * bytes < 0
        ? Long.MAX_VALUE
        : count * bytes;
  }

  static long saturatedSum(long left, long right) {
    return left > Long.MAX_VALUE - right ? Long.MAX_VALUE : left + right;
  }
}
