package io.penstock.internal.plan;

import io.penstock.internal.ffi.NativeLimits;
import java.util.Optional;

/**
 * For orders that come in windows of whole blocks, such as a block shuffle: blocks are read as a
 * whole, and the next window is read while this one is consumed, by one thread; further ones copy
 * for it.
 *
 * <p>A window is read when all of it is ordered, and its last record may be due first. Best are
 * slots for two windows: records are copied once, to where they are delivered. Where memory does
 * not hold these, there are cells for one window and a little more: they become free one by one as
 * it is consumed, and take the records of the next one. Entries, which are small, there are for two
 * windows in any case.
 *
 * @param windowRecords records that are read together, at most
 */
public record BlockPlan(
    long windowRecords, SlotMemory slots, ReaderMemory reader, long totalBytes, String reason)
    implements ReadPlan {
  /**
   * Smaller windows are read several together: a device wants a queue full of large requests, and
   * neighbouring blocks of several windows are read as one.
   */
  private static final long LEAST_WINDOW_BYTES = 64L << 20;

  /** The least size of windows in slots; below it, larger windows in cells are better. */
  private static final long LEAST_SLOT_WINDOW_BYTES = 16L << 20;

  /** Beside those for two windows: windows end within batches, and the consumer holds one. */
  private static final int SPARE_SLOTS = SlotMemory.LEAST_SLOTS + 3;

  /** The plan; empty when memory holds less than a window. */
  static Optional<BlockPlan> of(MemoryRequest request) {
    long window = Math.min(request.windowRecords(), request.epochRecords());
    long bytes = request.sizes().sum();
    long joined = Math.min(LEAST_WINDOW_BYTES / bytes, request.epochRecords() / 2);
    if (window > NativeLimits.MAX_ENTRIES / 4
        || request.batchSize() > NativeLimits.MAX_ENTRIES / 16) {
      return Optional.empty();
    }
    long wanted = Math.max(window, joined);
    long least = Math.max(window, Math.min(joined, LEAST_SLOT_WINDOW_BYTES / bytes));
    Optional<BlockPlan> plan = inSlots(request, least, wanted);
    while (request.hasCells() && plan.isEmpty() && wanted >= window) {
      plan = inCells(request, wanted);
      wanted = wanted == window ? 0 : Math.max(window, wanted / 2);
    }
    return plan;
  }

  /** The largest windows of which slots hold two. */
  private static Optional<BlockPlan> inSlots(MemoryRequest request, long least, long most) {
    // Not more than an epoch ahead: samplers keep what they derive for two epochs only.
    long high = Math.min(most, Math.min(request.epochRecords() / 4, mostInSlots(request)));
    // What is kept over epochs lies in cells.
    // And how many slots the records of a window need is not known where they differ in size.
    if (request.readahead().cacheBytes() > 0
        || request.sizes().areVariable()
        || least > high
        || !request.fits(inSlots(request, least).totalBytes)) {
      return Optional.empty();
    }
    long window =
        SaturatedMath.largest(
            least, high, records -> request.fits(inSlots(request, records).totalBytes));
    return Optional.of(inSlots(request, window));
  }

  private static Optional<BlockPlan> inCells(MemoryRequest request, long window) {
    int least = Math.toIntExact(window + reserve(request));
    int most = Math.toIntExact(2 * window + reserve(request));
    if (!request.fits(inCells(request, window, least).totalBytes)) {
      return Optional.empty();
    }
    long cells =
        SaturatedMath.largest(
            least, most, count -> request.fits(inCells(request, window, (int) count).totalBytes));
    return Optional.of(inCells(request, window, (int) cells));
  }

  /** Cells beyond those of a window without which a read would have to wait for the consumer. */
  private static long reserve(MemoryRequest request) {
    long mostBytes = request.readahead().maxReadBytes() * 3L / 2; // with the rest of a block
    long cuts =
        Math.min(NativeLimits.MAX_REQUEST_RECORDS, mostBytes / request.sizes().smallest() + 1);
    return (long) NativeLimits.RESERVE_BATCHES * request.batchSize() + cuts;
  }

  /** Slots for two windows, the batches at their ends, and what the consumer holds. */
  private static long slotsFor(MemoryRequest request, long window) {
    return 2 * window / request.batchSize() + SPARE_SLOTS;
  }

  private static long mostInSlots(MemoryRequest request) {
    return (NativeLimits.MAX_SLOT_BATCHES - SPARE_SLOTS) * (long) request.batchSize() / 2;
  }

  private static BlockPlan inSlots(MemoryRequest request, long window) {
    int slots = Math.toIntExact(slotsFor(request, window));
    int entries = slots * request.batchSize();
    return of(
        request,
        window,
        SlotMemory.ofBatches(request, slots, 1),
        new Landing.InSlots(),
        entries,
        entries);
  }

  private static BlockPlan inCells(MemoryRequest request, long window, int cells) {
    // Not more than an epoch ahead: samplers keep what they derive for two epochs only.
    long ahead = Math.min(2 * window + 2L * request.batchSize(), request.epochRecords());
    int entries = (int) Math.max(request.batchSize(), ahead);
    SlotMemory slots = SlotMemory.besideCells(request, 1);
    return of(request, window, slots, new Landing.InCells(cells), entries, cells);
  }

  private static BlockPlan of(
      MemoryRequest request,
      long window,
      SlotMemory slots,
      Landing landing,
      int entries,
      int heldRecords) {
    ReaderMemory reader =
        new ReaderMemory(landing, true, request.stagingBytes(), entries, request.residentBytes(1));
    return new BlockPlan(
        window, slots, reader, request.totalBytes(slots, reader), reason(window, heldRecords));
  }

  private static String reason(long window, int held) {
    return "reading whole blocks: windows of %d records, of which %.1f are held"
        .formatted(window, (double) held / window);
  }
}
