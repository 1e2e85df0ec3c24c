package io.penstock.bench.cold.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A few batches that several threads fill in any order and one consumer takes in order: what a user
 * would write around a pool of readers. Records are claimed one by one, as far ahead as there are
 * batches; only who runs too far ahead takes the lock.
 */
final class BatchRing {
  private final int slotCount;
  private final RecordList list;
  private final int batchSize;
  private final long count;
  private final MemorySegment[] slots;

  /** Where the records of each slot begin; written before any of them can be claimed. */
  private final MemorySegment[] offsets;

  private final AtomicIntegerArray missing;
  private final AtomicLong next = new AtomicLong();
  private volatile long claimable;
  private volatile boolean isStopped;
  private volatile Throwable failure;
  private volatile Thread consumer;

  /** Allocates the batches. */
  BatchRing(int slotCount, RecordList list, Arena arena) {
    this.slotCount = slotCount;
    this.list = list;
    this.batchSize = list.batchSize();
    this.count = list.length();
    this.slots = new MemorySegment[slotCount];
    this.offsets = new MemorySegment[slotCount];
    this.missing = new AtomicIntegerArray(slotCount);
    for (int i = 0; i < slotCount; i++) {
      slots[i] = arena.allocate(list.mostBatchBytes(), 4096);
      offsets[i] = list.allocateOffsets(arena);
      prepare(i);
    }
    claimable = (long) slotCount * batchSize;
  }

  /** The next position to read; -1 when there is none. Any thread; waits for room. */
  long claim() throws InterruptedException {
    long position = next.getAndIncrement();
    if (position >= claimable) {
      synchronized (this) {
        while (position >= claimable && position < count && !isStopped) {
          wait();
        }
      }
    }
    return position < count && !isStopped ? position : -1;
  }

  /** The batch that a claimed position belongs to. */
  MemorySegment slot(long position) {
    return slots[slotNumber(position)];
  }

  int slotNumber(long position) {
    return (int) (position / batchSize % slotCount);
  }

  int slotCount() {
    return slotCount;
  }

  /** Where in its batch a claimed position lies, in bytes. */
  long slotOffset(long position) {
    return offsets[slotNumber(position)].getAtIndex(ValueLayout.JAVA_LONG, position % batchSize);
  }

  /** Says that a claimed record is in its place. Any thread. */
  void complete(long position) {
    if (missing.decrementAndGet(slotNumber(position)) == 0) {
      LockSupport.unpark(consumer);
    }
  }

  /** Ends everything. Any thread. */
  void fail(Throwable cause) {
    failure = cause;
    stop();
    LockSupport.unpark(consumer);
  }

  /** Hands batches to the sink until it or the order ends; then nothing can be claimed any more. */
  void deliver(TimedSink sink) throws IOException {
    consumer = Thread.currentThread();
    try {
      for (long batch = 0; batch < list.batchCount(); batch++) {
        int slot = (int) (batch % slotCount);
        while (missing.get(slot) > 0) {
          if (failure != null) {
            throw new IOException("a reading thread failed: " + failure, failure);
          }
          LockSupport.park(this);
        }
        if (!sink.accept(slots[slot], offsets[slot], list.batchSize(batch))) {
          return;
        }
        prepare(batch + slotCount);
        synchronized (this) {
          claimable = (batch + 1 + slotCount) * batchSize;
          notifyAll();
        }
      }
    } finally {
      stop();
    }
  }

  private synchronized void stop() {
    isStopped = true;
    notifyAll();
  }

  /** Makes a slot ready for its next batch. */
  private void prepare(long batch) {
    int slot = (int) (batch % slotCount);
    list.layOut(batch, offsets[slot]);
    missing.set(slot, list.batchSize(batch));
  }
}
