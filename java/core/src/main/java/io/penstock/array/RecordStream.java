package io.penstock.array;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Records of different sizes, read from the first to the last, some at a time. One thread at a
 * time.
 */
public interface RecordStream extends Closeable {
  /**
   * Reads the next records. Those before them are gone.
   *
   * @return whether there are any; false at the end
   * @throws IOException if they cannot be read, saying what was expected and what was found
   */
  boolean next() throws IOException;

  /**
   * The values of the records that were read, one after another.
   *
   * @return whole values, valid until the next call of {@link #next} or {@link #close}
   */
  MemorySegment values();

  /**
   * Where each of these records begins, and where the last one ends: one offset more than records.
   *
   * @return counted in values, from 0 on; int64 in native byte order, valid as long as the values
   */
  MemorySegment starts();
}
