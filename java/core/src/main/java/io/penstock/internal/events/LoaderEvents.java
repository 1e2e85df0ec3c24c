package io.penstock.internal.events;

import io.penstock.error.BadRecord;
import io.penstock.internal.counters.Counters;

/**
 * Reports what a loader does to a recorder: JDK Flight Recorder, or none.
 *
 * <p>It exists so that the engine works on a runtime without the module jdk.jfr: only {@link
 * FlightEvents} and the events themselves may refer to its classes. One object for each loader,
 * used under the lock of its pipeline unless stated otherwise. Allocates nothing unless something
 * is recorded.
 */
public interface LoaderEvents {
  /** No recorder. */
  LoaderEvents NONE = new LoaderEvents() {};

  /**
   * Makes the reporter of a new loader.
   *
   * @return the one for Flight Recorder, if the runtime has it
   */
  static LoaderEvents create() {
    return ModuleLayer.boot().findModule("jdk.jfr").isPresent() ? new FlightEvents() : NONE;
  }

  /** An engine is about to be put together. */
  default void opening() {}

  /**
   * The engine is ready.
   *
   * @param facts about it
   */
  default void opened(LoaderFacts facts) {}

  /**
   * A record was skipped or replaced. Called by reading threads, without the lock.
   *
   * @param record which, and why
   */
  default void badRecord(BadRecord record) {}

  /** The consumer asked for a batch. */
  default void asked() {}

  /**
   * The consumer got it.
   *
   * @param epoch that it belongs to
   * @param position of its first record
   * @param size in records
   * @param bytes of these in all columns; 0 if it could not be read
   * @param isFailed whether it could not be read
   * @param trace of the batch
   */
  default void delivered(
      long epoch, long position, int size, long bytes, boolean isFailed, Counters trace) {}

  /** The consumer asked for the first batch of an epoch. */
  default void epochBegan() {}

  /**
   * The last batch was delivered, or the epoch was left before.
   *
   * @param epoch its number
   * @param isComplete whether all batches were delivered
   * @param elapsedNanos from the first request for a batch to the last delivery
   * @param trace of the epoch
   */
  default void epochEnded(long epoch, boolean isComplete, long elapsedNanos, Counters trace) {}
}
