package io.penstock.internal.plan;

import io.penstock.internal.ffi.NativeLimits;

/**
 * Each batch is ordered with the slot that it lands in, a few batches ahead. It is the plan for
 * orders that lie in the files as they are delivered, for mapped files, and for memory that holds
 * too little of the rest.
 */
public record BatchPlan(SlotMemory slots, ReaderMemory reader, long totalBytes, String reason)
    implements ReadPlan {
  /**
   * As many slots as are wanted, or as fit. Staging and resident columns, which only make reading
   * faster, give way to a third slot.
   *
   * @throws TooLittleMemoryException if not even the least fits, saying what that is
   */
  static BatchPlan of(MemoryRequest request) {
    int least = request.leastStagingBytes();
    for (int enough : new int[] {SlotMemory.LEAST_SLOTS + 1, SlotMemory.LEAST_SLOTS}) {
      for (long resident : new long[] {request.residentBytes(threads(request)), 0}) {
        int staging = request.stagingBytes();
        while (true) {
          int count = mostSlots(request, staging, resident);
          if (count >= enough) {
            return of(request, count, staging, resident);
          }
          if (staging <= least) {
            break;
          }
          staging = Math.max(staging / 2, least);
        }
      }
    }
    throw tooSmall(request, of(request, SlotMemory.LEAST_SLOTS, least, 0).totalBytes);
  }

  private static int threads(MemoryRequest request) {
    return request.readahead().ioThreads();
  }

  private static int mostSlots(MemoryRequest request, int staging, long resident) {
    return (int)
        SaturatedMath.largest(
            0,
            request.wantedSlots(),
            slots -> request.fits(of(request, (int) slots, staging, resident).totalBytes));
  }

  private static BatchPlan of(MemoryRequest request, int slotCount, int staging, long resident) {
    SlotMemory slots = SlotMemory.ofBatches(request, slotCount, threads(request));
    long entries = (long) slots.slotCount() * request.batchSize();
    ReaderMemory reader =
        request.isMapped()
            ? ReaderMemory.NONE
            : new ReaderMemory(
                new Landing.InSlots(),
                false,
                staging,
                (int) Math.min(NativeLimits.MAX_ENTRIES, entries),
                resident);
    return new BatchPlan(slots, reader, request.totalBytes(slots, reader), slots.shortage(request));
  }

  BatchPlan because(String comparison) {
    return new BatchPlan(slots, reader, totalBytes, ReadPlan.joined(reason, comparison));
  }

  private static TooLittleMemoryException tooSmall(MemoryRequest request, long leastBytes) {
    return new TooLittleMemoryException(
        leastBytes,
        request.memoryBytes(),
        (least, given) ->
            ("memoryBytes must be at least %d for batches of %d records of %d bytes with"
                    + " readahead %s, was %d: give more memory, or a smaller batchSize or maxRead")
                .formatted(
                    least, request.batchSize(), request.sizes().sum(), request.readahead(), given));
  }
}
