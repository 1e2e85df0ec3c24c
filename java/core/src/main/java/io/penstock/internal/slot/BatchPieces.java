package io.penstock.internal.slot;

import java.lang.foreign.MemorySegment;

/**
 * The pieces in which batches are taken that were ordered without slots. Used by one reading
 * thread, which takes one piece after another. Allocates nothing unless something fails.
 */
public interface BatchPieces {
  /** What copies the indices of the oldest records of the order. */
  @FunctionalInterface
  interface OrderedIndices {
    /** Copies the indices of the first {@code count} of them. */
    void copy(int count, MemorySegment target);
  }

  /** Each batch is one piece. */
  BatchPieces WHOLE =
      new BatchPieces() {
        @Override
        public int left(BatchCursor cursor) {
          return cursor.size();
        }

        @Override
        public int next(BatchCursor cursor, OrderedIndices ordered) {
          return cursor.size();
        }

        @Override
        public void shorten(int records) {
          throw new IllegalStateException("a whole batch was expected, " + records + " are ready");
        }

        @Override
        public boolean canShorten() {
          return false;
        }

        @Override
        public void assign(Slot slot, BatchCursor cursor) {
          slot.assign(cursor);
        }

        @Override
        public void taken() {
          // Nothing is kept between batches.
        }

        @Override
        public void reset() {
          // Nothing is kept between batches.
        }
      };

  /** How many records of the cursor's batch are not taken yet. */
  int left(BatchCursor cursor);

  /**
   * How many records the next piece of the cursor's batch has. Its records must be ordered.
   *
   * @param cursor the batch
   * @param ordered tells which they are
   * @return at least 1; the same until the piece is {@link #taken}, or shortened
   */
  int next(BatchCursor cursor, OrderedIndices ordered);

  /** Whether a piece may be {@link #shorten shortened}. */
  boolean canShorten();

  /** Makes the next piece smaller. */
  void shorten(int records);

  /** Prepares a slot to hold the next piece, which may have failed already. */
  void assign(Slot slot, BatchCursor cursor);

  /** The next piece is taken. */
  void taken();

  /** Another order begins. */
  void reset();
}
