package io.penstock.cli.demo;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.array.ArrayLayout;
import io.penstock.format.Formats;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * The same reading done three times: the first epoch of a shuffled order, each for a limited time,
 * each from a file that was dropped from the page cache before.
 *
 * <p>Mapping goes first: how far it comes says how many records the others' checksums are of.
 */
public final class Comparison implements AutoCloseable {
  private final ArrayLayout layout;
  private final Dataset dataset;
  private final CachedPages cache;
  private final Loader loader;
  private final long limitNanos;
  private final double cacheLimit;

  /**
   * Opens the file; reads nothing.
   *
   * @param path of a .npy file
   * @param memoryBytes that reading may take
   * @param limitNanos time for each
   */
  public Comparison(Path path, int batchSize, long memoryBytes, long limitNanos) {
    this.layout = Formats.open(path);
    this.dataset = Dataset.open(path);
    this.cache = new CachedPages(dataset);
    this.limitNanos = limitNanos;
    this.cacheLimit = (double) memoryBytes / layout.fileBytes();
    try {
      this.loader = dataset.loader().batchSize(batchSize).memoryBytes(memoryBytes).build();
    } catch (RuntimeException | Error e) {
      dataset.close();
      throw e;
    }
  }

  /**
   * By mapping, with no more of the page cache than Penstock has memory.
   *
   * @param progress is told records read so far
   * @return with the checksum of all records that were read
   */
  public TimedReading byMapping(LongConsumer progress) throws IOException {
    return byMapping(cacheLimit, Long.MAX_VALUE, progress);
  }

  /**
   * By mapping, with as much of the page cache as there is.
   *
   * @param checkedRecords how many records the checksum is of
   * @param progress is told records read so far
   */
  public TimedReading byMappingInMemory(long checkedRecords, LongConsumer progress)
      throws IOException {
    return byMapping(1, checkedRecords, progress);
  }

  private TimedReading byMapping(double limit, long checkedRecords, LongConsumer progress)
      throws IOException {
    cache.drop();
    try (MappedReading mapping = new MappedReading(layout, cache, limit)) {
      return mapping.read(
          loader.sampler(), loader.batchSize(), checkedRecords, limitNanos, progress);
    }
  }

  /**
   * By Penstock. Goes on beyond the limit until the records to check have come.
   *
   * @param checkedRecords how many records the checksum is of
   * @param progress is told records read so far
   */
  public TimedReading byPenstock(long checkedRecords, LongConsumer progress) throws IOException {
    double cachedFraction = cache.drop();
    String column = dataset.columns().getFirst().name();
    Checksum checksum = new Checksum(Math.toIntExact(layout.recordBytes()), checkedRecords);
    long start = System.nanoTime();
    for (Batch batch : loader.epoch(0)) {
      ByteBuffer bytes = batch.asByteBuffer(column);
      checksum.add(bytes, batch.size());
      progress.accept(checksum.records());
      if (checksum.records() >= checkedRecords && System.nanoTime() - start >= limitNanos) {
        break;
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    boolean isLimited = loader.io() == Readahead.Io.DIRECT;
    return new TimedReading(
        checksum.records(), seconds, checksum.value(), cachedFraction, isLimited);
  }

  @Override
  public void close() {
    dataset.close();
  }
}
