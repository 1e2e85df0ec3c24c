package io.penstock.internal.pipeline;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.counters.Figures;
import io.penstock.internal.slot.Slot;

/**
 * Where finished batches come from: the {@link Pipeline} that reads them, or the transformer behind
 * it. An iteration is one run of a consumer over some epochs; starting one ends the one before.
 */
public interface BatchSource {
  /**
   * Starts its threads, and waits until all can read. Once.
   *
   * @throws io.penstock.error.PenstockException if something cannot be opened, the device does not
   *     answer, or the thread was interrupted: it must be closed then
   * @throws IllegalStateException if it was closed meanwhile
   */
  void start();

  /**
   * Starts an iteration over the batches of some epochs. If these batches are already being read
   * and none was taken, reading goes on. Any thread.
   *
   * @param epoch the first
   * @param endEpoch behind the last
   * @return number of the iteration, for {@link #hasNext} and {@link #take}: a new one each time,
   *     so that the former iteration gets none of the batches and learns that it has ended
   * @throws IllegalStateException if closed
   */
  long begin(long epoch, long endEpoch);

  /**
   * Whether a batch of an epoch is still to come. Any thread; does not wait.
   *
   * @throws IllegalStateException if closed, or another iteration was started
   */
  boolean hasNext(long iteration, long epoch);

  /** The limit of a {@link #take} that waits until there is a batch. */
  long WITHOUT_LIMIT = Long.MAX_VALUE;

  /**
   * Waits for the next batch. Any thread, one at a time. Allocates nothing unless it fails.
   *
   * @param limitNanos how long at most; 0 or less: not at all
   * @return a slot, to be given to {@link #release}; its batch may have {@link Slot#failure
   *     failed}. Null if there was none within the limit
   * @throws io.penstock.error.PenstockException if there will be no more batches, or the thread was
   *     interrupted
   * @throws IllegalStateException if closed, or another iteration was started
   */
  Slot take(long iteration, long limitNanos);

  /** As {@link #take(long, long)} without a limit. */
  default Slot take(long iteration) {
    return take(iteration, WITHOUT_LIMIT);
  }

  /** As {@link #take(long)}, for a thread of the loader, which ignores interrupts. */
  default Slot takeUninterrupted(long iteration) {
    while (true) {
      try {
        return take(iteration);
      } catch (PenstockException e) {
        if (e.kind() != ErrorKind.INTERRUPTED) {
          throw e;
        }
        // A late interrupt, from something that a transform started.
        Thread.interrupted();
      }
    }
  }

  /**
   * How many batches of the epoch at hand were delivered together with all before them, in all
   * their pieces.
   *
   * @param ofTaken how many that would be if none had overtaken another
   */
  default long completeBatches(long ofTaken) {
    return ofTaken;
  }

  /**
   * How many records of the batch behind the complete ones were delivered in pieces, together with
   * all before them.
   *
   * @param ofTaken how many that would be if no piece had overtaken another
   */
  default long completeRecords(long ofTaken) {
    return ofTaken;
  }

  /**
   * Ends an iteration in the middle of an epoch: reading ahead stops, and what was read is
   * discarded. Does nothing if another iteration was started, all batches of the epoch were taken,
   * or it is closed. Any thread.
   */
  void end(long iteration, long epoch);

  /** Gives a slot back to be filled again. Any thread. */
  void release(Slot slot);

  /** What was done so far. Any thread. */
  Figures statistics();

  /** Whether no batch is with a consumer. Any thread. */
  boolean isIdle();

  /** Whether {@link #begin} would go on with what is being read. Any thread. */
  boolean isAt(long epoch, long endEpoch);

  /** Whether none of its threads is running. Any thread. */
  boolean hasEnded();

  /** Whether the current thread is one of its own, which closing would wait for. */
  boolean isOwnThread();

  /**
   * Stops its threads and waits until what is in flight has landed. Idempotent, any thread.
   *
   * @throws io.penstock.error.PenstockException if a gatherer could not be closed: then the slots'
   *     memory must not be given back
   * @throws IllegalStateException if a thread does not end because code of the user does not
   *     return: the memory must not be given back either, until closing again has succeeded
   */
  void close();
}
