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
 * <p>In a variable column, whose records differ in size, each record is a segment of its own: its
 * offset is 0. An output then has room for as many values as the column declares at most, and
 * {@link #setOutputLength} says how many were written. A segment is a new small object, made when
 * it is asked for, and gone at the next collection.
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
   * What people call the record, for messages: which one it is, and for an input that was read and
   * not made by another transform, the file that it is, or its container and its name in that.
   * Takes a while: for records that something is wrong with.
   *
   * @param column number of the input
   * @return as "record 12 (/data/cats/12.jpg)" or "record 12 (/data/train.tar, sample 'cats/12')"
   */
  default String origin(int column) {
    return "record " + index();
  }

  /**
   * Where an input column lies.
   *
   * @param column number of the input
   * @return memory that holds the record at {@link #inputOffset}; of a variable column, exactly the
   *     values of the record. Must not be written to
   */
  MemorySegment input(int column);

  /**
   * Where the record starts in {@link #input}.
   *
   * @param column number of the input
   * @return bytes; 0 for a variable column
   */
  long inputOffset(int column);

  /**
   * Where an output column goes.
   *
   * @param column number of the output
   * @return memory to which the record is to be written, at {@link #outputOffset}; of a variable
   *     column, room for the most values that this record may have
   */
  MemorySegment output(int column);

  /**
   * Where the record starts in {@link #output}.
   *
   * @param column number of the output
   * @return bytes; 0 for a variable column
   */
  long outputOffset(int column);

  /**
   * The record in an input column, as a slice.
   *
   * @param column number of the input
   * @return a segment of the column's {@link OutputColumn#recordBytes}; of a variable column, of
   *     {@link #inputLength} values
   */
  MemorySegment inputRecord(int column);

  /**
   * Where the record lies in an input column, for native code: it costs no garbage, and nothing
   * checks what is read there.
   *
   * @param column number of the input
   * @return an address; {@link #inputLength} values lie there, valid during the call only
   */
  default long inputAddress(int column) {
    return inputRecord(column).address();
  }

  /**
   * Where the record goes in an output column, for native code: it costs no garbage, and nothing
   * checks what is written there.
   *
   * @param column number of the output
   * @return an address; there is room for {@link #outputRoom} values
   */
  default long outputAddress(int column) {
    return outputRecord(column).address();
  }

  /**
   * How many values the record may have in an output column.
   *
   * @param column number of the output
   * @return at least 0 for a variable column, 1 for others
   */
  default long outputRoom(int column) {
    return 1;
  }

  /**
   * How many values the record has in an input column.
   *
   * @param column number of the input
   * @return at least 0 for a variable column, 1 for others; a value has {@link
   *     OutputColumn#valueBytes}
   */
  long inputLength(int column);

  /**
   * The place of the record in an output column, as a slice.
   *
   * @param column number of the output
   * @return a segment of the column's {@link OutputColumn#recordBytes}; of a variable column, room
   *     for the most values that this record may have
   */
  MemorySegment outputRecord(int column);

  /**
   * Says how many values of the record were written into a variable output column, from the
   * beginning of {@link #output}. Must be called for each of these columns and each record, for
   * empty ones too; if it is called again, the last number counts.
   *
   * @param column number of the output
   * @param values 0 up to what {@link #output} has room for
   * @throws IllegalArgumentException if they are more or less than that, or the column has records
   *     of one size
   */
  void setOutputLength(int column, long values);

  /**
   * The random numbers of the record, from the first one on: the same whenever and wherever it is
   * delivered at this position of this epoch.
   *
   * @return an object that is reused for the next record
   */
  RecordRandom random();
}
