package io.penstock.write;

import io.penstock.Dataset;
import io.penstock.error.PenstockException;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.sampler.FullShuffle;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of a dataset in shuffled order into shards of equal size, once, so that they
 * can be read at sequential speed from then on.
 *
 * <pre>{@code
 * try (Dataset dataset = Dataset.open(Path.of("images.npy"), Path.of("labels.npy"))) {
 *   new DatasetShuffle(dataset, Path.of("shuffled")).shards(64).seed(7).memoryBytes(1L << 30).run();
 * }
 * }</pre>
 *
 * <p>The order is that of epoch 0 of {@link FullShuffle} for the number of records and the seed:
 * exactly what a loader with that seed delivers. Memory is bounded, whatever the size of the data:
 * a first pass reads the records in the order of the files and scatters them to buckets, which are
 * ranges of positions of the result; a second pass reads bucket by bucket, puts each in order in
 * memory, and writes it. (Sanders, Random Permutations on Distributed, External and Hierarchical
 * Memory, 1998, with a keyed permutation in place of random buckets.) Both read and write
 * sequentially. Data that fits into memory is written in one pass, and buckets that do not are
 * scattered once more.
 *
 * <p>The shards are {@code COLUMN-00000.npy} and so on, aligned over the columns, in a directory
 * that appears only when it is complete: see the package. A column whose records have different
 * sizes also has their offsets, {@code COLUMN.offsets-00000.npy}, which begin with 0 in each shard.
 * Meanwhile the device needs room for the data twice, beside the source. An object runs one shuffle
 * at a time.
 */
public final class DatasetShuffle {
  private final Dataset dataset;
  private final Path target;
  private long seed;
  private int shards = 1;

  /** Null until it is set; the default is computed when the shuffle runs. */
  private @Nullable MemoryBudget memory;

  private boolean mayReplace;
  private LongConsumer progress = _ -> {};

  /** What a shuffle did. Immutable. */
  public static final class Result {
    private final long records;
    private final long bytes;
    private final long buckets;
    private final int passes;

    Result(long records, long bytes, long buckets, int passes) {
      this.records = records;
      this.bytes = bytes;
      this.buckets = buckets;
      this.passes = passes;
    }

    /**
     * Records written.
     *
     * @return their number
     */
    public long records() {
      return records;
    }

    /**
     * Bytes written to shards.
     *
     * @return their number
     */
    public long bytes() {
      return bytes;
    }

    /**
     * Buckets that records were scattered to.
     *
     * @return their number
     */
    public long buckets() {
      return buckets;
    }

    /**
     * Passes over the data.
     *
     * @return 1 if the data fits into memory, otherwise 2 or more
     */
    public int passes() {
      return passes;
    }
  }

  /**
   * Makes a shuffle of a dataset.
   *
   * @param dataset what to read; not closed here
   * @param target the directory to make; its parent must exist
   */
  public DatasetShuffle(Dataset dataset, Path target) {
    this.dataset = Objects.requireNonNull(dataset, "dataset");
    this.target = Objects.requireNonNull(target, "target");
  }

  /**
   * Sets the seed of the order.
   *
   * @param seed any number; 0 unless set
   * @return this
   */
  public DatasetShuffle seed(long seed) {
    this.seed = seed;
    return this;
  }

  /**
   * Sets how many shards to make of each column. Their sizes differ by one record at most.
   *
   * @param shards 1 to 100000, and not more than there are records; 1 unless set
   * @return this
   */
  public DatasetShuffle shards(int shards) {
    ShardLayout.checkShards(shards, dataset.recordCount());
    this.shards = shards;
    return this;
  }

  /**
   * Sets the memory for everything that is allocated outside of the Java heap. More memory makes
   * larger writes. The default is that of {@link io.penstock.LoaderBuilder#memoryBytes}: a quarter
   * of what is left, at most 1 GiB.
   *
   * @param memoryBytes at least 1; {@link #run} fails if it is too little
   * @return this
   */
  public DatasetShuffle memoryBytes(long memoryBytes) {
    if (memoryBytes < 1) {
      throw new IllegalArgumentException("memoryBytes must be at least 1, was " + memoryBytes);
    }
    this.memory = MemoryBudget.named(memoryBytes);
    return this;
  }

  /**
   * Sets whether a directory that an earlier shuffle made is replaced when this one is complete.
   *
   * @param mayReplace false unless set: then the directory must not exist, or be empty
   * @return this
   */
  public DatasetShuffle replace(boolean mayReplace) {
    this.mayReplace = mayReplace;
    return this;
  }

  /**
   * Sets a listener for progress.
   *
   * @param progress gets the sum of records read and records written: twice their number at the end
   * @return this
   */
  public DatasetShuffle progress(LongConsumer progress) {
    this.progress = Objects.requireNonNull(progress, "progress");
    return this;
  }

  /**
   * Shuffles.
   *
   * @return the result; the directory is complete and forced to the disk
   * @throws IllegalArgumentException if the memory is too little; the message names the least
   * @throws PenstockException if a record cannot be read, the data change during the shuffle, or
   *     the directory cannot be made; then the directory is as it was before
   */
  public Result run() {
    ShuffleSizes sizes = ShuffleSizes.of(dataset);
    MemoryBudget budget = memory == null ? MemoryBudget.byDefault() : memory;
    return run(sizes, budget.plan(tried -> ShufflePlan.of(tried.bytes(), sizes)));
  }

  /** With another plan: for tests of cases that otherwise need large data. */
  Result run(ShuffleSizes sizes, ShufflePlan plan) {
    return new ShuffleRun(dataset, target, shards, seed, sizes, plan, progress).run(mayReplace);
  }

  /**
   * The name of a column as a file name; characters that file names should not have become dashes.
   *
   * @param column name of a column
   * @return letters, digits, dots, underscores and dashes, not beginning with a dot
   */
  public static String fileName(String column) {
    String name = column.replaceAll("[^\\p{L}\\p{N}._-]", "-");
    return name.startsWith(".") ? "_" + name.substring(1) : name;
  }
}
