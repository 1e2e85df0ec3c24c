package io.penstock.write;

import io.penstock.array.Column;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.NativeLibrary;
import io.penstock.internal.ffi.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
  /** Names a shard of a column. */
  @FunctionalInterface
  interface Naming {
    Path path(int column, int shard);
  }

  private final Path target;
  private final ShufflePlan plan;
  private final List<Column> columns;
  private final long recordCount;
  private final int shards;
  private final Naming naming;
  private final LongConsumer progress;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[][] ranges = new MemorySegment[2][];
  private final ExecutorService writing =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("penstock-shards").factory());
  private @Nullable Future<?> underWay;

  // Of the range that is being filled.
  private int current;
  private long start;
  private long placed;

  // Of the writing thread, but for opening and closing.
  private final List<NpyWriter> writers = new ArrayList<>();
  private int shard = -1;
  private long shardEnd;
  private long written;

  /**
   * Allocates the memory.
   *
   * @param target what failures are told of
   * @param plan how the memory is used
   * @param columns of the records
   * @param shards how many to make of the records
   * @param naming of their files
   * @param progress is told how many records are written
   */
  ShuffleOutput(
      Path target,
      ShufflePlan plan,
      List<Column> columns,
      int shards,
      Naming naming,
      LongConsumer progress) {
    this.target = target;
    this.plan = plan;
    this.columns = columns;
    this.recordCount = columns.getFirst().recordCount();
    this.shards = shards;
    this.naming = naming;
    this.progress = progress;
  }

  /** Not before they are needed: scattering wants the memory before. */
  private void allocate() {
    NativeLibrary.load();
    long records = Math.min(plan.placeRecords(), recordCount);
    for (int r = 0; r < ranges.length; r++) {
      ranges[r] = new MemorySegment[columns.size()];
      for (int c = 0; c < ranges[r].length; c++) {
        long bytes = records * columns.get(c).recordBytes();
        ranges[r][c] = NativeMemory.allocate(bytes, true, arena).segment();
      }
    }
  }

  /** Begins a range; the one before is being written. */
  void begin(long position) {
    if (ranges[0] == null) {
      allocate();
    }
    start = position;
    placed = 0;
  }

  @Override
  public void accept(RecordView records, int i, long position) {
    MemorySegment[] range = ranges[current];
    for (int c = 0; c < range.length; c++) {
      records.copy(c, i, range[c], (position - start) * records.recordBytes(c));
    }
    placed++;
  }

  /** Has the range written, which has as many records, and waits for the one before. */
  void end(long records) {
    if (placed != records) {
      throw PenstockException.about(
          ErrorKind.FILE_CHANGED,
          target,
          "expected %d records from position %d on, found %d: the data was changed meanwhile"
              .formatted(records, start, placed));
    }
    await();
    MemorySegment[] range = ranges[current];
    long first = start;
    underWay = writing.submit(() -> write(range, first, records));
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

  private void write(MemorySegment[] range, long first, long records) {
    long done = 0;
    while (done < records) {
      if (written == shardEnd) {
        openShard();
      }
      long count = Math.min(records - done, shardEnd - written);
      for (int c = 0; c < range.length; c++) {
        long bytes = columns.get(c).recordBytes();
        writers.get(c).append(range[c].asSlice(done * bytes, count * bytes));
      }
      done += count;
      written += count;
      progress.accept(first + done);
    }
  }

  /** Completes the shard before, and begins the next one. */
  private void openShard() {
    commitShard();
    shard++;
    long begin = firstOf(shard);
    shardEnd = firstOf(shard + 1);
    for (int c = 0; c < columns.size(); c++) {
      Column column = columns.get(c);
      writers.add(
          NpyWriter.builder(naming.path(c, shard), column.elementType(), column.shape())
              .fields(column.fields())
              .recordCount(shardEnd - begin)
              .memoryBytes(plan.writeBytes())
              .open());
    }
  }

  private void commitShard() {
    writers.forEach(NpyWriter::commit);
    writers.forEach(NpyWriter::close);
    writers.clear();
  }

  /** Shards differ by one record at most: the first ones have one more. */
  private long firstOf(int number) {
    return recordCount / shards * number + Math.min(number, recordCount % shards);
  }

  /** Waits until all is in its files, forced to the disk. */
  void finish() {
    await();
    if (recordCount == 0) {
      openShard(); // Columns without records are one empty file each.
    }
    commitShard();
  }

  @Override
  public void close() {
    writing.shutdown();
    boolean isInterrupted = false;
    while (!writing.isTerminated()) {
      try {
        boolean _ = writing.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    writers.forEach(NpyWriter::close);
    if (arena.scope().isAlive()) {
      arena.close();
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
