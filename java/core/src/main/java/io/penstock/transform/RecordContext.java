package io.penstock.transform;

import io.penstock.array.OutputColumn;
import java.lang.foreign.MemorySegment;

/**
 * One record on its way through a {@link RecordTransform}: where its columns lie, and which one it
 * is.
 *
 * <p>Columns are numbered as the transform names its inputs and outputs. A segment may hold more
 * than the record, which starts at an offset: reading at {@code offset + i} costs no garbage,
 * whereas a {@link #inputRecord slice} is a small object. A record starts at a multiple of the size
 * of its elements, and a column at a multiple of 64 bytes.
 *
 * <p>Valid for the calling thread and for the duration of the call only: afterwards this object
 * describes another record, and its segments hold other bytes. Copy what you want to keep.
 */
public interface RecordContext {
  /**
   * The epoch that the record is delivered in.
   *
   * @return at least 0
   */
  long epoch();

  /**
   * Its position in the order of the epoch.
   *
   * @return at least 0
   */
  long position();

  /**
   * The index of the record.
   *
   * @return its index in the dataset
   */
  long index();

  /**
   * Where an input column lies.
   *
   * @param column number of the input
   * @return memory that holds the record at {@link #inputOffset}; must not be written to
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
   * @return memory to which the record is to be written, at {@link #outputOffset}
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
   * The record in an input column, as a slice.
   *
   * @param column number of the input
   * @return a new segment of the column's {@link OutputColumn#recordBytes}
   */
  MemorySegment inputRecord(int column);

  /**
   * The place of the record in an output column, as a slice.
   *
   * @param column number of the output
   * @return a new segment of the column's {@link OutputColumn#recordBytes}
   */
  MemorySegment outputRecord(int column);

  /**
   * The random numbers of the record, from the first one on: the same whenever and wherever it is
   * delivered at this position of this epoch.
   *
   * @return an object that is reused for the next record
   */
  RecordRandom random();
}
