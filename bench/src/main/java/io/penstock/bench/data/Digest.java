package io.penstock.bench.data;

import io.penstock.sampler.Sampler;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A number over delivered records, by which a run shows that it read them, in the right order.
 *
 * <p>Of every record it takes the first word (the index), the last, and one chosen by the index; of
 * every 64th all words. They are folded (w ^ w >>> 32), so that no error stays in high bits, which
 * factors make vanish, and weighted with the record's position, so that two records in each other's
 * place change the sum. That is cheap beside any reading, the same for all contenders, and can be
 * computed from the order alone ({@link #expected}). All arithmetic is modulo 2^64, and {@code
 * contender.py} does the same.
 */
public final class Digest {
  /** Of so many records one is added up whole: all of them would cost more than the reading. */
  public static final int WHOLE_RECORD_PERIOD = 64;

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final long recordBytes;
  private final long wordCount;
  private long position;
  private long value;

  /**
   * Of no records yet.
   *
   * @param recordBytes size of a record, a multiple of 8 and at least 16
   */
  public Digest(long recordBytes) {
    if (recordBytes < 16 || recordBytes % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          "recordBytes must be a multiple of 8 and at least 16, was " + recordBytes);
    }
    this.recordBytes = recordBytes;
    this.wordCount = recordBytes / Long.BYTES;
  }

  /** Adds the next records, which lie one after another from the start of a batch. */
  public void add(MemorySegment batch, int count) {
    for (int i = 0; i < count; i++) {
      long at = i * recordBytes;
      long first = batch.get(WORD, at);
      long last = batch.get(WORD, at + recordBytes - Long.BYTES);
      long chosen = batch.get(WORD, at + Long.remainderUnsigned(first, wordCount) * Long.BYTES);
      long sum = first + 3 * folded(last) + 5 * folded(chosen);
      if (position % WHOLE_RECORD_PERIOD == 0) {
        for (long word = 0; word < wordCount; word++) {
          sum += 7 * folded(batch.get(WORD, at + word * Long.BYTES));
        }
      }
      value += (2 * position + 1) * sum;
      position++;
    }
  }

  private static long folded(long word) {
    return word ^ word >>> 32;
  }

  /** Records added. */
  public long count() {
    return position;
  }

  /** The number, unsigned. */
  public long value() {
    return value;
  }

  /**
   * What the first records of an epoch have to give.
   *
   * @param order of the records
   * @param epoch number of the epoch
   * @param count how many were delivered, from its start on
   * @param recordBytes size of a record
   * @return the {@link #value} of them
   */
  public static long expected(Sampler order, long epoch, long count, long recordBytes) {
    long wordCount = recordBytes / Long.BYTES;
    long value = 0;
    for (long position = 0; position < count; position++) {
      long index = order.index(epoch, position);
      long sum =
          index
              + 3 * folded(Words.at(index, wordCount - 1))
              + 5 * folded(Words.at(index, Long.remainderUnsigned(index, wordCount)));
      if (position % WHOLE_RECORD_PERIOD == 0) {
        for (long word = 0; word < wordCount; word++) {
          sum += 7 * folded(Words.at(index, word));
        }
      }
      value += (2 * position + 1) * sum;
    }
    return value;
  }
}
