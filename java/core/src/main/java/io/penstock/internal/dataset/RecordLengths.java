package io.penstock.internal.dataset;

import io.penstock.error.PenstockException;
import java.lang.foreign.MemorySegment;

/** How long the records of the variable columns of a dataset are. Any thread. */
public interface RecordLengths {
  /** No variable columns. */
  RecordLengths NONE =
      new RecordLengths() {
        @Override
        public int columnCount() {
          return 0;
        }

        @Override
        public void lengths(int variable, MemorySegment indices, int count, MemorySegment lengths) {
          throw new IllegalArgumentException("no column is variable");
        }

        @Override
        public boolean hasDamage() {
          return false;
        }

        @Override
        public PenstockException damageOrNull(long index) {
          return null;
        }
      };

  /** How many columns are variable. */
  int columnCount();

  /**
   * The lengths of some records.
   *
   * @param variable which of the variable columns
   * @param indices int64
   * @param count how many
   * @param lengths for one int64 each: bytes, or -1 for a record that has an impossible place
   */
  void lengths(int variable, MemorySegment indices, int count, MemorySegment lengths);

  /** Whether any record has an impossible place. */
  boolean hasDamage();

  /** What is wrong with the place of a record in any of the columns; null: nothing. */
  PenstockException damageOrNull(long index);
}
