package io.penstock.internal.gather;

import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;
import java.lang.foreign.MemorySegment;

/**
 * Order in, records out: what all ways of reading look like to a reading thread.
 *
 * <p>Indices are ordered far ahead; {@link #drive} moves reading along; the oldest records are
 * taken in the order in which they were ordered. A gatherer orders either with slots or without,
 * for as long as it is open. One thread opens, uses and closes it. No call but opening and closing
 * allocates on the heap, unless it fails.
 */
public interface Gatherer extends AutoCloseable {
  /**
   * Does a part of what comes before records can be read: small columns are read as a whole. Takes
   * a tenth of a second or so, unless the device does not answer.
   *
   * @return how many bytes are still to be read; 0 when all is done
   * @throws PenstockException if nothing can be read any more
   */
  default long prepare() {
    return 0;
  }

  /** Records that may be ordered now, as of the last call. */
  long room();

  /**
   * Appends records to the order.
   *
   * @param indices int64 record indices in native order; copied
   * @param count how many, 1 to {@link #room()}
   * @param slot where these records land as one batch, which must not be touched until it is taken
   *     or the gatherer is reset; null: they land in cells
   */
  void order(MemorySegment indices, int count, Slot slot);

  /**
   * Ends a window of the order: its records may be read now, as a whole. What reads record by
   * record has no use for it.
   *
   * @param later how many of the records ordered last belong to the next window
   */
  default void endWindow(int later) {}

  /**
   * Moves reading along, and waits until the oldest records are ready.
   *
   * @param wanted how many; 0: does not wait
   * @param timeoutNanos longest wait
   * @throws PenstockException if nothing can be read any more
   */
  void drive(long wanted, long timeoutNanos);

  /** Oldest records that can be taken now, failed ones included, as of the last call. */
  long ready();

  /** Records ordered and not yet taken. */
  long ordered();

  /**
   * The indices of the oldest records, of an order without slots.
   *
   * @param count how many, at most {@link #ordered()}
   * @param target int64, where to
   */
  default void ordered(int count, MemorySegment target) {
    throw new UnsupportedOperationException("only orders without slots are looked at");
  }

  /** Requests that the device is working on, as of the last call. */
  long inFlight();

  /** Whether reads go on between calls of {@link #drive}; else they need one that waits. */
  boolean readsInBackground();

  /**
   * Begins to take the oldest records, if that can go on while the calling thread does something
   * else: they are not taken before {@link #take} is called with the same arguments, which is what
   * must come next of takes and resets. The slot is the gatherer's until then.
   *
   * @param count how many, at most {@link #ready()}
   * @param slot where they are to be
   * @return whether it has begun; otherwise nothing is gained by waiting with {@link #take}
   */
  default boolean beginTake(int count, Slot slot) {
    return false;
  }

  /**
   * Takes the oldest records. Of an order without slots it also writes their indices into the slot,
   * as they were ordered: the sampler is not asked again.
   *
   * @param count how many, at most {@link #ready()}
   * @param slot where they are to be; the one they were ordered with, if with one
   * @throws PenstockException if one of them could not be read. They are taken nevertheless, what
   *     failed is zeros, and the next ones may be taken.
   */
  void take(int count, Slot slot);

  /** Forgets what is ordered, after what is in flight has landed: slots are free again. */
  void reset();

  /**
   * What was done since opening.
   *
   * @param target overwritten
   */
  void statistics(Figures target);

  /**
   * Waits for what is in flight, and gives everything up. Idempotent.
   *
   * @throws PenstockException with status ETIMEDOUT if the device does not answer: then it is to be
   *     closed again; with another one if that is in vain
   */
  @Override
  void close();
}
