package io.penstock.internal.gather;

import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.plan.BackendChoice;
import io.penstock.internal.plan.MemoryPlan;
import io.penstock.internal.plan.MemoryRequest;
import io.penstock.options.Readahead;
import java.util.function.Supplier;

/**
 * How native readers read records of one size: their options, as they follow from flags, backend
 * and the memory that there is.
 *
 * @param source what is read
 * @param choice the backend
 * @param recordCount of the dataset
 * @param recordBytes of all columns together
 * @param batchSize most records of a batch
 */
public record NativeReading(
    NativeSource source, BackendChoice choice, long recordCount, long recordBytes, int batchSize) {

  /** What a queue of the kernel holds: 256 requests. fio was fastest with 128. */
  private static final int MOST_REQUESTS = 256;

  /**
   * What readers would allocate.
   *
   * @param flags what the user wants
   * @return to be asked while memory is planned
   */
  public MemoryRequest.ReaderBytes memory(Readahead flags) {
    return (mode, staging, entries, cells, resident) ->
        source.readerBytes(options(flags, mode, staging, entries, cells, resident));
  }

  /**
   * The smallest staging that readers can have.
   *
   * @param flags what the user wants
   * @return in bytes; Integer.MAX_VALUE when there can be no such reader
   */
  public int leastStagingBytes(Readahead flags) {
    return source
        .footprint(options(flags, MemoryPlan.Mode.SLOTS, 0, batchSize, 0, 0))
        .map(footprint -> Math.toIntExact(footprint.leastStagingBytes()))
        .orElse(Integer.MAX_VALUE);
  }

  /**
   * Opens readers.
   *
   * @param flags what the user wants
   * @param plan how memory is divided
   * @return opens one for each lane
   */
  public Supplier<Gatherer> gatherer(Readahead flags, MemoryPlan plan) {
    ReaderOptions options =
        options(
            flags,
            plan.mode(),
            plan.stagingBytes(),
            plan.entryCount(),
            plan.cellCount(),
            plan.residentBytes());
    return () -> new NativeGatherer(source, options);
  }

  private ReaderOptions options(
      Readahead flags, MemoryPlan.Mode mode, int staging, int entries, int cells, long resident) {
    boolean isWindowed = mode == MemoryPlan.Mode.WINDOWS;
    long cached =
        cells == 0 ? 0 : Math.min(recordCount, flags.cacheBytes() / Math.max(1, recordBytes));
    return new ReaderOptions(
        backend(choice.backend()),
        choice.isDirect(),
        queueDepth(flags, cells > 0 || isWindowed),
        flags.mergeGapBytes(),
        flags.maxReadBytes(),
        staging,
        entries,
        cells,
        batchSize,
        resident,
        flags.fixedBuffers(),
        flags.hugePages(),
        flags.dropBehind(),
        cached,
        !flags.given().contains("queueDepth"),
        !flags.given().contains("mergeGap"),
        // Blocks are read as wholes, and hardly ever lie side by side.
        !isWindowed && !flags.given().contains("maxRead"),
        isWindowed);
  }

  /**
   * Most requests in flight: more than the default where the device may show that it gains from
   * them. Windows ask for large pieces, so half as many do. For pread it is how far ahead the
   * kernel is told what comes, and would block us beyond what its own queue holds.
   */
  private int queueDepth(Readahead flags, boolean isInWindows) {
    if (flags.given().contains("queueDepth") || choice.backend() != Readahead.Backend.URING) {
      return flags.queueDepth();
    }
    return isInWindows ? MOST_REQUESTS / 2 : MOST_REQUESTS;
  }

  /**
   * The name that C has for a backend.
   *
   * @param backend one that has readers
   * @return that backend
   */
  public static ReaderOptions.Backend backend(Readahead.Backend backend) {
    return backend == Readahead.Backend.URING
        ? ReaderOptions.Backend.URING
        : ReaderOptions.Backend.PREAD;
  }
}
