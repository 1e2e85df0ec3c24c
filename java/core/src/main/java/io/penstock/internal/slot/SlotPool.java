package io.penstock.internal.slot;

import io.penstock.internal.door.Platforms;
import io.penstock.internal.plan.SlotMemory;
import io.penstock.internal.platform.MemoryBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of all batches of a loader, cut into slots.
 *
 * <p>What it owns: one block, allocated at once and given back when its arena is closed. Batches
 * are leases on its slots; whoever still holds one afterwards gets an IllegalStateException, not
 * stale bytes.
 */
public final class SlotPool {
  private final MemoryBlock memory;
  private final List<List<Slot>> slotsOfThreads = new ArrayList<>();
  private final List<MemorySegment> orders = new ArrayList<>();

  /**
   * Allocates the block.
   *
   * @param plan how many slots for how many reading threads
   * @param columns where the columns of a batch lie in a slot
   * @param batchSize most records of a batch
   * @param hasHugePages whether to ask for huge pages
   * @param arena how long the block lives
   * @throws io.penstock.error.PenstockException if there is not enough memory
   */
  public SlotPool(
      SlotMemory plan, List<SlotColumn> columns, int batchSize, boolean hasHugePages, Arena arena) {
    memory = Platforms.current().memory(plan.totalBytes(), hasHugePages, arena);
    long indexBytes = (long) batchSize * Long.BYTES;
    long slotAt = 0;
    // Slots start at pages; the indices, which no read touches, lie behind all of them.
    long indicesAt = plan.strideBytes() * plan.threadCount() * plan.slotCount();
    for (int thread = 0; thread < plan.threadCount(); thread++) {
      List<Slot> slots = new ArrayList<>(plan.slotCount());
      for (int i = 0; i < plan.slotCount(); i++) {
        MemorySegment slot = memory.segment().asSlice(slotAt, plan.strideBytes());
        MemorySegment indices = memory.segment().asSlice(indicesAt, indexBytes);
        slots.add(new Slot(thread, slot, columns, indices));
        slotAt += plan.strideBytes();
        indicesAt += indexBytes;
      }
      slotsOfThreads.add(List.copyOf(slots));
      orders.add(memory.segment().asSlice(indicesAt, plan.orderBytes()));
      indicesAt += plan.orderBytes();
    }
  }

  /** The slots of a reading thread. */
  public List<Slot> slots(int thread) {
    return slotsOfThreads.get(thread);
  }

  /** Where a reading thread collects the indices of records that it orders without a slot. */
  public MemorySegment order(int thread) {
    return orders.get(thread);
  }

  /** Leaves the block mapped forever: the device may still write to it. */
  public void abandon() {
    memory.abandon();
  }
}
