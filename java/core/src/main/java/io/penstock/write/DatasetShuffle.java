package io.penstock.write;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.FileInfo;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.partial.WriteFailures;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
 * that appears only when it is complete: see the package. Meanwhile the device needs room for the
 * data twice, beside the source. An object runs one shuffle at a time.
 */
public final class DatasetShuffle {
  private static final int MOST_SHARDS = 100_000;

  private final Dataset dataset;
  private final Path target;
  private long seed;
  private int shards = 1;

  /** Null until it is set; the default is computed when the shuffle runs. */
  private @Nullable MemoryBudget memory;

  private boolean mayReplace;
  private LongConsumer progress = _ -> {};

  // Of a run.
  @SuppressWarnings("NullAway.Init")
  private FullShuffle order;

  @SuppressWarnings("NullAway.Init")
  private ShufflePlan plan;

  @SuppressWarnings("NullAway.Init")
  private PartialDirectory work;

  @SuppressWarnings("NullAway.Init")
  private ShuffleOutput output;

  private long scattered;
  private long written;
  private long bucketCount;
  private int passes;

  /** What a shuffle did. Immutable. */
  public static final class Result {
    private final long records;
    private final long bytes;
    private final long buckets;
    private final int passes;

    private Result(long records, long bytes, long buckets, int passes) {
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
    if (shards < 1 || shards > MOST_SHARDS) {
      throw new IllegalArgumentException(
          "shards must be 1 to %d, was %d".formatted(MOST_SHARDS, shards));
    }
    if (shards > Math.max(1, dataset.recordCount())) {
      throw new IllegalArgumentException(
          "shards must be at most %d for %d records, was %d"
              .formatted(Math.max(1, dataset.recordCount()), dataset.recordCount(), shards));
    }
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
    long recordBytes = dataset.recordBytes();
    int columns = dataset.columns().size();
    MemoryBudget budget = memory == null ? MemoryBudget.byDefault() : memory;
    return run(budget.plan(tried -> ShufflePlan.of(tried.bytes(), recordBytes, columns)));
  }

  /** With another plan: for tests of cases that otherwise need large data. */
  Result run(ShufflePlan plan) {
    List<Column> columns = dataset.columns();
    columns.forEach(this::checkColumn);
    long count = dataset.recordCount();
    this.plan = plan;
    order = new FullShuffle(count, seed);
    scattered = 0;
    written = 0;
    bucketCount = 0;
    passes = 1;
    checkSources();
    List<String> names = names(columns);
    try (PartialDirectory directory = PartialDirectory.create(target, mayReplace, note(names));
        ShuffleOutput shardFiles =
            new ShuffleOutput(
                target,
                plan,
                columns,
                shards,
                (column, shard) ->
                    directory.path().resolve(ShuffleNote.shard(names.get(column), shard)),
                this::wrote)) {
      work = directory;
      output = shardFiles;
      process(0, count, this::feedAll, 1, "");
      output.finish();
      dataset.check();
      directory.commit();
    }
    return new Result(count, count * dataset.recordBytes(), bucketCount, passes);
  }

  private void wrote(long records) {
    written = records;
    progress.accept(scattered + written);
  }

  /** Puts a range of positions in order: in memory if it fits, otherwise bucket by bucket. */
  private void process(long start, long records, RecordFeed feed, int depth, String name) {
    passes = Math.max(passes, depth);
    if (records == 0) {
      return;
    }
    if (records <= plan.placeRecords()) {
      output.begin(start);
      feed.to(output);
      output.end(records);
      return;
    }
    int count = plan.buckets(records);
    List<Path> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      paths.add(work.path().resolve(".bucket%s-%d".formatted(name, i)));
    }
    bucketCount += count;
    try (Buckets buckets = new Buckets(target, plan, dataset.columns(), start, records, paths)) {
      feed.to(buckets);
      buckets.finish();
    }
    long each = Math.ceilDiv(records, count);
    for (int i = 0; i < count; i++) {
      long first = Math.min(records, i * each);
      long size = Math.min(records - first, each);
      Path path = paths.get(i);
      process(
          start + first,
          size,
          sink -> feedBucket(path, start + first, size, sink),
          depth + 1,
          name + "-" + i);
      delete(path);
    }
  }

