package io.penstock.internal.tune;

import io.penstock.array.Shard;
import io.penstock.internal.engine.LoaderOptions;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.gather.ChunkSizes;
import io.penstock.internal.gather.NativeReading;
import io.penstock.internal.plan.BackendChoice;
import io.penstock.internal.plan.MemoryRequest;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.internal.plan.ReadPlan;
import io.penstock.internal.plan.ReadPlanner;
import io.penstock.internal.plan.ReaderMemory;
import io.penstock.internal.plan.RecordSizes;
import io.penstock.internal.plan.SaturatedMath;
import io.penstock.internal.plan.SweepPlan;
import io.penstock.internal.plan.TooLittleMemoryException;
import io.penstock.options.Readahead;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Foretells an exact shuffle of records that need not be there yet: memory is divided as a loader
 * divides it, by its own planner, and {@link EpochModel} says how long the device and the processor
 * take for that plan.
 *
 * <p>What it owns: a source without files, of which C tells what slots and readers take. Nothing is
 * read. One thread at a time.
 */
public final class Forecaster implements AutoCloseable {
  /** What the page cache may take of the memory that is free, see {@code Residency}. */
  private static final double PAGE_SHARE = 0.7;

  /** What tells where records of different sizes lie, for each of them: 2 to 3 bytes. */
  private static final int TABLE_BYTES = 3;

  /** As loaders choose the room for a batch of records of different sizes. */
  private static final int BATCH_PART = 16;

  private static final double USUAL_BATCHES = 4;

  /** As C chooses chunks: they lose no more than this. */
  private static final double CHUNK_WASTE = 0.12;

  private static final int LINK_BYTES = 4;
  private static final int LEAST_CHUNK_BYTES = 64;
  private static final int MOST_CHUNK_BYTES = 4096;

  private final ForecastSubject shape;
  private final NativeSource source;

  /**
   * What is to be read, and how.
   *
   * @param sizes of records
   * @param recordCount of the dataset, at least 1
   * @param longestBytes the longest record, over all variable columns together; 0 if all records
   *     have one size
   * @param batchSize records of a batch, at least 1
   * @param flags of the loader
   */
  public record ForecastSubject(
      RecordSizes sizes, long recordCount, long longestBytes, int batchSize, Readahead flags) {
    /** Batches are no larger than the dataset. */
    public ForecastSubject {
      if (recordCount < 1) {
        throw new IllegalArgumentException("recordCount must be at least 1, was " + recordCount);
      }
      batchSize = (int) Math.min(batchSize, recordCount);
    }

    /** The same with other flags. */
    public ForecastSubject with(Readahead others) {
      return new ForecastSubject(sizes, recordCount, longestBytes, batchSize, others);
    }

    /** Of a record, in all columns. */
    public long recordBytes() {
      return sizes.columns().stream().mapToLong(RecordSizes.ColumnSize::bytes).sum();
    }

    /** Of all records. */
    public long dataBytes() {
      return SaturatedMath.product(recordCount, recordBytes());
    }

    private boolean isVariable() {
      return sizes.columns().stream().anyMatch(RecordSizes.ColumnSize::isVariable);
    }
  }

  private Forecaster(ForecastSubject shape, NativeSource source) {
    this.shape = shape;
    this.source = source;
  }

