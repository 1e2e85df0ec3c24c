package io.penstock.internal.ffi;

import io.penstock.internal.wait.DeviceCall;
import io.penstock.internal.wait.Patience;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/**
 * A native object that several threads call into, and any thread may close: the one door to it.
 *
 * <p>C frees the object when asked to, even if another thread is in a call. So each call stands
 * between {@link #enter} and {@link #leave}, and what is made of the object and refers to it, as a
 * reader to its source, stays inside from opening to closing. {@link #close} lets nobody in any
 * more, waits until all have left, and frees the object then. It waits for a limited time: a call
 * may sit in the kernel for as long as a device does not answer.
 *
 * <p>Entering costs two atomic additions, each on a cache line that few other threads use, and
 * allocates nothing.
 */
final class SharedHandle {
  /** Counters, of which a thread uses one; so many longs from one to the next: two cache lines. */
  private static final int STRIPES = 16;

  private static final int SPACING = 16;

  private final MemorySegment object;
  private final String name;
  private final Consumer<MemorySegment> freeing;
  private final AtomicLongArray inside = new AtomicLongArray(STRIPES * SPACING);
  private volatile boolean isClosed;

  // Guarded by this.
  private boolean isFreeing;
  private Thread freer;
  private boolean isFreed;
  private RuntimeException failure;

  /**
   * Guards an object.
   *
   * @param object what C returned
   * @param name for messages, as "dataset"
   * @param freeing frees the object; throws if C refuses to
   */
  SharedHandle(MemorySegment object, String name, Consumer<MemorySegment> freeing) {
    this.object = object;
    this.name = name;
    this.freeing = freeing;
  }

  /**
   * Keeps the object from being freed until {@link #leave}.
   *
   * @return what to tell when leaving
   * @throws IllegalStateException if closed
   */
  int enter() {
    int stripe = ((int) Thread.currentThread().threadId() & (STRIPES - 1)) * SPACING;
    // First count, then look: a closing thread first says so, and then counts. So at least one of
    // the two sees the other.
    inside.getAndIncrement(stripe);
    if (isClosed) {
      leave(stripe);
      throw new IllegalStateException("the " + name + " is closed");
    }
    return stripe;
  }

  /**
   * Lets the object be freed again. Any thread.
   *
   * @param stripe what {@link #enter} returned
   */
  void leave(int stripe) {
    inside.getAndDecrement(stripe);
    if (isClosed) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /** The object, for threads that have entered. */
  MemorySegment object() {
    return object;
  }

  /** A counter that is 0 stays 0: a thread that counts up now sees that it is closed. */
  private long countInside() {
    long count = 0;
    for (int i = 0; i < STRIPES; i++) {
      count += inside.get(i * SPACING);
    }
    return count;
  }

  /**
   * Lets nobody in any more, waits until all have left, and frees the object. Idempotent; any
   * thread.
   *
   * @param patience how long to wait
   * @throws io.penstock.error.PenstockException if the time is up: closing again goes on where this
   *     left off
   */
  void close(Patience patience) {
    isClosed = true;
    synchronized (this) {
      while (countInside() > 0) {
        if (patience.isOver()) {
          throw patience.failure(
              "the " + name + " was being closed",
              "%d calls on it have not come back: close it again when they have"
                  .formatted(countInside()));
        }
        patience.await(this);
      }
      if (!isFreeing && !isFreed) {
        failure = null;
        // To close a file of a network file system may take as long as a read. That thread waits
        // for this monitor at its end.
        freer = DeviceCall.start(this::free);
        isFreeing = !isFreed && failure == null;
      }
      while (isFreeing) {
        if (patience.isOver()) {
          throw patience.failure(
              "the " + name + " was being closed", "its files are closed when the device answers");
        }
        patience.await(this);
      }
      if (freer != null) {
        DeviceCall.awaitEnd(freer); // It has left this monitor, and has no other business.
      }
      if (failure != null) {
        throw new IllegalStateException(failure.getMessage(), failure);
      }
    }
  }

  private void free() {
    RuntimeException problem = null;
    try {
      freeing.accept(object);
    } catch (RuntimeException e) {
      problem = e;
    }
    synchronized (this) {
      isFreeing = false;
      isFreed = problem == null;
      failure = problem;
      notifyAll();
    }
  }
}
