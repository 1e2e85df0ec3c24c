package io.penstock.internal.slot;

import io.penstock.sampler.Sampler;
import java.util.function.IntConsumer;

/** Follows the windows of an order while its batches are ordered. Used by one reading thread. */
public interface Windows {
  /** For an order that is read record by record. */
  Windows NONE =
      new Windows() {
        @Override
        public void reset() {
          // Nothing is known.
        }

        @Override
        public void ordered(BatchCursor cursor) {
          // No window ends.
        }

        @Override
        public long openRecords() {
          return 0;
        }
      };

  /**
   * For an order of whole blocks.
   *
   * @param sampler the order
   * @param windowRecords records of a window of the plan, at most
   * @param taker told at the end of each window how many of the records ordered last belong to the
   *     next one
   */
  static Windows of(Sampler sampler, long windowRecords, IntConsumer taker) {
    return new WindowEnds(sampler, windowRecords, taker);
  }

  /** Another order begins. */
  void reset();

  /** Reports the ends of windows within the cursor's batch, which was just ordered. */
  void ordered(BatchCursor cursor);

  /** How many of the records ordered last are in a window that has not ended. */
  long openRecords();
}
