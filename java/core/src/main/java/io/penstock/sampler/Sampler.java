package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An order of records: which record is at a position of an epoch.
 *
 * <p>A sampler is a pure function. It keeps no place, so any position of any epoch can be asked for
 * at any time, at the same price, in memory that does not grow with the number of records (those
 * that cannot do without say so); to resume, a position is all there is to know. Nothing but the
 * sampler's own options, the epoch and the position decides the answer.
 *
 * <p>All methods may be called from any thread. None of them allocates in the steady state, which
 * is asking for one epoch, or for two that follow each other.
 *
 * <p>Open for orders of your own, which must keep to all of this. {@link #index}, {@link
 * #recordCount}, {@link #size} and {@link #description} are enough; {@link #fill} makes one fast,
 * and a list of indices is a sampler already: {@link #of}. A loader asks for each position once
 * each time that it reads an epoch, far ahead of delivery, on its reading threads, which must not
 * be kept waiting; the records and {@link io.penstock.Batch#indices} follow from that one answer.
 * An epoch that is read again, or by another rank, gets the same order only if the answers are the
 * same.
 */
public interface Sampler {
  /**
   * The order of a list, the same in each epoch.
   *
   * @param recordCount of the dataset, from 0 to 2^48
   * @param indices of records, in the order in which they are to come; any of them any number of
   *     times. Copied: what becomes of the array later changes nothing
   * @return the order; it takes 8 bytes per index, and looks through the list for {@link #position}
   * @throws IllegalArgumentException if an index is out of range
   */
  static Sampler of(long recordCount, long... indices) {
    return new ListedOrder(recordCount, indices);
  }

  /**
   * Number of records of the dataset that it is for: all indices are below it.
   *
   * @return 0 to 2^48
   */
  long recordCount();

  /**
   * Number of positions of an epoch, the same in each. Not the number of records, where some come
   * more than once, or never.
   *
   * @return at least 0
   */
  long size();

  /**
   * The number that tells its order from others of the same {@link #description}.
   *
   * @return any number; 0 where nothing is left to chance
   */
  default long seed() {
    return 0;
  }

  /**
   * What decides the order beside the number of records, the seed, and the epoch: a name with the
   * version of the order, and the options. Saved states carry it.
   *
   * @return as "block/1;blockRecords=4096;windowBlocks=64": printable ASCII without spaces
   */
  String description();

  /**
   * How many positions in a row are drawn from the same blocks of records that lie together, so
   * that it pays to read as many ahead, and to leave as many to one reader.
   *
   * @return at least 1; 1 where any position may lead anywhere
   */
  default long windowRecords() {
    return 1;
  }

  /**
   * Where the window ends that a position is in: whole windows are read together.
   *
   * @param epoch number of the pass, at least 0
   * @param position place in the order, from 0 up to but not including {@link #size()}
   * @return position behind the last one of the window, up to size
   */
  default long windowEnd(long epoch, long position) {
    long window = windowRecords();
    return Math.min(size() - position, window - position % window) + position;
  }

  /**
   * Whether records ascend from position to position, but for a few places where they begin anew:
   * then nothing is gained by reading far ahead.
   *
   * @return false unless it is known
   */
  default boolean isAscending() {
    return false;
  }

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
   * The position of a record: the inverse of {@link #index}. No loader asks for it; reports of how
   * an order mixes do.
   *
   * @param epoch number of the pass, at least 0
   * @param index index of a record in the dataset, from 0 up to but not including {@link
   *     #recordCount()}
   * @return place of the record in the order of the epoch; -1 if it does not come in it
   * @throws IllegalArgumentException if the epoch is negative
   * @throws IndexOutOfBoundsException if the index is out of range
   * @throws UnsupportedOperationException if a record may come more than once in an epoch, or the
   *     sampler cannot tell, as unless it says otherwise
   */
  default long position(long epoch, long index) {
    throw new UnsupportedOperationException(
        "the order '" + description() + "' does not tell at which position a record comes");
  }

  /**
   * The records at {@code count} positions that follow each other, as {@link #index} gives them but
   * several times faster if the sampler does it at once; unless it does, they are asked for one by
   * one.
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
  default void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, size());
    for (int i = 0; i < count; i++) {
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, index(epoch, position + i));
    }
  }
}