  private void delete(Path bucket) {
    try {
      Files.deleteIfExists(bucket);
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  /** All records of the dataset, in the order of the files. */
  private void feedAll(RecordSink sink) {
    RecordView view = new RecordView(dataset.columns(), false);
    try (Loader loader = loader(dataset, "dropBehind=true")) {
      for (Batch batch : loader.epoch(0)) {
        view.set(batch);
        long first = batch.index(0);
        for (int i = 0; i < batch.size(); i++) {
          sink.accept(view, i, order.position(0, first + i));
        }
        scattered = first + batch.size();
        progress.accept(scattered + written);
      }
    }
  }

  /** The entries of a bucket, in the order in which they were written. */
  private void feedBucket(Path path, long start, long size, RecordSink sink) {
    if (size == 0) {
      return;
    }
    long entryBytes = Integer.BYTES + dataset.recordBytes();
    RecordView view = new RecordView(dataset.columns(), true);
    Source entries =
        Source.of(path).raw(RawLayout.of(ElementType.UINT8, entryBytes).recordCount(size));
    try (Dataset bucket = Dataset.builder().column("entries", entries).open();
        Loader loader = loader(bucket, isDirect(bucket) ? "io=direct" : "dropBehind=true")) {
      for (Batch batch : loader.epoch(0)) {
        view.set(batch);
        MemorySegment segment = batch.column(0);
        for (int i = 0; i < batch.size(); i++) {
          int inBucket = segment.get(ValueLayout.JAVA_INT_UNALIGNED, i * entryBytes);
          sink.accept(view, i, start + inBucket);
        }
      }
    }
  }

  private static boolean isDirect(Dataset bucket) {
    return bucket.files().getFirst().directOffsetAlignmentBytes() > 0;
  }

  private Loader loader(Dataset source, String readahead) {
    return source
        .loader()
        .shuffle(Shuffle.NONE)
        .batchSize(ShufflePlan.batchSize(source.recordBytes()))
        .memoryBytes(plan.readBytes())
        .readahead(Readahead.parse(readahead))
        .build();
  }

  private void checkColumn(Column column) {
    if (column.isVariable()) {
      throw PenstockException.about(
          ErrorKind.UNSUPPORTED,
          target,
          "expected records of one size to shuffle, found column '%s' of any size: leave it out"
              .formatted(column.name()));
    }
  }

  private void checkSources() {
    try {
      if (!Files.isDirectory(target)) {
        return;
      }
      Path real = target.toRealPath();
      for (FileInfo file : dataset.files()) {
        if (file.path().toRealPath().startsWith(real)) {
          throw PenstockException.about(
              ErrorKind.WRITE_FAILED,
              target,
              "expected a directory without the data itself, found %s in it: give another name"
                  .formatted(file.path()));
        }
      }
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
  }

  private static List<String> names(List<Column> columns) {
    List<String> names = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Column column : columns) {
      String name = fileName(column.name());
      if (!taken.add(name)) {
        throw new IllegalArgumentException(
            "columns must have different names as files, were '%s' twice".formatted(name));
      }
      names.add(name);
    }
    return names;
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

  private String note(List<String> names) {
    StringBuilder text = new StringBuilder("penstock shuffle 1\n");
    text.append("order %s seed %s epoch 0%n".formatted(order.description(), seed));
    text.append("records %s shards %s%n".formatted(dataset.recordCount(), shards));
    for (Column column : dataset.columns()) {
      text.append(
          "column %s %s %s%n"
              .formatted(column.name(), column.elementType(), column.shape().toList()));
    }
    names.forEach(name -> text.append(ShuffleNote.line(name, shards)).append('\n'));
    return text.append("source %s%n".formatted(dataset.fingerprint())).toString();
  }
}
