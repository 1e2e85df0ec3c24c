package io.penstock.cli.demo;

import io.penstock.array.ArrayLayout;
import io.penstock.sampler.Sampler;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/**
 * Reads shuffled records by plain memory mapping, as a short program would: each batch is gathered,
 * record by record, out of the mapped file, and the kernel reads what it meets on the way.
 *
 * <p>A sample file fits into memory, which a data set worth the trouble does not. So the page cache
 * can be held to a limit: when the file has more in it, it is unmapped and dropped from the cache,
 * with the clock stopped. A machine with so little memory would keep it full instead of half full
 * on average, which saves few reads; but it would have to evict pages while the clock runs.
 */
final class MappedReading implements AutoCloseable {
  /** How often the clock is looked at when a record may take 30 ms. */
  private static final int RECORDS_PER_LOOK = 8;

  /** How often the cache is looked at: in this time a disk reads a few megabytes. */
  private static final long CACHE_LOOK_NANOS = 2_000_000;

  private final ArrayLayout layout;
  private final CachedPages cache;
  private final double cacheLimit;
  private final int recordBytes;
  private final FileChannel file;
  private Mapping mapping;
  private boolean isLimited;
  private long startNanos;
  private long lastLookNanos;

  /**
   * Maps the file.
   *
   * @param cacheLimit share of the file that may be cached; 1 or more: no limit
   */
  MappedReading(ArrayLayout layout, CachedPages cache, double cacheLimit) throws IOException {
    this.layout = layout;
    this.cache = cache;
    this.cacheLimit = cacheLimit;
    this.recordBytes = Math.toIntExact(layout.recordBytes());
    this.isLimited = cacheLimit < 1;
    this.file = FileChannel.open(layout.path(), StandardOpenOption.READ);
    this.mapping = new Mapping(file, layout.fileBytes());
  }

  /** The whole file, mapped. */
  private static final class Mapping implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment bytes;

    Mapping(FileChannel file, long size) throws IOException {
      bytes = file.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
    }

    @Override
    public void close() {
      if (arena.scope().isAlive()) {
        arena.close();
      }
    }
  }

  /**
   * Reads epoch 0 of an order from its beginning.
   *
   * @param checkedRecords how many records the checksum is of
   * @param limitNanos after so long it ends
   * @param progress called with the records read so far
   */
  TimedReading read(
      Sampler sampler, int batchSize, long checkedRecords, long limitNanos, LongConsumer progress)
      throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment batch = scratch.allocate((long) batchSize * recordBytes, 64);
      MemorySegment indices = scratch.allocate(ValueLayout.JAVA_LONG, batchSize);
      Checksum checksum = new Checksum(recordBytes, checkedRecords);
      double cachedFraction = cache.fraction();
      startNanos = System.nanoTime();
      lastLookNanos = startNanos;
      boolean isOver = false;
      while (!isOver && checksum.records() < sampler.positionCount()) {
        int count = (int) Math.min(batchSize, sampler.positionCount() - checksum.records());
        sampler.fill(0, checksum.records(), indices, count);
        int done = gather(indices, count, batch, limitNanos);
        isOver = done < count || System.nanoTime() - startNanos >= limitNanos;
        checksum.add(batch.asByteBuffer(), done);
        progress.accept(checksum.records());
      }
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      return new TimedReading(
          checksum.records(), seconds, checksum.value(), cachedFraction, isLimited);
    }
  }

  /** Copies records until all are there or time is over; returns how many. */
  private int gather(MemorySegment indices, int count, MemorySegment batch, long limitNanos)
      throws IOException {
    for (int done = 0; done < count; ) {
      long index = indices.getAtIndex(ValueLayout.JAVA_LONG, done);
      long offset = layout.dataOffset() + index * recordBytes;
      MemorySegment.copy(mapping.bytes, offset, batch, (long) done * recordBytes, recordBytes);
      done++;
      if (done % RECORDS_PER_LOOK == 0) {
        long now = System.nanoTime();
        if (now - startNanos >= limitNanos) {
          return done;
        }
        if (isLimited && now - lastLookNanos >= CACHE_LOOK_NANOS) {
          limitCache(now);
        }
      }
    }
    return count;
  }

  private void limitCache(long now) throws IOException {
    double cached = cache.fraction();
    if (Double.isNaN(cached)) {
      isLimited = false;
    } else if (cached > cacheLimit) {
      mapping.close();
      isLimited = cache.drop() <= cacheLimit;
      mapping = new Mapping(file, layout.fileBytes());
    }
    long after = System.nanoTime();
    startNanos += after - now;
    lastLookNanos = after;
  }

  @Override
  public void close() throws IOException {
    mapping.close();
    file.close();
  }
}
