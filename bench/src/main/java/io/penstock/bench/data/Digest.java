package io.penstock.bench.data;

import io.penstock.sampler.Sampler;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A number over delivered records, by which a run shows that it read them, in the right order.
 *
 * <p>Of every record it takes the first word (the index), the last, and one chosen by the index; of
 * every 64th all words, and the length. They are folded (w ^ w >>> 32), so that no error stays in
 * high bits, which factors make vanish, and weighted with the record's position, so that two
 * records in each other's place change the sum. That is cheap beside any reading, the same for all
 * contenders, and can be computed from the order alone ({@link #expected}). All arithmetic is
 * modulo 2^64, and {@code contender.py} does the same.
 *
 * <p>Whoever delivers records in an order of its own, or a part of them as a rank does, has them
 * weighted with the index ({@link #byIndex}). Then digests of parts add up to that of the whole,
 * which is what the file in order gives.
 */
public final class Digest {
  /** Of so many records one is added up whole: all of them would cost more than the reading. */
  public static final int WHOLE_RECORD_PERIOD = 64;

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final boolean isByIndex;
  private long position;
  private long value;

  /** Of no records yet. */
  public Digest() {
    this(false);
  }

  private Digest(boolean isByIndex) {
    this.isByIndex = isByIndex;
  }

  /** Of no records yet, which may come in any order. */
  public static Digest byIndex() {
    return new Digest(true);
  }

  /** Offsets of a batch whose records have one size. */
  public static MemorySegment evenOffsets(long recordBytes, int count) {
    long[] offsets = new long[count + 1];
    Arrays.setAll(offsets, i -> i * recordBytes);
    return MemorySegment.ofArray(offsets);
  }

  /**
   * Adds the next records.
   *
   * @param batch the records, one after another; of each the size is a multiple of 8, at least 16
   * @param offsets where each begins, and where the last ends: bytes from the start of the batch
   * @param count how many
   */
  public void add(MemorySegment batch, MemorySegment offsets, int count) {
    long end = offsets.getAtIndex(ValueLayout.JAVA_LONG, 0);
    for (int i = 0; i < count; i++) {
      long at = end;
      end = offsets.getAtIndex(ValueLayout.JAVA_LONG, i + 1L);
      long recordBytes = end - at;
      long wordCount = recordBytes / Long.BYTES;
      long first = batch.get(WORD, at);
      long last = batch.get(WORD, end - Long.BYTES);
      long chosen = batch.get(WORD, at + Long.remainderUnsigned(first, wordCount) * Long.BYTES);
      long sum = first + 3 * folded(last) + 5 * folded(chosen) + 11 * recordBytes;
      long key = isByIndex ? first : position;
      if (Long.remainderUnsigned(key, WHOLE_RECORD_PERIOD) == 0) {
        for (long word = 0; word < wordCount; word++) {
          sum += 7 * folded(batch.get(WORD, at + word * Long.BYTES));
        }
      }
      value += (2 * key + 1) * sum;
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
   * @param places of the records, which tell their sizes
   * @return the {@link #value} of them
   */
  public static long expected(Sampler order, long epoch, long count, RecordPlaces places) {
    long value = 0;
    for (long position = 0; position < count; position++) {
      long index = order.index(epoch, position);
      long recordBytes = places.bytes(index);
      long wordCount = recordBytes / Long.BYTES;
      long sum =
          index
              + 3 * folded(Words.at(index, wordCount - 1))
              + 5 * folded(Words.at(index, Long.remainderUnsigned(index, wordCount)))
              + 11 * recordBytes;
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
