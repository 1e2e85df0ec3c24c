package io.penstock.internal.engine;

import io.penstock.array.Column;
import io.penstock.array.OutputColumn;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.StridedRecord;
import io.penstock.internal.door.Platforms;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.gather.FolderReading;
import io.penstock.internal.gather.JavaReading;
import io.penstock.internal.gather.NativeReading;
import io.penstock.internal.gather.RecordReading;
import io.penstock.internal.plan.BackendChoice;
import io.penstock.internal.plan.JavaChoice;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.internal.plan.MemoryRequest;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.internal.plan.ReadPlan;
import io.penstock.internal.plan.ReadPlanner;
import io.penstock.internal.plan.ReaderNeeds;
import io.penstock.internal.plan.Residency;
import io.penstock.internal.plan.SlotMemory;
import io.penstock.internal.plan.TooLittleMemoryException;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.SlotLayout;
import io.penstock.internal.slot.BatchCutting;
import io.penstock.internal.slot.IndexSource;
import io.penstock.internal.slot.OrderedOffsets;
import io.penstock.internal.slot.Partition;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.SlotColumn;
import io.penstock.internal.transform.TransformPlan;
import io.penstock.options.Readahead;
import io.penstock.sampler.Sampler;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The plan of an {@link Engine}, derived from a loader's options: backend, flags, and how the
 * memory is divided.
 *
 * <p>Everything is decided and checked here, and nothing is allocated, so a plan that fails leaves
 * a running engine untouched.
 */
public final class EnginePlan {
  /** Warming pays only if at least this share of what it reads is records. */
  private static final double LEAST_SHARE = 0.5;

  public final BackendChoice choice;
  public final Readahead readahead;
  final RecordReading reading;
  final ReadPlan memory;

  /** Where the columns of a batch lie in a slot. */
  final List<SlotColumn> columns;

  /** How batches are cut into pieces that fit there. */
  final BatchCutting cutting;

  /** Empty if batches are delivered as they are read. */
  final Optional<TransformPlan> transforms;

  /** Whether the order is anything but ascending. */
  final boolean isShuffled;

  final int batchSize;

  /** Whether the files are read into the page cache in order, while batches are gathered. */
  final boolean isWarming;

  private final MemoryBudget budget;
  private final boolean isReplay;
  private final long slotBytes;
  private final long tableBytes;
  private final long indexBytes;
  private final String rankReason;

  /**
   * Makes the plan.
   *
   * @throws IllegalArgumentException if the budget is too small; the message says what is enough. A
   *     default budget is first raised as far as memory allows
   */
  public static EnginePlan of(
      OpenDataset dataset,
      LoaderOptions options,
      FoundLimits limits,
      RankShares shares,
      BackendChoice choice) {
    dataset.tables().fill();
    return options
        .memory()
        .plan(budget -> new EnginePlan(dataset, options, limits, shares, choice, budget));
  }

  private EnginePlan(
      OpenDataset dataset,
      LoaderOptions options,
      FoundLimits limits,
      RankShares shares,
      BackendChoice choice,
      MemoryBudget budget) {
    OpenFiles source = dataset.source();
    Readahead wanted = options.readahead();
    this.choice = choice;
    this.budget = budget;
    this.isReplay = options.isReplay();
    this.isShuffled = !shares.sampler().isAscending();
    if (wanted.cacheBytes() > 0 && !isShuffled) {
      throw new IllegalArgumentException(
          "cache must be 0 for an order that is not shuffled, was " + wanted.cacheBytes());
    }
    this.batchSize = shares.mostRecords();
    this.isWarming = choice.isWarming() && paysToWarm(dataset, options, limits, shares);
    Optional<FolderReading> folders =
        dataset.folderColumn().map(_ -> new FolderReading(dataset.folders(), options.readahead()));
    ColumnSizes sizes = new ColumnSizes(dataset);
    this.tableBytes = source.tableBytes();
    this.indexBytes = IndexSource.memoryBytes(shares);
    this.rankReason = rankReason(options.partition(), shares.sampler());
    this.cutting = sizes.cutting(options, budget, batchSize);
    this.reading = reading(dataset, wanted, sizes, folders);
    SlotLayout layout = source.slotLayout(batchSize, sizes.valueBytes(cutting));
    this.columns = sizes.slotColumns(layout.offsets());
    this.slotBytes = layout.slotBytes();
    this.transforms = transforms(dataset, options);
    this.memory = divide(options, shares, sizes, withThreads(wanted));
    this.readahead =
        wanted.with(
            "backend=%s%s,io=%s,prefetchBatches=%s,ioThreads=%s"
                .formatted(
                    choice.backend().flag(),
                    choice.backend() == Readahead.Backend.JAVA ? ",cache=0" : "",
                    choice.io().flag(),
                    memory.slots().prefetchBatches(),
                    shownThreads(wanted)));
  }

