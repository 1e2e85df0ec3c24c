package io.penstock.internal.slot;

import io.penstock.internal.ffi.NativeMemory;
import io.penstock.internal.plan.MemoryPlan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of all batches of a loader, cut into slots.
 *
 * <p>What it owns: one block, allocated at once and given back when its arena is closed. Batches
 * are leases on its slots; a holder of one gets an IllegalStateException after that, not stale
 * bytes.
 */
public final class SlotPool {
  private final NativeMemory memory;
  private final List<List<Slot>> lanes = new ArrayList<>();
  private final List<MemorySegment> orders = new ArrayList<>();

  /**
   * Allocates the block.
   *
   * @param plan how many slots for how many lanes
   * @param offsets where the columns of a batch start in a slot
   * @param recordBytes size of a record of each column; 0 where they differ
   * @param valuesAt where the values of these start in a slot, up to its end; -1: there are none
   * @param batchSize most records of a batch
   * @param hasHugePages whether to ask for huge pages
   * @param arena how long the block lives
   * @throws io.penstock.error.PenstockException if there is not so much memory
   */
  public SlotPool(
      MemoryPlan plan,
      List<Long> offsets,
      List<Long> recordBytes,
      long valuesAt,
      int batchSize,
      boolean hasHugePages,
      Arena arena) {
    memory = NativeMemory.allocate(plan.slotMemoryBytes(), hasHugePages, arena);
    long indexBytes = (long) batchSize * Long.BYTES;
    long slotAt = 0;
    // Slots start at pages; the indices, which nothing is read into, lie behind all of them.
    long indicesAt = plan.slotStrideBytes() * plan.laneCount() * plan.slotCount();
    for (int lane = 0; lane < plan.laneCount(); lane++) {
      List<Slot> slots = new ArrayList<>(plan.slotCount());
      for (int i = 0; i < plan.slotCount(); i++) {
        MemorySegment columns = memory.segment().asSlice(slotAt, plan.slotStrideBytes());
        MemorySegment indices = memory.segment().asSlice(indicesAt, indexBytes);
        MemorySegment values = columns.asSlice(valuesAt < 0 ? columns.byteSize() : valuesAt);
        slots.add(new Slot(lane, columns, offsets, recordBytes, values, indices));
        slotAt += plan.slotStrideBytes();
        indicesAt += indexBytes;
      }
      lanes.add(List.copyOf(slots));
      long orderBytes = plan.hasCells() ? MemoryPlan.orderBytes(batchSize) : 0;
      orders.add(memory.segment().asSlice(indicesAt, orderBytes));
      indicesAt += orderBytes;
    }
  }

  /** The slots of a lane. */
  public List<Slot> slots(int lane) {
    return lanes.get(lane);
  }

  /** Where a lane collects the indices of an order without slots; empty if there are no cells. */
  public MemorySegment order(int lane) {
    return orders.get(lane);
  }

  /** Leaves the block mapped for good: the device may still write to it. */
  public void abandon() {
    memory.abandon();
  }
}
