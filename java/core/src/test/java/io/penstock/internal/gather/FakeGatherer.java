package io.penstock.internal.gather;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import io.penstock.statistics.Statistic;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;

/**
 * A gatherer without files: a record is its own index, written as an int64. It fails where it is
 * told to, holds back what it is told to, and checks that its user keeps to the rules.
 */
public final class FakeGatherer implements Gatherer {
  /** How many records may be ordered and not taken. */
  public long capacity = Long.MAX_VALUE;

  /** Records that cannot be read. */
  public LongPredicate fails = index -> false;

  /** Thrown by drive while it is not null. */
  public volatile RuntimeException broken;

  /** Nothing becomes ready before this is open. */
  public CountDownLatch gate = new CountDownLatch(0);

  public final AtomicInteger resets = new AtomicInteger();
  public volatile boolean isClosed;
  public volatile long mostOrdered;
  private final ArrayDeque<Long> indices = new ArrayDeque<>();
  private final ArrayDeque<Slot> slots = new ArrayDeque<>();
  private int begunCount;
  private Slot begunSlot;
  private boolean begins;
  private Thread owner;
  private long room;
  private long records;

  /** As late as the contract allows: what is taken makes room that only drive tells of. */
  @Override
  public long room() {
    return room;
  }

  @Override
  public void order(MemorySegment ordered, int count, Slot slot) {
    checkOwner();
    if (count < 1 || count > room() || (slot != null && slots.contains(slot))) {
      throw new AssertionError(
          "an order of " + count + (slot == null ? " without a slot" : " with a slot"));
    }
    for (int i = 0; i < count; i++) {
      indices.add(ordered.getAtIndex(ValueLayout.JAVA_LONG, i));
    }
    room -= count;
    mostOrdered = Math.max(mostOrdered, indices.size());
    if (slot != null) {
      slots.add(slot);
    }
  }

  @Override
  public void drive(long wanted, long timeoutNanos) {
    checkOwner();
    if (broken != null) {
      throw broken;
    }
    room = capacity - indices.size();
    try {
      if (gate.getCount() > 0 && !gate.await(timeoutNanos, TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public long ready() {
    return gate.getCount() > 0 ? 0 : indices.size();
  }

  @Override
  public long ordered() {
    return indices.size();
  }

  @Override
  public long inFlight() {
    return ordered() - ready();
  }

  @Override
  public boolean readsInBackground() {
    return true;
  }

  /** Every other batch, if it has no slot yet, is begun before it is taken. */
  @Override
  public boolean beginTake(int count, Slot slot) {
    checkOwner();
    if (begunSlot != null || count > ready()) {
      throw new AssertionError("beginning " + count + " of " + ready() + " records");
    }
    begins = !begins && slots.isEmpty();
    if (begins) {
      begunCount = count;
      begunSlot = slot;
    }
    return begins;
  }

  @Override
  public void take(int count, Slot slot) {
    checkOwner();
    boolean hasSlots = !slots.isEmpty();
    if (begunSlot != null && (begunSlot != slot || begunCount != count)) {
      throw new AssertionError("another batch was begun");
    }
    begunSlot = null;
    if (count > ready() || (hasSlots && slots.remove() != slot)) {
      throw new AssertionError("taking " + count + " of " + ready());
    }
    long failed = -1;
    for (int i = 0; i < count; i++) {
      long index = indices.remove();
      if (!hasSlots) {
        slot.indices().setAtIndex(ValueLayout.JAVA_LONG, i, index);
      }
      boolean isFailed = fails.test(index);
      failed = isFailed ? index : failed;
      slot.column(0).setAtIndex(ValueLayout.JAVA_LONG, i, isFailed ? 0 : index);
    }
    records += count;
    if (failed >= 0) {
      throw PenstockException.builder(ErrorKind.UNREADABLE, "x.npy: record " + failed + ": EIO")
          .recordIndex(failed)
          .statusName("EIO")
          .build();
    }
  }

  @Override
  public void reset() {
    checkOwner();
    indices.clear();
    slots.clear();
    begunSlot = null;
    room = capacity;
    resets.incrementAndGet();
  }

  @Override
  public void statistics(Figures target) {
    target.counters.set(Statistic.RECORDS_READ, records);
  }

  @Override
  public void close() {
    checkOwner();
    isClosed = true;
  }

  private void checkOwner() {
    owner = owner == null ? Thread.currentThread() : owner;
    if (owner != Thread.currentThread() || isClosed) {
      throw new AssertionError("used by " + Thread.currentThread() + ", closed: " + isClosed);
    }
  }
}
