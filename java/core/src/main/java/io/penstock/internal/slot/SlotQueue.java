package io.penstock.internal.slot;

/**
 * A queue of slots with a fixed capacity: first in first out for those that are {@link #add added},
 * last in first out for those that are {@link #push pushed}.
 *
 * <p>Not thread-safe. It exists because the queues of java.util.concurrent allocate, or block on
 * their own lock.
 */
public final class SlotQueue {
  private final Slot[] slots;
  private int first;
  private int size;

  public SlotQueue(int capacity) {
    slots = new Slot[capacity];
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** How many slots it can hold. */
  public int capacity() {
    return slots.length;
  }

  int size() {
    return size;
  }

  public void add(Slot slot) {
    if (size == slots.length) {
      throw new IllegalStateException("a queue for " + size + " slots is full");
    }
    slots[(first + size++) % slots.length] = slot;
  }

  /** Adds a slot in front of all others. */
  public void push(Slot slot) {
    if (size == slots.length) {
      throw new IllegalStateException("a queue for " + size + " slots is full");
    }
    first = (first + slots.length - 1) % slots.length;
    slots[first] = slot;
    size++;
  }

  /** The first slot, which stays in the queue; null if there is none. */
  public Slot peek() {
    return size == 0 ? null : slots[first];
  }

  /** Removes the first slot; null if there is none. */
  public Slot poll() {
    if (size == 0) {
      return null;
    }
    Slot slot = slots[first];
    slots[first] = null;
    first = (first + 1) % slots.length;
    size--;
    return slot;
  }

  /** Moves all slots to the end of another queue. */
  public void drainTo(SlotQueue other) {
    while (size > 0) {
      other.add(poll());
    }
  }

  /** Moves all slots to the front of another queue, in reverse order. */
  public void pushTo(SlotQueue other) {
    while (size > 0) {
      other.push(poll());
    }
  }
}
