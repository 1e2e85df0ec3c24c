package io.penstock.write;

import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.wait.Uninterrupted;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts ranges of the result in order, one after another, and writes them to shards.
 *
 * <p>What it owns: memory for two ranges, of which one is filled while a thread writes the other,
 * and the writers of the shard at hand, one for each column. Ranges come in ascending order without
 * gaps.
 */
final class ShuffleOutput implements RecordSink, AutoCloseable {
  /** Names the files of a shard of a column. */
  @FunctionalInterface
  interface Naming {
    /**
     * The path of a file.
     *
     * @param areOffsets whether it is that of the offsets of records of different sizes
     */
    Path path(int column, int shard, boolean areOffsets);
  }

  private final Path target;
  private final ShufflePlan plan;
  private final ShuffleSizes sizes;
  private final List<Column> columns;
  private final int shards;
  private final Naming naming;
  private final LongConsumer progress;
  private final Arena arena = Arena.ofShared();
  private final ShuffleRange[] ranges = new ShuffleRange[2];
  private final ExecutorService writing =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("penstock-shards").factory());
  private @Nullable Future<?> underWay;

  /** The range that is being filled. */
  private int current;

  // Of the writing thread, but for opening and closing.
  private final List<ShardWriter> writers = new ArrayList<>();
  private int shard = -1;
  private long shardEnd;
  private long written;

  /**
   * For records of these sizes; no memory is allocated before the first range begins.
   *
   * @param target what failures are told of
   * @param plan how the memory is used
   * @param sizes of the records
   * @param columns of the records
   * @param shards how many to make of the records
   * @param naming of their files
   * @param progress is told how many records are written
   */
  ShuffleOutput(
      Path target,
      ShufflePlan plan,
      ShuffleSizes sizes,
      List<Column> columns,
      int shards,
      Naming naming,
      LongConsumer progress) {
    this.target = target;
    this.plan = plan;
    this.sizes = sizes;
    this.columns = columns;
    this.shards = shards;
    this.naming = naming;
    this.progress = progress;
  }

  /** Not before they are needed: scattering wants the memory before. */
  private void allocate() {
    long all = sizes.placeBytes(sizes.records(), sizes.variableBytes());
    for (int r = 0; r < ranges.length; r++) {
      ranges[r] = new ShuffleRange(target, columns, Math.min(plan.placeBytes(), all), arena);
    }
  }

  /** Begins a range; the one before is being written. */
  void begin(long position, long records) {
    if (ranges[0] == null) {
      allocate();
    }
    ranges[current].begin(position, records);
  }

  @Override
  public void accept(RecordView record, long position) {
    ranges[current].put(record, position);
  }

  /** Has the range written, and waits for the one before. */
  void end() {
    ShuffleRange range = ranges[current];
    range.checkFull();
    await();
    underWay = writing.submit(() -> write(range));
    current = 1 - current;
  }

  private void await() {
    if (underWay == null) {
      return;
    }
    try {
      underWay.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PenstockException.about(
          ErrorKind.INTERRUPTED, target, "the data was not shuffled: interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PenstockException known) {
        throw known.again();
      }
      throw new IllegalStateException("writing stopped, which it should not", e.getCause());
    }
  }

  private void write(ShuffleRange range) {
    long done = 0;
    while (done < range.records()) {
      if (written == shardEnd) {
        openShard();
      }
      long count = Math.min(range.records() - done, shardEnd - written);
      for (ShardWriter writer : writers) {
        writer.append(range, done, count);
      }
      done += count;
      written += count;
      progress.accept(range.start() + done);
    }
  }

  /** Completes the shard before, and begins the next one. */
  private void openShard() {
    commitShard();
    shard++;
    long begin = firstOf(shard);
    shardEnd = firstOf(shard + 1);
    for (int c = 0; c < columns.size(); c++) {
      writers.add(writer(c, shardEnd - begin));
    }
  }

  private ShardWriter writer(int c, long records) {
    Column column = columns.get(c);
    NpyWriterBuilder builder =
        NpyWriter.builder(naming.path(c, shard, false), column.elementType(), column.shape())
            .fields(column.fields())
            .memoryBytes(plan.writeBytes());
    return column.isVariable()
        ? new ShardWriter.VariableShard(
            c, VariableNpyWriter.open(builder, naming.path(c, shard, true)))
        : new ShardWriter.FixedShard(c, builder.recordCount(records).open());
  }

  private void commitShard() {
    writers.forEach(ShardWriter::commit);
    writers.forEach(ShardWriter::close);
    writers.clear();
  }

  /** Shards differ by one record at most: the first ones have one more. */
  private long firstOf(int number) {
    return ShardLayout.first(sizes.records(), shards, number);
  }

  /** Waits until all is in its files, forced to the disk. */
  void finish() {
    await();
    if (sizes.records() == 0) {
      openShard(); // Columns without records are one empty file each.
    }
    commitShard();
  }

  @Override
  public void close() {
    writing.shutdown();
    Uninterrupted.await(() -> writing.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
    writers.forEach(ShardWriter::close);
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