  /**
   * The number of threads to show. Readers of folders, and those in Java, have threads of their
   * own.
   */
  private int shownThreads(Readahead wanted) {
    if (isByCarriers()) {
      return reading.carriers().orElseThrow();
    }
    return memory.reader().isReadByOneThread() ? wanted.ioThreads() : memory.slots().threadCount();
  }

  /** Whether threads of a reader share the batches of one reading thread. */
  private boolean isByCarriers() {
    return !choice.isMapped() && reading.carriers().isPresent();
  }

  private RecordReading reading(
      OpenDataset dataset, Readahead wanted, ColumnSizes sizes, Optional<FolderReading> folders) {
    return choice.backend() != Readahead.Backend.JAVA
            && dataset.source() instanceof NativeSource source
        ? new NativeReading(
            source,
            choice,
            isWarming ? choice.mayReadDirectly() : choice.isDirect(),
            dataset.recordCount(),
            dataset.recordBytes(),
            batchSize,
            sizes.chunks(source, cutting),
            folders)
        : JavaReading.of(dataset, folders, wanted, batchSize);
  }

  /** The transforms, fitted to the columns. */
  private Optional<TransformPlan> transforms(OpenDataset dataset, LoaderOptions options) {
    if (options.transforms().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new TransformPlan(
            options.transforms(),
            options.columns(dataset.columns()).stream().map(OutputColumn::of).toList(),
            batchSize,
            valueRoomBytes(),
            options.transformThreads(),
            options.readahead().prefetchBatches() + SlotMemory.LEAST_SLOTS,
            budget.bytes()));
  }

  /**
   * Bytes that a slot has for the values of variable columns, behind all columns with a fixed
   * place.
   */
  private long valueRoomBytes() {
    long end = 0;
    boolean isVariable = false;
    for (SlotColumn column : columns) {
      end = Math.max(end, column.endOffset(batchSize));
      isVariable |= column instanceof SlotColumn.Variable;
    }
    return isVariable ? MemoryRequest.strideBytes(slotBytes) - end : 0;
  }

  /** Chooses the best way to read the data, as things are now. */
  public static BackendChoice choose(
      OpenDataset dataset, LoaderOptions options, FoundLimits limits) {
    OpenFiles source = dataset.source();
    Readahead wanted = options.readahead();
    Optional<String> problem = Platforms.problem();
    Optional<Column> folder = dataset.folderColumn();
    if (folder.isPresent()) {
      if (JavaChoice.isDue(wanted, problem)) {
        return JavaChoice.folder(
            wanted, problem, folder.get().name(), FolderReading.threads(wanted));
      }
      return BackendChoice.folder(wanted, folder.get().name(), FolderReading.threads(wanted));
    }
    Optional<String> piecesOf =
        dataset.columns().stream().flatMap(EnginePlan::piecesOf).findFirst();
    if (piecesOf.isPresent()) {
      return BackendChoice.gathering(wanted, piecesOf.get());
    }
    Residency residency = Residency.of(dataset.fileInfos(), options.memory().bytes());
    if (JavaChoice.isDue(wanted, problem) || !(source instanceof NativeSource nativeSource)) {
      return JavaChoice.choose(
          wanted,
          problem,
          residency,
          !limits.refused().containsKey(Readahead.Backend.MMAP),
          JavaReading.threads(wanted));
    }
    Optional<Path> indirect =
        source.files().stream()
            .filter(file -> file.directOffsetAlignmentBytes() == 0)
            .map(FileFacts::path)
            .findFirst();
    boolean isAligned = indirect.isEmpty();
    boolean isToBeDirect =
        wanted.io() == Readahead.Io.DIRECT && wanted.backend() != Readahead.Backend.MMAP;
    if (isToBeDirect && !isAligned && dataset.recordCount() > 0) {
      throw BackendChoice.indirect(indirect.get());
    }
    return BackendChoice.choose(
        wanted,
        dataset.recordCount(),
        isAligned,
        residency,
        limits.refused(),
        (backend, isDirect) -> nativeSource.probe(NativeReading.backend(backend), isDirect));
  }

  private static Stream<String> piecesOf(Column column) {
    return column.shards().stream()
        .filter(shard -> !shard.isWhole())
        .map(
            shard ->
                "column '%s' (%s) with %d pieces per record"
                    .formatted(column.name(), shard.path(), StridedRecord.count(column, shard)));
  }

