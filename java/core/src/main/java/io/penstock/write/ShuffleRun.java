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
import java.util.Set;
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
  private final long seed;
  private final ShufflePlan plan;
  private final LongConsumer progress;
  private final FullShuffle order;

  @SuppressWarnings("NullAway.Init")
  private PartialDirectory work;

  @SuppressWarnings("NullAway.Init")
  private ShuffleOutput output;

  private long scattered;
  private long written;
  private long bucketCount;
  private int passes = 1;

  ShuffleRun(
      Dataset dataset,
      Path target,
      int shards,
      long seed,
      ShufflePlan plan,
      LongConsumer progress) {
    this.dataset = dataset;
    this.target = target;
    this.shards = shards;
    this.seed = seed;
    this.plan = plan;
    this.progress = progress;
    this.order = new FullShuffle(dataset.recordCount(), seed);
  }

  /** Shuffles once. */
  DatasetShuffle.Result run(boolean mayReplace) {
    List<Column> columns = dataset.columns();
    columns.forEach(this::checkColumn);
    long count = dataset.recordCount();
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
    return new DatasetShuffle.Result(count, count * dataset.recordBytes(), bucketCount, passes);
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
      String name = DatasetShuffle.fileName(column.name());
      if (!taken.add(name)) {
        throw new IllegalArgumentException(
            "columns must have different names as files, were '%s' twice".formatted(name));
      }
      names.add(name);
    }
    return names;
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