  /**
   * Prepares to forecast.
   *
   * @param shape what is to be read
   * @return to be closed by the caller
   */
  public static Forecaster of(ForecastSubject shape) {
    NativeSource source = NativeSource.open();
    try {
      Path nowhere = Path.of("planned");
      for (RecordSizes.ColumnSize column : shape.sizes.columns()) {
        long bytes = SaturatedMath.product(shape.recordCount, column.bytes());
        int number = source.addObject(nowhere, bytes);
        source.addColumn(
            "planned",
            column.bytes(),
            List.of(Shard.of(nowhere, 0, shape.recordCount, column.bytes())),
            new int[] {number});
      }
      return new Forecaster(shape, source);
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  /**
   * With so much memory for a loader that reads past the page cache.
   *
   * @param memoryBytes the budget
   * @param device that is read
   */
  public Forecast with(long memoryBytes, DeviceFigures device) {
    ReadPlan plan;
    try {
      plan = plan(memoryBytes);
    } catch (TooLittleMemoryException e) {
      return Forecast.tooLittle(memoryBytes, shape.recordCount);
    }
    ReaderMemory reader = plan.reader();
    boolean isSweeping = plan instanceof SweepPlan;
    EpochModel.Way way =
        new EpochModel.Way(
            isSweeping,
            reader.entryCount(),
            plan.slots().threadCount(),
            reader.stagingBytes(),
            reader.residentBytes());
    return Forecast.of(
        memoryBytes,
        isSweeping ? ForecastWay.WINDOWS : ForecastWay.SINGLE_REQUESTS,
        Math.min(reader.entryCount(), shape.recordCount),
        shape.recordCount,
        model(device).of(way));
  }

  /** On a machine that has enough free memory for the page cache to hold all of the files. */
  public Forecast inPageCache(DeviceFigures device) {
    return Forecast.of(
        (long) Math.ceil(shape.dataBytes() / PAGE_SHARE),
        ForecastWay.PAGE_CACHE,
        shape.recordCount,
        shape.recordCount,
        model(device).fromPageCache());
  }

  /** What it was made for. */
  public ForecastSubject shape() {
    return shape;
  }

  private EpochModel model(DeviceFigures device) {
    return new EpochModel(
        device,
        ProcessorFigures.USUAL,
        shape.sizes,
        shape.recordCount,
        shape.batchSize,
        shape.flags);
  }

  private ReadPlan plan(long memoryBytes) {
    long tables = shape.isVariable() ? SaturatedMath.product(shape.recordCount, TABLE_BYTES) : 0;
    long valueBytes = valueBytes(memoryBytes);
    NativeReading reading = reading(valueBytes);
    MemoryRequest request =
        new MemoryRequest(
            memoryBytes - tables,
            shape.sizes,
            shape.recordCount,
            shape.recordCount,
            shape.recordCount,
            1,
            shape.batchSize,
            shape.flags,
            true,
            slotBytes(valueBytes),
            reading.needs(shape.flags));
    return ReadPlanner.choose(
        request, shape.longestBytes <= valueBytes ? PreferredPlan.CHEAPEST : PreferredPlan.BATCHES);
  }

  private NativeReading reading(long valueBytes) {
    return new NativeReading(
        source,
        new BackendChoice(
            Readahead.Backend.URING, true, true, true, false, false, false, "planned"),
        true,
        shape.recordCount,
        shape.recordBytes(),
        shape.batchSize,
        shape.isVariable() ? chunks(valueBytes) : ChunkSizes.NONE,
        Optional.empty());
  }

  /** Room in a slot for the values of variable columns, as loaders choose it; 0 without any. */
  private long valueBytes(long memoryBytes) {
    if (!shape.isVariable()) {
      return 0;
    }
    long most = Math.max(1, Math.max(memoryBytes / BATCH_PART, shape.longestBytes));
    double usual = USUAL_BATCHES * shape.batchSize * variableBytes() + shape.longestBytes;
    return Math.clamp((long) usual, 1, Math.min(most, LoaderOptions.MAX_BATCH_BYTES));
  }

  private long variableBytes() {
    return shape.sizes.columns().stream()
        .filter(RecordSizes.ColumnSize::isVariable)
        .mapToLong(RecordSizes.ColumnSize::bytes)
        .sum();
  }

  private long slotBytes(long valueBytes) {
    if (!shape.isVariable()) {
      return source.sizes().slotLayout(shape.batchSize, 0).slotBytes();
    }
    long bytes = blocks(valueBytes);
    for (RecordSizes.ColumnSize column : shape.sizes.columns()) {
      long ofRecord = column.isVariable() ? Long.BYTES : column.bytes();
      bytes += blocks(SaturatedMath.product(shape.batchSize + 2, ofRecord));
    }
    return bytes;
  }

  private static long blocks(long bytes) {
    return Math.ceilDiv(bytes, NativeLimits.BLOCK_BYTES) * NativeLimits.BLOCK_BYTES;
  }

  private ChunkSizes chunks(long valueBytes) {
    long mean = Math.max(1, shape.recordBytes());
    int bytes = LEAST_CHUNK_BYTES;
    for (int next = 2 * bytes; next <= MOST_CHUNK_BYTES; next *= 2) {
      if (waste(mean, next) <= Math.max(CHUNK_WASTE, waste(mean, bytes))) {
        bytes = next;
      }
    }
    long least = Math.ceilDiv(shape.recordBytes() + shape.longestBytes, bytes) + 1;
    return new ChunkSizes(bytes, least, mean, valueBytes);
  }

  /** The end of a record fills half of its last chunk, and each chunk has a link. */
  private static double waste(long mean, int chunkBytes) {
    double chunks = Math.max(1, (double) mean / chunkBytes + 0.5);
    return (chunks * (chunkBytes + LINK_BYTES) - mean) / mean;
  }

  @Override
  public void close() {
    source.close();
  }
}