  private ReadPlan divide(
      LoaderOptions options, RankShares shares, ColumnSizes sizes, Readahead wanted) {
    boolean isMapped = choice.isMapped();
    MemoryRequest request =
        new MemoryRequest(
            budget.bytes() - transformBytes() - threadBytes(wanted.ioThreads()) - tableBytes,
            sizes.recordSizes(),
            sizes.spreadRecords(),
            Math.max(1, sizes.spreadRecords() / options.partition().groupSize()),
            shares.epochRecords(),
            // By place a rank has some records of every window, and of hardly any block all.
            shares.isByPlace() ? 1 : shares.sampler().windowRecords(),
            batchSize,
            wanted,
            isShuffled,
            slotBytes,
            isMapped ? new ReaderNeeds.Mapped() : needs(wanted, shares));
    try {
      // A replayed batch leaves nothing to read ahead, and neither do files that are in memory
      // soon.
      boolean isByBatches = isReplay || isWarming || !sizes.fitCells(cutting);
      return ReadPlanner.choose(
          request, isByBatches ? PreferredPlan.BATCHES : options.preferredPlan());
    } catch (TooLittleMemoryException e) {
      String ofTransforms =
          transforms.isEmpty()
              ? ""
              : "; transformed batches take %d of that".formatted(transformBytes());
      throw e.beside(budget.bytes() - request.memoryBytes(), ofTransforms);
    }
  }

  /**
   * Whether a pass over the files is worth it. It is for a shuffled order if all ranks together
   * read at least half of the records: they share a machine, or read the rest in later epochs. An
   * ascending order, or one of whole blocks, reads the files only once anyway. Nor is it if most of
   * the bytes between the first record and the last are not read, as the pictures of a container of
   * which only the labels are wanted.
   */
  private static boolean paysToWarm(
      OpenDataset dataset, LoaderOptions options, FoundLimits limits, RankShares shares) {
    double ofAllRanks = (double) shares.epochRecords() * options.partition().worldSize();
    return limits.mayWarm()
        && !limits.refused().containsKey(Readahead.Backend.MMAP)
        && options.preferredPlan() == PreferredPlan.CHEAPEST
        && !options.isReplay()
        && !shares.sampler().isAscending()
        && shares.sampler().windowRecords() <= 1
        && DatasetWarming.recordShare(dataset.files()) >= LEAST_SHARE
        && 2 * ofAllRanks >= dataset.recordCount();
  }

  /** What readers take, and what is noted beside each record that is known ahead without a slot. */
  private ReaderNeeds needs(Readahead wanted, RankShares shares) {
    ReaderNeeds needs = reading.needs(wanted);
    return shares.isByPlace() && needs instanceof ReaderNeeds.Native ofC
        ? ofC.beside(
            memory ->
                memory.landing().cellCount() == 0
                    ? 0
                    : (long) OrderedOffsets.RECORD_BYTES * reading.entryCount(memory))
        : needs;
  }

  /** What reading threads take to know which records a batch has, and to cut it. */
  private long threadBytes(int threads) {
    return threads * (cutting.memoryBytes() + indexBytes);
  }

  private static String rankReason(Partition partition, Sampler sampler) {
    if (!partition.isByPlace()) {
      return "";
    }
    String reason = "records by place among %d ranks".formatted(partition.groupSize());
    return sampler.windowRecords() > 1
        ? reason + ", so whole blocks are not read together: by position they are"
        : reason;
  }

  private long transformBytes() {
    return transforms.map(TransformPlan::totalBytes).orElse(0L);
  }

  /** How many threads make batches, each every n-th. */
  private Readahead withThreads(Readahead wanted) {
    if (isByCarriers()) {
      return wanted.with("ioThreads=1"); // Those that read for it share its batches.
    }
    long slots = (long) wanted.prefetchBatches() + SlotMemory.LEAST_SLOTS;
    long takenBytes =
        slots * MemoryRequest.strideBytes(slotBytes)
            + transformBytes()
            + threadBytes(JavaReading.copyingThreads(wanted))
            + tableBytes;
    boolean hasRoom = takenBytes <= budget.bytes() / 4 * 3;
    return choice.backend() == Readahead.Backend.JAVA && hasRoom && !isReplay
        ? wanted.with("cache=0,ioThreads=" + JavaReading.copyingThreads(wanted))
        : wanted;
  }

  /** The most batches that consumers can hold at once. */
  int slotCount() {
    return transforms
        .map(TransformPlan::slotCount)
        .orElseGet(() -> memory.slots().threadCount() * memory.slots().slotCount());
  }

  /** Memory of the whole engine. */
  public long memoryBytes() {
    return memory.totalBytes()
        + transformBytes()
        + threadBytes(memory.slots().threadCount())
        + tableBytes;
  }

  /** The reasons for the plan, in one line. */
  String reason() {
    if (isReplay) {
      return choice.reason() + "; replays one batch, and reads no other";
    }
    return Stream.of(
            choice.reason(),
            cutting.reason(),
            rankReason,
            memory.reason(),
            budget.reason(memoryBytes()))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("; "));
  }
}
