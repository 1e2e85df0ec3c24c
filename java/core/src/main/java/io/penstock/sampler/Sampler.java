package io.penstock.sampler;

import java.lang.foreign.MemorySegment;

/**
 * An order of records: which record is at a position of an epoch.
 *
 * <p>A sampler is a pure function. It keeps no place, so any position of any epoch can be asked for
 * at any time, at the same price, in memory that does not grow with the number of records; to
 * resume, a position is all there is to know. Nothing but the sampler's own options, the epoch and
 * the position decides the answer.
 *
 * <p>All methods may be called from any thread. None of them allocates in the steady state, which
 * is asking for one epoch, or for two that follow each other.
 */
public sealed interface Sampler permits Sequential, FullShuffle {
  /**
   * Number of positions of an epoch.
   *
   * @return at least 0
   */
  long size();

  /**
   * The record at a position.
   *
   * @param epoch number of the pass, at least 0
   * @param position place in the order, from 0 up to but not including {@link #size()}
   * @return index of the record in the dataset
   * @throws IllegalArgumentException if the epoch is negative
   * @throws IndexOutOfBoundsException if the position is out of range
   */
  long index(long epoch, long position);

  /**
   * The position of a record: the inverse of {@link #index}.
   *
   * @param epoch number of the pass, at least 0
   * @param index index of a record in the dataset, from 0 up to but not including {@link #size()}
   * @return place of the record in the order of the epoch
   * @throws IllegalArgumentException if the epoch is negative
   * @throws IndexOutOfBoundsException if the index is out of range
   */
  long position(long epoch, long index);

  /**
   * The records at {@code count} positions that follow each other, as {@link #index} gives them but
   * several times faster.
   *
   * @param epoch number of the pass, at least 0
   * @param position first place in the order
   * @param indices where to write them: 64-bit integers in native byte order from its start on, at
   *     any alignment; what lies behind the last one is left alone
   * @param count how many, at least 0
   * @throws IllegalArgumentException if the epoch is negative
   * @throws IndexOutOfBoundsException if a position is out of range, or the segment holds fewer
   *     than {@code count} integers; nothing is written then
   */
  void fill(long epoch, long position, MemorySegment indices, int count);
}
