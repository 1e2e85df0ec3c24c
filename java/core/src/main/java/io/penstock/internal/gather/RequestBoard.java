package io.penstock.internal.gather;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Requests between the thread that owns a reader and those that carry them out: what waits to be
 * begun, and what was answered.
 *
 * <p>Each request lies at a place, a number below the capacity, from {@link #add} until the owner
 * has collected its answer. Places that wait stand in a ring, from which any thread claims the
 * oldest. Answered ones are a list, which the owner takes as a whole. No thread waits for another,
 * and nothing is allocated. {@code add} and {@code collect} are the owner's.
 */
final class RequestBoard {
  private static final VarHandle HEAD;
  private static final VarHandle TAIL;
  private static final VarHandle ANSWERED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(RequestBoard.class, "head", long.class);
      TAIL = lookup.findVarHandle(RequestBoard.class, "tail", long.class);
      ANSWERED = lookup.findVarHandle(RequestBoard.class, "answered", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static final int NONE = -1;

  // Of each place.
  private final long[] ids;
  private final int[] files;
  private final long[] offsets;
  private final int[] lengths;
  private final long[] addresses;
  private final long[] results;

  /** The place that was answered before this one. */
  private final int[] next;

  /** How many are in the list with this one. */
  private final int[] heights;

  // Places that are free: a stack of the owner's.
  private final int[] free;
  private int freeCount;

  /** Places that wait: those from head to tail, both counted on. */
  private final int[] ring;

  private volatile long head;
  private volatile long tail;

  /** The place that was answered last. */
  private volatile int answered = NONE;

  /** Of so many requests at once. */
  RequestBoard(int capacity) {
    ids = new long[capacity];
    files = new int[capacity];
    offsets = new long[capacity];
    lengths = new int[capacity];
    addresses = new long[capacity];
    results = new long[capacity];
    next = new int[capacity];
    heights = new int[capacity];
    free = new int[capacity];
    ring = new int[Integer.highestOneBit(capacity) * 2];
    for (int i = 0; i < capacity; i++) {
      free[i] = capacity - 1 - i;
    }
    freeCount = capacity;
  }

  /** How many more requests have room. */
  int room() {
    return freeCount;
  }

  /** How many requests are begun with or wait, or are answered and not collected. */
  int out() {
    return free.length - freeCount;
  }

  /** Adds a request; there must be room. */
  void add(long id, int file, long offsetBytes, int lengthBytes, long address) {
    int place = free[--freeCount];
    ids[place] = id;
    files[place] = file;
    offsets[place] = offsetBytes;
    lengths[place] = lengthBytes;
    addresses[place] = address;
    long end = tail;
    ring[(int) end & (ring.length - 1)] = place;
    // What was written before is seen by whoever sees this.
    TAIL.setRelease(this, end + 1);
  }

  /** How many requests wait to be begun with, just now. */
  int waiting() {
    long first = head;
    return (int) ((long) TAIL.getVolatile(this) - first);
  }

  /**
   * Claims the oldest request that waits. Any thread.
   *
   * @return its place, or {@link #NONE}
   */
  int claim() {
    while (true) {
      long first = head;
      if (first >= tail) {
        return NONE;
      }
      // Nothing is written here before this place of the ring was claimed, and then this fails.
      int place = ring[(int) first & (ring.length - 1)];
      if (HEAD.compareAndSet(this, first, first + 1)) {
        return place;
      }
    }
  }

  /** Carries out what was claimed. */
  long carryOut(int place, PartReader reader) {
    return reader.read(files[place], offsets[place], lengths[place], addresses[place]);
  }

  int lengthBytes(int place) {
    return lengths[place];
  }

  /**
   * Answers a request that was claimed. Any thread.
   *
   * @return how many answers the owner has not collected
   */
  int answer(int place, long result) {
    results[place] = result;
    while (true) {
      int top = answered;
      next[place] = top;
      int height = top == NONE ? 1 : heights[top] + 1;
      heights[place] = height;
      if (ANSWERED.compareAndSet(this, top, place)) {
        return height;
      }
    }
  }

  /** How many answers the owner has not collected. Of the owner. */
  int answers() {
    int top = answered;
    return top == NONE ? 0 : heights[top];
  }

  /** Takes an answer: penstock_reader_complete. */
  @FunctionalInterface
  interface Answers {
    /** Request id ended with so many bytes or an error. */
    void accept(long id, long result);
  }

  /** Takes all answers that there are, and frees their places. */
  int collect(Answers target) {
    int place = (int) ANSWERED.getAndSet(this, NONE);
    int count = 0;
    while (place != NONE) {
      int after = next[place];
      free[freeCount++] = place;
      target.accept(ids[place], results[place]);
      place = after;
      count++;
    }
    return count;
  }
}
