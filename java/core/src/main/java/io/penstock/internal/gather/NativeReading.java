package io.penstock.internal.gather;

import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.plan.BackendChoice;
import io.penstock.internal.plan.Landing;
import io.penstock.internal.plan.ReaderMemory;
import io.penstock.internal.plan.ReaderNeeds;
import io.penstock.options.Readahead;
import io.penstock.options.ReadaheadFlag;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * How native readers read records: their options, as they follow from flags, backend and the memory
 * that there is.
 *
 * @param source what is read
 * @param choice the backend
 * @param isDirect whether reads go past the page cache
 * @param recordCount of the dataset
 * @param recordBytes of all columns together
 * @param batchSize most records of a batch
 * @param chunks how records lie in cells that differ in size
 * @param folders how files of folders are read, if there are some: C asks for them
 */
public record NativeReading(
    NativeSource source,
    BackendChoice choice,
    boolean isDirect,
    long recordCount,
    long recordBytes,
    int batchSize,
    ChunkSizes chunks,
    Optional<FolderReading> folders)
    implements RecordReading {

  /** What a queue of the kernel holds: 256 requests. fio was fastest with 128. */
  private static final int MOST_REQUESTS = 256;

  @Override
  public ReaderNeeds.Native needs(Readahead flags) {
    return new ReaderNeeds.Native(
        leastStagingBytes(flags), memory -> source.sizes().readerBytes(options(flags, memory)));
  }

  /** The smallest staging that readers can have; the largest int when there can be no reader. */
  private int leastStagingBytes(Readahead flags) {
    ReaderMemory least = new ReaderMemory(new Landing.InSlots(), false, 0, batchSize, 0);
    return source
        .sizes()
        .footprint(options(flags, least))
        .map(footprint -> Math.toIntExact(footprint.leastStagingBytes()))
        .orElse(Integer.MAX_VALUE);
  }

  @Override
  public Supplier<Gatherer> gatherer(Readahead flags, ReaderMemory memory) {
    ReaderOptions options = options(flags, memory);
    return folders.isPresent()
        ? () -> folders.get().open(source, options)
        : () -> new NativeGatherer(source, options, copyThreads(flags, memory));
  }

  /** Where one thread reads all records, the others copy for it. */
  private static int copyThreads(Readahead flags, ReaderMemory memory) {
    return memory.isReadByOneThread() ? flags.ioThreads() - 1 : 0;
  }

  @Override
  public int entryCount(ReaderMemory memory) {
    return chunks.entryCount(memory);
  }

  @Override
  public OptionalInt carriers() {
    return folders.map(of -> OptionalInt.of(of.threads())).orElse(OptionalInt.empty());
  }

  private ReaderOptions options(Readahead flags, ReaderMemory memory) {
    return new ReaderOptions(
        folders.isPresent() ? ReaderOptions.NativeBackend.EXTERNAL : backend(choice.backend()),
        isDirect,
        queueDepth(flags, memory),
        folders.isPresent() ? 0 : flags.mergeGapBytes(),
        folders.map(of -> of.maxReadBytes(flags, recordBytes)).orElse(flags.maxReadBytes()),
        memory.stagingBytes(),
        chunks.entryCount(memory),
        chunks.chunkBytes() > 0 ? 0 : memory.landing().cellCount(),
        batchSize,
        memory.residentBytes(),
        flags.fixedBuffers(),
        flags.hugePages(),
        flags.dropBehind(),
        cachedRecords(flags, memory.landing()),
        isAdapting(flags, ReadaheadFlag.QUEUE_DEPTH),
        isAdapting(flags, ReadaheadFlag.MERGE_GAP),
        isAdapting(flags, ReadaheadFlag.MAX_READ),
        memory.isWindowed(),
        chunks.of(flags, memory));
  }

  /** What was not asked for follows the device. Files of folders show little of it. */
  private boolean isAdapting(Readahead flags, ReadaheadFlag flag) {
    return folders.isEmpty() && !flags.given().contains(flag);
  }

  /** Records that are kept over epochs lie in cells. */
  private long cachedRecords(Readahead flags, Landing landing) {
    return switch (landing) {
      case Landing.InSlots _ -> 0;
      case Landing.InCells _ ->
          Math.min(recordCount, chunks.mostRecords(flags.cacheBytes(), Math.max(1, recordBytes)));
    };
  }

  /**
   * Most requests in flight: more than the default where the device may show that it gains from
   * them. Sweeps and windows ask for large pieces, so half as many do. For pread it is how far
   * ahead the kernel is told what comes, and would block us beyond what its own queue holds.
   */
  private int queueDepth(Readahead flags, ReaderMemory memory) {
    if (folders.isPresent()) {
      return folders.get().queueDepth(flags);
    }
    if (flags.given().contains(ReadaheadFlag.QUEUE_DEPTH)
        || choice.backend() != Readahead.Backend.URING) {
      return flags.queueDepth();
    }
    return memory.asksForLargePieces() ? MOST_REQUESTS / 2 : MOST_REQUESTS;
  }

  /**
   * The name that C has for a backend.
   *
   * @param backend one that has readers
   * @return that backend
   */
  public static ReaderOptions.NativeBackend backend(Readahead.Backend backend) {
    return backend == Readahead.Backend.URING
        ? ReaderOptions.NativeBackend.URING
        : ReaderOptions.NativeBackend.PREAD;
  }
}
