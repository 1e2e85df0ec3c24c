package io.penstock.internal.gather;

import io.penstock.array.Column;
import io.penstock.internal.dataset.FolderFiles;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.plan.ReaderMemory;
import io.penstock.internal.plan.ReaderNeeds;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.RecordLocator;
import io.penstock.options.Readahead;
import io.penstock.options.ReadaheadFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * How records are read in Java alone: the options of {@link JavaGatherer}s, as they follow from
 * flags.
 *
 * @param files what is read
 * @param columns of the dataset
 * @param locators where their records lie
 * @param valueBytes size of a value of each column that is variable, otherwise anything
 * @param objectSizes of what is no file, by their numbers behind those of files
 * @param folderReading how files of folders are read, if there are some
 * @param flags what the user wants
 * @param batchSize most records of a batch
 * @param memory what each reader has
 */
public record JavaReading(
    OpenFiles files,
    List<Column> columns,
    List<RecordLocator> locators,
    List<Integer> valueBytes,
    List<Long> objectSizes,
    Optional<FolderReading> folderReading,
    Readahead flags,
    int batchSize,
    ReaderMemory memory)
    implements RecordReading {
  /** Enough for a device that answers in 0.1 ms; more gained nothing on two processors. */
  public static final int DEFAULT_THREADS = 16;

  private static final int MOST_COPYING_THREADS = 2;

  /** Requests that wait to be carried out, at most, for each thread. */
  private static final int REQUESTS_EACH = 32;

  /** Requests for several records pass through this much memory of each thread, at most. */
  private static final int MOST_STAGING_BYTES = 256 << 10;

  private static final int LEAST_STAGING_BYTES = 4 << 10;

  /** What is noted of a part of a record until it is in its slot. */
  private static final long PART_BYTES = 80;

  private static final long RECORD_BYTES = 16;

  /** Bytes of a unit of places: see {@link ReadGroup}. */
  private static final long UNIT_BYTES = 512;

  public JavaReading {
    columns = List.copyOf(columns);
    locators = List.copyOf(locators);
    valueBytes = List.copyOf(valueBytes);
    objectSizes = List.copyOf(objectSizes);
  }

  /** Of a dataset whose tables are filled. */
  public static JavaReading of(
      OpenDataset dataset, Optional<FolderReading> folders, Readahead flags, int batchSize) {
    List<RecordLocator> locators = new ArrayList<>();
    List<Integer> valueBytes = new ArrayList<>();
    for (int c = 0; c < dataset.columns().size(); c++) {
      locators.add(dataset.locator(c));
      boolean isVariable = dataset.columns().get(c).isVariable();
      valueBytes.add(isVariable ? dataset.variableSource(c).elementBytes() : 1);
    }
    List<Long> objects = new ArrayList<>();
    dataset.folders().values().forEach(folder -> objects.add(folder.dataBytes()));
    return new JavaReading(
        dataset.source(),
        dataset.columns(),
        locators,
        valueBytes,
        objects,
        folders,
        flags,
        batchSize,
        ReaderMemory.NONE);
  }

  /** As many threads as were asked for, or enough for a disk. */
  public static int threads(Readahead flags) {
    return flags.given().contains(ReadaheadFlag.IO_THREADS) ? flags.ioThreads() : DEFAULT_THREADS;
  }

  /**
   * How many threads copy out of mappings: as many as were asked for, or two. A copy in Java waits
   * for memory longer than one with hints to the processor, and two wait at the same time.
   */
  public static int copyingThreads(Readahead flags) {
    return flags.given().contains(ReadaheadFlag.IO_THREADS)
        ? flags.ioThreads()
        : Math.min(MOST_COPYING_THREADS, Runtime.getRuntime().availableProcessors());
  }

  int threads() {
    return threads(flags);
  }

  /** The threads, and the one that orders, which reads where it would only wait. */
  private int readerCount() {
    return threads() + 1;
  }

  int stagingBytes() {
    return stagingBytes(memory);
  }

  /** Of each reader, of what there is for all of them. */
  private int stagingBytes(ReaderMemory of) {
    int share = of.stagingBytes() / readerCount();
    return Math.clamp(
        share, LEAST_STAGING_BYTES, Math.min(MOST_STAGING_BYTES, flags.maxReadBytes()));
  }

  boolean isWindowed() {
    return memory.isWindowed();
  }

  int queueDepth() {
    return threads() * REQUESTS_EACH;
  }

  int maxReadBytes() {
    return flags.maxReadBytes();
  }

  /**
   * What lies between files of a folder is other files, each of which costs more than its bytes.
   */
  int mergeGapBytes() {
    return folderReading.isPresent() ? 0 : flags.mergeGapBytes();
  }

  int valueBytes(int column) {
    return valueBytes.get(column);
  }

  /** Files of folders by the numbers of their objects; null for files. */
  FolderFiles[] folders() {
    return folderReading.map(FolderReading::byObject).orElse(new FolderFiles[0]);
  }

  ExternalGatherer.Inspector inspector() {
    return folderReading
        .map(
            folders ->
                folders.inspector(files -> files.reading(new SmallFileChannels(files.folder()))))
        .orElse((_, failure) -> failure);
  }

  /** Where each file and object begins if all are laid end to end. */
  long[] bases() {
    List<Long> sizes = new ArrayList<>(files.files().stream().map(FileFacts::sizeBytes).toList());
    sizes.addAll(objectSizes);
    long[] bases = new long[sizes.size()];
    for (int i = 1; i < bases.length; i++) {
      bases[i] = bases[i - 1] + Math.ceilDiv(sizes.get(i - 1), UNIT_BYTES) * UNIT_BYTES;
    }
    return bases;
  }

  @Override
  public ReaderNeeds needs(Readahead wanted) {
    return new ReaderNeeds.Channels(
        readerCount() * LEAST_STAGING_BYTES,
        with ->
            (long) readerCount() * stagingBytes(with)
                + with.entryCount() * (RECORD_BYTES + PART_BYTES * columns.size()));
  }

  @Override
  public Supplier<Gatherer> gatherer(Readahead wanted, ReaderMemory memory) {
    JavaReading reading =
        new JavaReading(
            files,
            columns,
            locators,
            valueBytes,
            objectSizes,
            folderReading,
            flags,
            batchSize,
            memory);
    return () -> new JavaGatherer(reading, batchSize);
  }

  @Override
  public int entryCount(ReaderMemory memory) {
    return memory.entryCount();
  }

  @Override
  public OptionalInt carriers() {
    return OptionalInt.of(threads());
  }
}
