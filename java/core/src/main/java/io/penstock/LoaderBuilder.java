package io.penstock;

import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.internal.engine.LoaderOptions;
import io.penstock.internal.os.ThreadLimit;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.internal.slot.Partition;
import io.penstock.job.LoaderState;
import io.penstock.job.RankBy;
import io.penstock.job.Remainder;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.sampler.Sampler;
import io.penstock.transform.RecordTransform;
import io.penstock.transform.Transform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link Loader}: which records it reads, in which order, and how.
 *
 * <p>The order is a shuffle with a seed, or any {@link Sampler}. Rank and state say which part of
 * it this process delivers. Not thread-safe.
 */
public final class LoaderBuilder {
  private static final int MAX_BATCH_SIZE = 1 << 28;
  private static final int MAX_TRANSFORM_THREADS = 1024;

  private final Dataset dataset;
  private int batchSize = 256;
  private final OrderChoice order;
  private Partition ranks = Partition.whole(1);
  private Remainder remainder = Remainder.KEEP;
  private RankBy rankBy = RankBy.POSITION;
  private @Nullable LoaderState state;
  private Readahead readahead = Readahead.DEFAULT;
  private boolean isReplay;
  private boolean isNativeOrder;
  private @Nullable Path checksums;
  private BadRecordPolicy badRecordPolicy = BadRecordPolicy.FAIL;
  private final List<Transform> transforms = new ArrayList<>();
  private int transformThreads = Runtime.getRuntime().availableProcessors();
  private boolean isAnyOrder;
  private long batchBytes;

  private @Nullable MemoryBudget memory;

  /** For tests. */
  PreferredPlan preferredPlan = PreferredPlan.CHEAPEST;

  LoaderBuilder(Dataset dataset) {
    this.dataset = dataset;
    this.order = new OrderChoice(dataset);
  }

