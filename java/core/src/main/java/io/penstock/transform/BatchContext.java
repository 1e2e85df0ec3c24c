package io.penstock.transform;

import io.penstock.array.OutputColumn;
import java.lang.foreign.MemorySegment;

/**
 * A batch on its way through a {@link BatchTransform}: where its columns lie, and which records
 * they are.
 *
 * <p>Columns are numbered as the transform names its inputs and outputs; each holds all records of
 * the batch, one after another, and starts at a multiple of 64 bytes. Where the records of an
 * output column differ in size, each has room at a place of its own: {@link #outputRecord}.
 *
 * <p>With {@link io.penstock.LoaderBuilder#batchBytes} a batch of records of different sizes may
 * come in pieces: what is a batch here is one piece then.
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
   * @return its {@link #size} records; of a variable column all their values, one after another.
   *     Must not be written to
   */
  MemorySegment input(int column);

  /**
   * Where each record of a variable input column begins.
   *
   * @param column number of the input
   * @return {@link #size} + 1 int64 in native byte order, counted in values: record {@code i} is
   *     the values {@code offsets[i]} up to but not including {@code offsets[i + 1]} of {@link
   *     #input}
   * @throws IllegalArgumentException if the records of the column have one size
   */
  MemorySegment inputOffsets(int column);

  /**
   * A record of an input column, as a slice.
   *
   * @param column number of the input
   * @param i its place in the batch, from 0 up to but not including {@link #size}
   * @return a new segment with exactly the bytes of the record
   */
  MemorySegment inputRecord(int column, int i);

  /**
   * An output column of records of one size.
   *
   * @param column number of the output
   * @return room for {@link #size} records
   * @throws IllegalArgumentException if the column is variable: see {@link #outputRecord}
   */
  MemorySegment output(int column);

  /**
   * The place of a record in an output column, as a slice.
   *
   * @param column number of the output
   * @param i its place in the batch: one of those that this call writes
   * @return a new segment of the column's {@link OutputColumn#recordBytes}; of a variable column,
   *     room for the most values that this record may have
   * @throws IndexOutOfBoundsException if this call does not write the record
   */
  MemorySegment outputRecord(int column, int i);

  /**
   * Says how many values of a record were written into a variable output column, from the beginning
   * of {@link #outputRecord}. Must be called for each of these columns and each record that the
   * call writes, for empty ones too; if it is called again, the last number counts.
   *
   * @param column number of the output
   * @param i its place in the batch: one of those that this call writes
   * @param values 0 up to what {@link #outputRecord} has room for
   * @throws IllegalArgumentException if they are more or less than that, or the column has records
   *     of one size
   * @throws IndexOutOfBoundsException if this call does not write the record
   */
  void setOutputLength(int column, int i, long values);

  /**
   * The random numbers of a record, from the first one on: they depend on its position and not on
   * the batch that it is in.
   *
   * @param i its place in the batch, from 0 up to but not including {@link #size}
   * @return an object that the next call reuses
   */
  RecordRandom random(int i);
}
