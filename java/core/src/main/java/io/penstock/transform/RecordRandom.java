package io.penstock.transform;

import java.util.random.RandomGenerator;

/**
 * Random numbers of one record in one epoch for one transform. They depend on nothing else: not on
 * threads, backend, batch size, ranks, or where a job was resumed.
 *
 * <p>The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014), started at a hash of the place where it is used. All arithmetic is
 * modulo 2^64; {@code mix} is its finalizer (variant 13 of Stafford's), {@code GAMMA} is
 * 0x9E3779B97F4A7C15:
 *
 * <pre>
 * start = mix(mix(mix(mix(seed + GAMMA) + epoch + GAMMA) + transform + GAMMA) + position + GAMMA)
 * draw i, counted from 1, is mix(start + i * GAMMA)
 * </pre>
 *
 * <p>{@code seed} is that of the loader's order, {@code transform} the transform's place in the
 * chain, from 0. {@link #nextLong}, {@link #nextInt(int)}, {@link #nextDouble()}, {@link
 * #nextFloat()} and {@link #nextBoolean} will always work as written here; the JDK derives the
 * other methods of {@link RandomGenerator} from them, and another version of it may do so
 * differently. Not thread-safe; allocates nothing.
 */
public final class RecordRandom implements RandomGenerator {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** A generator started at 0. */
  public RecordRandom() {}

  /**
   * The key that all records of an epoch share.
   *
   * @param seed of the order
   * @param epoch number of the pass
   * @param transform its place in the chain, from 0
   * @return the key for {@link #start}
   */
  public static long key(long seed, long epoch, int transform) {
    return mix(mix(mix(seed + GAMMA) + epoch + GAMMA) + transform + GAMMA);
  }

  /**
   * Goes to the first number of a record.
   *
   * @param key of {@link #key}
   * @param position of the record in the epoch
   * @return this
   */
  public RecordRandom start(long key, long position) {
    state = mix(key + position + GAMMA);
    return this;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /**
   * The next 64 random bits.
   *
   * @return any number
   */
  @Override
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /**
   * A number below a bound: the upper 64 bits of the next draw, taken as unsigned, times the bound.
   *
   * @param bound at least 1
   * @return 0 to bound - 1, all equally likely to within 2^-33
   * @throws IllegalArgumentException if the bound is below 1
   */
  @Override
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound must be at least 1, was " + bound);
    }
    return (int) Math.unsignedMultiplyHigh(nextLong(), bound);
  }

  /**
   * A number below 1: the upper 53 bits of the next draw, times 2^-53.
   *
   * @return 0 to 1, 1 excluded
   */
  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /**
   * A number below 1: the upper 24 bits of the next draw, times 2^-24.
   *
   * @return 0 to 1, 1 excluded
   */
  @Override
  public float nextFloat() {
    return (nextLong() >>> 40) * 0x1p-24f;
  }

  /**
   * The highest bit of the next draw.
   *
   * @return whether it is set
   */
  @Override
  public boolean nextBoolean() {
    return nextLong() < 0;
  }
}