  /**
   * Sets how many records a batch has.
   *
   * @param batchSize 1 to 2^28; 256 unless set
   * @return this
   */
  public LoaderBuilder batchSize(int batchSize) {
    if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
      throw new IllegalArgumentException(
          "batchSize must be 1 to %d, was %d".formatted(MAX_BATCH_SIZE, batchSize));
    }
    this.batchSize = batchSize;
    return this;
  }

  /**
   * Sets the order of an epoch.
   *
   * @param shuffle {@link Shuffle#FULL} unless set
   * @return this
   */
  public LoaderBuilder shuffle(Shuffle shuffle) {
    order.shuffle(Objects.requireNonNull(shuffle, "shuffle"));
    return this;
  }

  /**
   * Sets the seed of the shuffle.
   *
   * @param seed any number; 0 unless set
   * @return this
   */
  public LoaderBuilder seed(long seed) {
    order.seed(seed);
    return this;
  }

  /**
   * Sets how many records lie together in the file as a block, for {@link Shuffle#BLOCK}.
   *
   * @param blockRecords 1 to 2^48; unless set, as many as 2 MiB hold over all columns, at least 1
   * @return this
   */
  public LoaderBuilder blockRecords(long blockRecords) {
    order.blockRecords(blockRecords);
    return this;
  }

  /**
   * Sets how many blocks are shuffled together, for {@link Shuffle#BLOCK}. The memory should hold
   * more than {@code windowBlocks * blockRecords} records.
   *
   * @param windowBlocks at least 1; 64 unless set
   * @return this
   */
  public LoaderBuilder windowBlocks(int windowBlocks) {
    order.windowBlocks(windowBlocks);
    return this;
  }

  /**
   * Sets any order: by weight, by class, a part of the records, a mixture of datasets, or one of
   * your own. A sampler has its own seed: {@link #build} throws if {@link #shuffle}, {@link #seed},
   * {@link #blockRecords} or {@link #windowBlocks} are set too.
   *
   * @param sampler a sampler for as many records as the dataset has
   * @return this
   * @throws IllegalArgumentException if it is for another number of records
   */
  public LoaderBuilder sampler(Sampler sampler) {
    order.sampler(sampler);
    return this;
  }

  /**
   * Sets which part of each epoch this process reads when several processes share it: {@code
   * io.penstock.job} says how. {@code rank(0, 4)} is the first of four processes.
   *
   * @param rank of this process, from 0 up to but not including {@code worldSize}; 0 unless set
   * @param worldSize number of processes, at least 1; 1 unless set
   * @return this
   * @throws IllegalArgumentException if the rank is not below worldSize
   */
  public LoaderBuilder rank(int rank, int worldSize) {
    this.ranks = new Partition(rank, worldSize, 1, remainder);
    return this;
  }

  /**
   * Sets which records of each step this process gets, of those that all get together.
   *
   * @param rankBy the same in all processes; {@link RankBy#POSITION} unless set
   * @return this
   */
  public LoaderBuilder rankBy(RankBy rankBy) {
    this.rankBy = Objects.requireNonNull(rankBy, "rankBy");
    return this;
  }

  /**
   * Sets what happens to the last records of an epoch if they do not fill a batch for each rank.
   *
   * @param remainder {@link Remainder#KEEP} unless set
   * @return this
   */
  public LoaderBuilder remainder(Remainder remainder) {
    this.remainder = Objects.requireNonNull(remainder, "remainder");
    return this;
  }

  /**
   * Resumes a job. The epoch of the state then begins after the records that were delivered,
   * whenever it is iterated; all other epochs are whole. Batch size, number of ranks and readahead
   * flags may differ from those of the job that saved the state.
   *
   * @param state from {@link Loader#state}; a job begins with epoch 0 unless set
   * @return this; {@link #build} refuses a state of other data or another order
   */
  public LoaderBuilder state(LoaderState state) {
    this.state = state;
    return this;
  }

  /**
   * Sets how far ahead and by which means to read. Flags that are not {@link Readahead#given given}
   * here still come from the environment and the system property.
   *
   * @param readahead {@link Readahead#DEFAULT} unless set
   * @return this
   */
  public LoaderBuilder readahead(Readahead readahead) {
    this.readahead = Objects.requireNonNull(readahead, "readahead");
    return this;
  }

  /**
   * Sets the budget for everything that the loader allocates outside of the Java heap: batches,
   * buffers, and records that are read ahead. A larger budget makes shuffled reading cheaper.
   *
   * <p>The default is a quarter of the memory that is left when the loader is built, and at most 1
   * GiB. What is left is the available memory of the machine, or what the control groups of this
   * process, those above it included, or its limits on address space allow, whichever is least.
   * Swap does not count, and what the Java heap may still grow by is subtracted. If a quarter does
   * not hold a few batches, the loader takes up to three quarters. A budget that is set is obeyed;
   * {@link Loader#reason} says so if it is more than what is left.
   *
   * @param memoryBytes at least 1
   * @return this
   */
  public LoaderBuilder memoryBytes(long memoryBytes) {
    if (memoryBytes < 1) {
      throw new IllegalArgumentException("memoryBytes must be at least 1, was " + memoryBytes);
    }
    this.memory = MemoryBudget.named(memoryBytes);
    return this;
  }

  /**
   * Hands out one batch again and again, as if all data were in memory, to measure how fast the
   * consumer is by itself. If the real rate is about the same, reading is not the bottleneck.
   *
   * <p>Each reading thread reads the first batch that it is asked for into each slot of its memory
   * once; after that nothing is read or copied. Everything else stays the same. {@link
   * Batch#indices} tell which records are really there. A consumer that writes into a batch finds
   * what it wrote when the same memory comes again.
   *
   * @param isReplay whether to; false unless set
   * @return this
   */
  public LoaderBuilder replay(boolean isReplay) {
    this.isReplay = isReplay;
    return this;
  }

  /**
   * Sets whether numbers that are stored in the other byte order are delivered in the byte order of
   * this machine: each element of a column, or each field of a structured element. {@link
   * Loader#columns} then says so. The dataset, its fingerprint and states do not change.
   *
   * @param isNativeOrder whether to; false unless set: everything is delivered as it is stored
   * @return this; {@link #build} throws PenstockException if fields overlap
   */
  public LoaderBuilder nativeOrder(boolean isNativeOrder) {
    this.isNativeOrder = isNativeOrder;
    return this;
  }

  /**
   * Sets how many bytes of values a batch has at most, over all columns whose records have
   * different sizes. A larger batch comes in several pieces, one after another, each a {@link
   * Batch} with some of its records. A single record that has more bytes fails. A state counts each
   * piece; with several ranks, whose pieces differ, it counts a batch when its last was delivered.
   *
   * @param batchBytes 1 to 2^30, at most a third of {@link #memoryBytes}; unless set, four times
   *     what a batch of mean records needs and the longest record, at most a sixteenth of {@link
   *     #memoryBytes}
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public LoaderBuilder batchBytes(long batchBytes) {
    if (batchBytes < 1 || batchBytes > LoaderOptions.MAX_BATCH_BYTES) {
      throw new IllegalArgumentException(
          "batchBytes must be 1 to %d, was %d"
              .formatted(LoaderOptions.MAX_BATCH_BYTES, batchBytes));
    }
    this.batchBytes = batchBytes;
    return this;
  }

  /**
   * Appends a step to the chain of transforms that run between reading and delivery: see {@link
   * io.penstock.transform}.
   *
   * @param transform the step; it runs on threads of the loader
   * @return this; {@link #build} refuses a transform that does not fit its columns
   */
  public LoaderBuilder transform(Transform transform) {
    transforms.add(Objects.requireNonNull(transform, "transform"));
    return this;
  }

  /**
   * Appends a step that makes one column from another, record by record.
   *
   * <pre>{@code
   * builder.transform("pixels", OutputColumn.of("pixels", ElementType.FLOAT32, 784), record -> {
   *   for (int i = 0; i < 784; i++) {
   *     int pixel = record.input(0).get(JAVA_BYTE, record.inputOffset(0) + i) & 0xff;
   *     record.output(0).set(JAVA_FLOAT, record.outputOffset(0) + 4 * i, pixel / 255f);
   *   }
   * });
   * }</pre>
   *
   * @param input name of the column that is read
   * @param output the column that is made; it replaces a column of the same name
   * @param function makes a record; called by several threads at once
   * @return this
   */
  public LoaderBuilder transform(String input, OutputColumn output, RecordTransform function) {
    return transform(Transform.ofRecords(input, List.of(input), List.of(output), function));
  }

  /**
   * Sets how many threads run the transforms, which changes no result.
   *
   * @param transformThreads 1 to 1024; unless set, as many as there are processors
   * @return this
   */
  public LoaderBuilder transformThreads(int transformThreads) {
    if (transformThreads < 1 || transformThreads > MAX_TRANSFORM_THREADS) {
      throw new IllegalArgumentException(
          "transformThreads must be 1 to %d, was %d"
              .formatted(MAX_TRANSFORM_THREADS, transformThreads));
    }
    this.transformThreads = transformThreads;
    return this;
  }

  /**
   * Lets transformed batches of an epoch overtake each other, by at most 64, so that a slow batch
   * does not hold up finished ones. The batches and their contents stay the same. {@link
   * Loader#state} counts a batch once all batches before it were delivered too: a job that resumes
   * may get some batches again, and loses none. The pieces of a batch ({@link #batchBytes}) count
   * as batches here. Without transforms this has no effect, as reading is in order.
   *
   * @param isAnyOrder whether to; false unless set
   * @return this
   */
  public LoaderBuilder anyOrder(boolean isAnyOrder) {
    this.isAnyOrder = isAnyOrder;
    return this;
  }

  /**
   * Checks each record after it was read, on the reading threads. {@link #badRecordPolicy} says
   * what happens to damaged records. The checksums take 4 bytes of the page cache for each record
   * and column.
   *
   * @param checksums file of {@link io.penstock.checksum.RecordChecksums}, as {@code penstock
   *     checksum} makes it; nothing is checked unless set
   * @return this; {@link #build} refuses checksums of other data, and a {@link #replay}
   */
  public LoaderBuilder verify(Path checksums) {
    this.checksums = checksums;
    return this;
  }

  /**
   * Sets what happens to a record that cannot be read, that does not match its checksum, or that a
   * transform says is bad.
   *
   * @param policy {@link BadRecordPolicy#FAIL} unless set
   * @return this; {@link #build} refuses any other with a {@link #replay}
   */
  public LoaderBuilder badRecordPolicy(BadRecordPolicy policy) {
    this.badRecordPolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Allocates the memory and starts the reading threads. Until an epoch is started they read
   * nothing but small columns that are kept in memory as a whole.
   *
   * @return the loader, to be closed by the caller or with its dataset
   * @throws IllegalArgumentException if the budget is too small (the message names the least),
   *     options exclude each other, or a readahead flag of the property or the environment is wrong
   * @throws PenstockException if the backend that was named cannot be used here (the message says
   *     why), memory is short, the state belongs to other data, a device does not answer for 30
   *     seconds, or the thread is interrupted. What cannot be closed then is closed with the
   *     dataset
   * @throws IllegalStateException if the dataset is closed
   */
  public Loader build() {
    try {
      dataset.checkOpen();
      return new Loader(dataset, options(), state);
    } catch (OutOfMemoryError e) {
      throw ThreadLimit.named(e);
    }
  }

  private LoaderOptions options() {
    return new LoaderOptions(
        order.sampler(),
        new Partition(ranks.rank(), ranks.worldSize(), batchSize, remainder, rankBy),
        Readahead.effective(readahead),
        memory == null ? MemoryBudget.byDefault() : memory,
        batchBytes,
        Optional.ofNullable(checksums),
        badRecordPolicy,
        transforms,
        transformThreads,
        isReplay,
        isNativeOrder,
        isAnyOrder,
        preferredPlan);
  }
}
