package io.penstock.sampler;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;

/**
 * Records drawn with given weights, without replacement: each position takes one of the records
 * that are left, with probabilities in proportion to their weights. Heavy records come early, light
 * ones late; if the size is below the number of records, light ones often do not come at all.
 *
 * <p>Every record is given a time, exponentially distributed with its weight as its rate; the order
 * of an epoch is that of these times (Efraimidis and Spirakis 2006). They have to be sorted to find
 * a position, so the memory of this sampler grows with the number of records: 8 bytes per record
 * for the weights, 4 per position for each of two epochs, and 8 per record while an epoch is
 * sorted, which takes some 0.2 microseconds per record when it is first asked for. Thread-safe.
 */
public final class WeightedShuffle implements Sampler {
  /** Version of the order, which saved states carry. */
  public static final int ORDER_VERSION = 1;

  private static final long LABEL = KeyChain.label("weight1s");

  /** Indices fit 31 bits. A time, as the bits of a double, has 63. */
  private static final int INDEX_BITS = 31;

  private static final long INDEX_MASK = (1L << INDEX_BITS) - 1;

  private final double[] weights;
  private final int size;
  private final long seed;
  private final String digest;
  private final EpochCache<int[]> orders;

  /**
   * Draws records.
   *
   * @param recordCount number of records of the dataset, from 1 to 2^31 - 9
   * @param weights one for each record: finite, not negative, not all 0
   * @param size positions of an epoch, from 0 to the number of weights that are not 0
   * @param seed any number; neighbouring seeds give unrelated draws
   * @throws IllegalArgumentException if there are more or fewer weights than records, or one is
   *     negative, infinite or not a number, or all are 0, or size is out of range
   */
  public WeightedShuffle(long recordCount, double[] weights, long size, long seed) {
    this(recordCount, Weights.one(weights, recordCount, "records"), size, seed);
  }

  /**
   * Draws records, with weights that need not be in memory: {@code dataset.numbers("weight")}.
   *
   * @param recordCount number of records of the dataset, from 1 to 2^31 - 9
   * @param weights of each record by its index, called once for each: finite, not negative, not all
   *     0
   * @param size positions of an epoch, from 0 to the number of weights that are not 0
   * @param seed any number; neighbouring seeds give unrelated draws
   * @throws IllegalArgumentException if a weight is negative, infinite or not a number, or all are
   *     0, or recordCount or size is out of range
   * @throws io.penstock.error.PenstockException if the heap has no room for 8 bytes per record
   */
  public WeightedShuffle(long recordCount, LongToDoubleFunction weights, long size, long seed) {
    double[] read = Weights.read(weights, recordCount, "records");
    int positive = Weights.countPositive(read);
    if (size < 0 || size > positive) {
      throw new IllegalArgumentException(
          "size must be from 0 to the %d records whose weight is not 0, was %d"
              .formatted(positive, size));
    }
    this.size = (int) size;
    this.seed = seed;
    this.digest = Digests.of(read);
    Weights.raise(read);
    this.weights = read;
    this.orders = new EpochCache<>(this::order);
  }

  @Override
  public long recordCount() {
    return weights.length;
  }

  @Override
  public long positionCount() {
    return size;
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public String description() {
    return "weighted-shuffle/%s;size=%s;weights=%s".formatted(ORDER_VERSION, size, digest);
  }

  @Override
  public long index(long epoch, long position) {
    Arguments.checkEpoch(epoch);
    Objects.checkIndex(position, size);
    return orders.get(epoch)[(int) position];
  }

  /** Found by its time, in as many steps as the logarithm of the size. */
  @Override
  public long position(long epoch, long index) {
    Arguments.checkEpoch(epoch);
    int wanted = (int) Objects.checkIndex(index, (long) weights.length);
    int[] order = orders.get(epoch);
    long key = key(epoch);
    int low = 0;
    int high = size - 1;
    while (low <= high && weights[wanted] > 0) {
      int middle = (low + high) >>> 1;
      int compared = compare(key, order[middle], wanted);
      if (compared == 0) {
        return middle;
      }
      low = compared < 0 ? middle + 1 : low;
      high = compared < 0 ? high : middle - 1;
    }
    return -1;
  }

  @Override
  public void fill(long epoch, long position, MemorySegment indices, int count) {
    Arguments.checkFill(epoch, position, indices, count, size);
    int[] order = orders.get(epoch);
    for (int i = 0; i < count; i++) {
      indices.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, order[(int) position + i]);
    }
  }

  private int[] order(long epoch) {
    long key = key(epoch);
    long[] entries = HeapArrays.longs(Weights.countPositive(weights), "records to sort");
    int count = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        entries[count++] = (time(key, i) & ~INDEX_MASK) | i;
      }
    }
    Arrays.sort(entries);
    // The index replaced the lower bits of the times. Sort the times that differ in those bits
    // only.
    for (int start = 0; start < size; ) {
      int end = start + 1;
      while (end < count && entries[end] >>> INDEX_BITS == entries[start] >>> INDEX_BITS) {
        end++;
      }
      if (end > start + 1) {
        sortByLowerBits(key, entries, start, end);
      }
      start = end;
    }
    int[] order = HeapArrays.ints(size, "positions of an epoch");
    for (int i = 0; i < size; i++) {
      order[i] = (int) (entries[i] & INDEX_MASK);
    }
    return order;
  }

  private void sortByLowerBits(long key, long[] entries, int start, int end) {
    for (int i = start; i < end; i++) {
      int index = (int) (entries[i] & INDEX_MASK);
      entries[i] = ((time(key, index) & INDEX_MASK) << INDEX_BITS) | index;
    }
    Arrays.sort(entries, start, end);
  }

  private int compare(long key, int one, int other) {
    int compared = Long.compare(time(key, one), time(key, other));
    return compared == 0 ? Integer.compare(one, other) : compared;
  }

  /** Bits of a double that is not negative: they compare as the double does. */
  private long time(long key, int index) {
    long random = FeistelNetwork.mix(key + index * FeistelNetwork.GAMMA);
    double uniform = ((random >>> 11) + 0.5) * 0x1p-53;
    // StrictMath, as Math may round otherwise on other machines, and the order is the same on all.
    return Double.doubleToRawLongBits(-StrictMath.log(uniform) / weights[index]);
  }

  private long key(long epoch) {
    return KeyChain.keyOf(LABEL, weights.length, seed, epoch);
  }

  @Override
  public String toString() {
    return "WeightedShuffle[recordCount=%d, size=%d, seed=%d]"
        .formatted(weights.length, size, seed);
  }
}
