package io.penstock.transform;

import io.penstock.internal.engine.RecordStep;
import java.lang.foreign.MemorySegment;

/**
 * One record on its way through a {@link RecordTransform}: where its columns lie, and which one it
 * is.
 *
 * <p>Columns are numbered as the transform names its inputs and outputs. A segment may hold more
 * than the record, which starts at an offset: reading at {@code offset + i} costs no garbage,
 * whereas a {@link #inputRecord slice} is a small object. All records start at a multiple of their
 * elements' size at least, and columns at a multiple of 64 bytes.
 *
 * <p>For the thread that makes the call, and as long as it lasts: afterwards this object is another
 * record, and other bytes lie in its segments. Copy what is to be kept.
 */
public sealed interface RecordContext permits RecordStep {
  /**
   * The epoch that the record is delivered in.
   *
   * @return at least 0
   */
  long epoch();

  /**
   * Where it comes in the order of the epoch.
   *
   * @return at least 0
   */
  long position();

  /**
   * Which record it is.
   *
   * @return its index in the dataset
   */
  long index();

  /**
   * Where an input column lies.
   *
   * @param column number of the input
   * @return memory that holds the record at {@link #inputOffset}; not to be written to
   */
  MemorySegment input(int column);

  /**
   * Where the record starts in {@link #input}.
   *
   * @param column number of the input
   * @return bytes
   */
  long inputOffset(int column);

  /**
   * Where an output column goes.
   *
   * @param column number of the output
   * @return memory that the record is to be written to at {@link #outputOffset}
   */
  MemorySegment output(int column);

  /**
   * Where the record starts in {@link #output}.
   *
   * @param column number of the output
   * @return bytes
   */
  long outputOffset(int column);

  /**
   * The record in an input column, and nothing else.
   *
   * @param column number of the input
   * @return a new segment of the column's {@link OutputColumn#recordBytes}
   */
  MemorySegment inputRecord(int column);

  /**
   * The record's place in an output column, and nothing else.
   *
   * @param column number of the output
   * @return a new segment of the column's {@link OutputColumn#recordBytes}
   */
  MemorySegment outputRecord(int column);

  /**
   * The record's random numbers, from the first one on: the same whenever and wherever the record
   * is delivered at this position of this epoch.
   *
   * @return an object that is used again for the next record
   */
  RecordRandom random();
}
