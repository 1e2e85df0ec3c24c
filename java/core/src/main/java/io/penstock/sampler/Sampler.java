package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An order of records: which record is at a position of an epoch.
 *
 * <p>A sampler is a pure function. It keeps no current place: any position of any epoch can be
 * asked for at any time, at the same cost, in memory that does not grow with the number of records
 * (samplers that need more say so). To resume, a position is all that is needed. The answer depends
 * on the options of the sampler, the epoch and the position, and on nothing else.
 *
 * <p>All methods may be called from any thread. None of them allocates in the steady state, in
 * which one epoch, or two consecutive ones, are asked for.
 *
 * <p>Implement it for orders of your own, which must keep to all of this. {@link #index}, {@link
 * #recordCount}, {@link #positionCount} and {@link #description} are enough; {@link #fill} makes
 * one fast, and a list of indices is a sampler already: {@link #of}. Each time that a loader reads
 * an epoch it asks for each position once, far ahead of delivery, on its reading threads, which
 * must not be blocked; the records and {@link io.penstock.Batch#indices} both come from that one
 * answer. An epoch that is read again, or by another rank, has the same order only if the answers
 * are the same.
 */
public interface Sampler {
  /**
   * The order of a list, the same in each epoch.
   *
   * @param recordCount of the dataset, from 0 to 2^48
   * @param indices of records, in order; each may come any number of times. The array is copied, so
   *     later changes to it have no effect
   * @return the order; it takes 8 bytes per index, and {@link #position} searches the list
   * @throws IllegalArgumentException if an index is out of range
   */
  static Sampler of(long recordCount, long... indices) {
    return new ListedOrder(recordCount, indices);
  }

  /**
   * Number of records of its dataset: all indices are below it.
   *
   * @return 0 to 2^48
   */
  long recordCount();

  /**
   * Number of positions of an epoch, the same for all epochs. It differs from the number of records
   * if some come more than once, or never.
   *
   * @return at least 0
   */
  long positionCount();

  /**
   * The number that distinguishes its order from others with the same {@link #description}.
   *
   * @return any number; 0 if nothing is random
   */
  default long seed() {
    return 0;
  }

  /**
   * What determines the order besides the number of records, the seed and the epoch: a name with
   * the version of the order, and the options. Saved states carry it.
   *
   * @return as "block/1;blockRecords=4096;windowBlocks=64": printable ASCII without spaces
   */
  String description();

  /**
   * How many consecutive positions are drawn from the same blocks of records, so that it pays to
   * read that many ahead, and to give that many to one reader.
   *
   * @return at least 1; 1 if any position may lead anywhere
   */
  default long windowRecords() {
    return 1;
  }

  /**
   * The end of the window that a position is in: whole windows are read together.
   *
   * @param epoch number of the pass, at least 0
   * @param position place in the order, from 0 up to but not including {@link #positionCount()}
   * @return the position after the last one of the window, at most {@link #positionCount()}
   */
  default long windowEnd(long epoch, long position) {
    long window = windowRecords();
    return Math.min(positionCount() - position, window - position % window) + position;
  }

  /**
   * Whether indices ascend from position to position, except at a few places where they start over:
   * then nothing is gained by reading far ahead.
   *
   * @return true only if that is known
   */
  default boolean isAscending() {
    return false;
  }

  /**
   * The record at a position.
   *
   * @param epoch number of the pass, at least 0
   * @param position place in the order, from 0 up to but not including {@link #positionCount()}
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
    Arguments.checkFill(epoch, position, indices, count, positionCount());
    for (int i = 0; i < count; i++) {
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, index(epoch, position + i));
    }
  }
}
