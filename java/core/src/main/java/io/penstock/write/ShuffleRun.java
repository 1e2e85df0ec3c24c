package io.penstock.write;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.Column;
import io.penstock.internal.partial.WriteFailures;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.sampler.FullShuffle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * One run of a {@link DatasetShuffle}: the passes over the data, and the buckets between them.
 *
 * <p>It runs once. Of one thread.
 */
final class ShuffleRun {
  private final Dataset dataset;
  private final Path target;
  private final int shards;
  private final ShuffleSizes sizes;
  private final ShufflePlan plan;
  private final LongConsumer progress;
  private final List<Column> columns;
  private final FullShuffle order;

  @SuppressWarnings("NullAway.Init")
  private PartialDirectory work;

  @SuppressWarnings("NullAway.Init")
  private ShuffleOutput output;

  private long scattered;
  private long written;
  private long bucketCount;
  private int passes = 1;

  /**
   * A range of positions of the result.
   *
   * @param start the first position
   * @param records how many
   * @param variableBytes of them in columns of different sizes
   */
  private record Stretch(long start, long records, long variableBytes) {}

  ShuffleRun(
      Dataset dataset,
      Path target,
      int shards,
      long seed,
      ShuffleSizes sizes,
      ShufflePlan plan,
      LongConsumer progress) {
    this.dataset = dataset;
    this.target = target;
    this.shards = shards;
    this.sizes = sizes;
    this.plan = plan;
    this.progress = progress;
    this.columns = dataset.columns();
    this.order = new FullShuffle(dataset.recordCount(), seed);
  }

  /** Shuffles once. */
  DatasetShuffle.Result run(boolean mayReplace) {
    ShardDirectory.checkSources(target, dataset.files());
    ShardLayout layout = ShardLayout.of(columns, dataset.recordCount(), shards);
    String note = layout.note(order, dataset.fingerprint());
    try (PartialDirectory directory = PartialDirectory.create(target, mayReplace, note);
        ShuffleOutput shardFiles =
            new ShuffleOutput(
                target,
                plan,
                sizes,
                columns,
                shards,
                (column, shard, areOffsets) ->
                    directory
                        .path()
                        .resolve(
                            areOffsets
                                ? layout.offsetsFileName(column, shard)
                                : layout.fileName(column, shard)),
                this::wrote)) {
      work = directory;
      output = shardFiles;
      process(new Stretch(0, sizes.records(), sizes.variableBytes()), this::feedAll, 1, "");
      output.finish();
      dataset.check();
      directory.commit();
    }
    return new DatasetShuffle.Result(sizes.records(), sizes.totalBytes(), bucketCount, passes);
  }

  private void wrote(long records) {
    written = records;
    progress.accept(scattered + written);
  }

  /** Puts a stretch in order: in memory if it fits, otherwise bucket by bucket. */
  private void process(Stretch stretch, RecordFeed feed, int depth, String name) {
    passes = Math.max(passes, depth);
    long records = stretch.records;
    if (records == 0) {
      return;
    }
    long bytes = sizes.placeBytes(records, stretch.variableBytes);
    if (plan.fits(records, bytes)) {
      output.begin(stretch.start, records);
      feed.to(output);
      output.end();
      return;
    }
    int count = plan.buckets(records, bytes, sizes);
    List<Path> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      paths.add(work.path().resolve(".bucket%s-%d".formatted(name, i)));
    }
    bucketCount += count;
    long[] entryBytes = new long[count];
    try (Buckets buckets = new Buckets(target, plan, stretch.start, records, paths)) {
      feed.to(buckets);
      buckets.finish();
      Arrays.setAll(entryBytes, buckets::entryBytes);
    }
    long each = Math.ceilDiv(records, count);
    for (int i = 0; i < count; i++) {
      long first = Math.min(records, i * each);
      long size = Math.min(records - first, each);
      Path path = paths.get(i);
      long all = entryBytes[i];
      Stretch bucket = new Stretch(stretch.start + first, size, all - size * sizes.entryBytes());
      process(
          bucket,
          sink -> BucketReader.feed(path, all, columns, plan, bucket.start, size, sink),
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
    RecordView record = new RecordView(columns);
    try (Loader loader = loader()) {
      for (Batch batch : loader.epoch(0)) {
        record.set(batch);
        long first = batch.index(0);
        for (int i = 0; i < batch.size(); i++) {
          record.select(i);
          sink.accept(record, order.position(0, first + i));
        }
        scattered = first + batch.size();
        progress.accept(scattered + written);
      }
    }
  }

  private Loader loader() {
    long batchBytes = Math.max(ShufflePlan.BATCH_BYTES, sizes.largestBytes() - sizes.fixedBytes());
    LoaderBuilder builder =
        dataset
            .loader()
            .shuffle(Shuffle.NONE)
            .batchSize(ShufflePlan.batchSize(sizes.meanBytes()))
            .memoryBytes(plan.readBytes())
            .readahead(Readahead.parse("dropBehind=true"));
    return (sizes.isVariable() ? builder.batchBytes(batchBytes) : builder).build();
  }
}
