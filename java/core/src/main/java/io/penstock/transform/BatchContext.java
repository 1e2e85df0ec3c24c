package io.penstock.transform;

import java.lang.foreign.MemorySegment;

/**
 * A batch on its way through a {@link BatchTransform}: where its columns lie, and which records
 * they are.
 *
 * <p>Columns are numbered as the transform names its inputs and outputs; each holds all records of
 * the batch, one after another, and starts at a multiple of 64 bytes.
 *
 * <p>Valid for the calling thread and for the duration of the call only: afterwards this object
 * describes another batch, and its segments hold other bytes. Copy what you want to keep.
 */
public interface BatchContext {
  /**
   * The epoch that the batch belongs to.
   *
   * @return at least 0
   */
  long epoch();

  /**
   * How many records the batch has, padding included.
   *
   * @return at least 1
   */
  int size();

  /**
   * The position of a record in the order of the epoch.
   *
   * @param i its place in the batch, from 0 up to but not including {@link #size}
   * @return at least 0
   */
  long position(int i);

  /**
   * The index of a record.
   *
   * @param i its place in the batch, from 0 up to but not including {@link #size}
   * @return its index in the dataset
   */
  long index(int i);

  /**
   * An input column.
   *
   * @param column number of the input
   * @return its {@link #size} records; must not be written to
   */
  MemorySegment input(int column);

  /**
   * An output column.
   *
   * @param column number of the output
   * @return room for {@link #size} records
   */
  MemorySegment output(int column);

  /**
   * The random numbers of a record, from the first one on: they depend on its position and not on
   * the batch that it is in.
   *
   * @param i its place in the batch, from 0 up to but not including {@link #size}
   * @return an object that the next call reuses
   */
  RecordRandom random(int i);
}
