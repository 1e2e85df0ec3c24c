package io.penstock.internal.slot;

import io.penstock.sampler.Sampler;
import java.util.function.IntConsumer;

/** The windows of an order, as its batches are ordered. Of one reading thread. */
public interface Windows {
  /** Of an order that is read record by record. */
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
   * Of an order of whole blocks.
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

  /** Tells of the ends within the cursor's batch, which was ordered just now. */
  void ordered(BatchCursor cursor);

  /** Records ordered last whose window has not ended. */
  long openRecords();
}
