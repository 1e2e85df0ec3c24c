package io.penstock.internal.plan;

/**
 * The slots of a loader, which its reading threads share out.
 *
 * @param slotCount slots of each reading thread
 * @param threadCount reading threads, each with its own slots and reader
 * @param prefetchBatches batches that are made before they are asked for, as far as memory allows
 * @param strideBytes distance of slots in memory
 * @param orderBytes of each reading thread, for the indices of records that it orders without a
 *     slot
 * @param totalBytes of all slots and indices together
 */
public record SlotMemory(
    int slotCount,
    int threadCount,
    int prefetchBatches,
    long strideBytes,
    long orderBytes,
    long totalBytes) {
  /** One batch with the consumer and one on its way: with fewer, nothing overlaps. */
  public static final int LEAST_SLOTS = 2;

  /** Records ordered by one call without slots: makes the call's cost vanish beside its work. */
  private static final int ORDER_CHUNK_RECORDS = 8192;

  /** Slots for batches that are ordered with them. */
  static SlotMemory ofBatches(MemoryRequest request, int slotCount, int threads) {
    return of(request, slotCount, threads, 0);
  }

  /** Slots beside cells, and room for the indices of what is ordered without a slot. */
  static SlotMemory besideCells(MemoryRequest request, int threads) {
    return of(
        request, slotsBesideCells(request, threads), threads, orderBytes(request.batchSize()));
  }

  private static SlotMemory of(MemoryRequest request, int slotCount, int threads, long orderBytes) {
    int perThread = Math.max(LEAST_SLOTS, (slotCount + threads - 1) / threads);
    long stride = request.slotStrideBytes();
    long ofThread = perThread * (stride + (long) request.batchSize() * Long.BYTES) + orderBytes;
    int prefetch = Math.min(request.readahead().prefetchBatches(), slotCount - LEAST_SLOTS);
    return new SlotMemory(
        perThread,
        threads,
        Math.max(1, prefetch),
        stride,
        orderBytes,
        SaturatedMath.product(threads, ofThread));
  }

  /** As many as are wanted, within a share of the budget. */
  private static int slotsBesideCells(MemoryRequest request, int threads) {
    int wanted = request.wantedSlots();
    long inShare = request.minorShareBytes() / (request.slotStrideBytes() * threads);
    return (int) Math.max(Math.min(LEAST_SLOTS + 1, wanted), Math.min(wanted, inShare));
  }

  /** Bytes for the indices of one order without slots: whole batches. */
  public static long orderBytes(int batchSize) {
    return (long) Math.max(ORDER_CHUNK_RECORDS, batchSize) * Long.BYTES;
  }

  /** One line for people where fewer batches are prefetched than are wanted; otherwise empty. */
  String shortage(MemoryRequest request) {
    int wanted = request.readahead().prefetchBatches();
    return prefetchBatches >= wanted
        ? ""
        : "memoryBytes holds %d of %d prefetched batches".formatted(prefetchBatches, wanted);
  }
}
