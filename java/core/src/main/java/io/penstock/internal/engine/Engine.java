package io.penstock.internal.engine;

import io.penstock.array.Column;
import io.penstock.array.OutputColumn;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.RecordNames;
import io.penstock.internal.dataset.SourceCheck;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.events.LoaderFacts;
import io.penstock.internal.gather.CheckedGatherer;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.gather.MappedGatherer;
import io.penstock.internal.gather.MappedRecords;
import io.penstock.internal.gather.NativeOrderGatherer;
import io.penstock.internal.gather.PageCacheWarmer;
import io.penstock.internal.gather.ReplayGatherer;
import io.penstock.internal.gather.WarmingGatherer;
import io.penstock.internal.pipeline.BatchSource;
import io.penstock.internal.pipeline.Ordering;
import io.penstock.internal.pipeline.Pipeline;
import io.penstock.internal.pipeline.ReaderThreadParts;
import io.penstock.internal.plan.BatchPlan;
import io.penstock.internal.plan.BlockPlan;
import io.penstock.internal.plan.Landing;
import io.penstock.internal.plan.SweepPlan;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.PageAdvice;
import io.penstock.internal.slot.BatchFiller;
import io.penstock.internal.slot.IndexSource;
import io.penstock.internal.slot.OrderedOffsets;
import io.penstock.internal.slot.RankShares;
import io.penstock.internal.slot.ReplayedIndices;
import io.penstock.internal.slot.SlotPool;
import io.penstock.internal.transform.TransformPlan;
import io.penstock.internal.transform.TransformRules;
import io.penstock.internal.transform.Transformer;
import io.penstock.options.Readahead;
import io.penstock.sampler.Sampler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The machine of one loader, built from an {@link EnginePlan}: memory, readers, pipeline.
 *
 * <p>What it owns: the loader's arena, and the order of closing: threads, native readers, memory.
 */
public final class Engine implements AutoCloseable {
  private final OpenFiles source;
  private final EnginePlan plan;
  private final boolean isReplay;
  private final List<OutputColumn> columns;
  private final long recordBytes;
  private final Arena arena = Arena.ofShared();
  private final SlotPool pool;
  private final BatchSource batches;
  private final Runnable opened;
  private volatile boolean isClosed;

  /** Empty where the page cache is left as it is. */
  private final Optional<PageCacheWarmer> warmer;

  private boolean hasWarmer;

  /**
   * Allocates everything; {@link #start} starts it.
   *
   * @param rules of checking; empty where nothing is checked
   */
  public Engine(
      OpenDataset dataset,
      DatasetWarming warming,
      LoaderOptions options,
      RankShares shares,
      EnginePlan plan,
      LoaderEvents events,
      Optional<CheckedGatherer.Rules> rules) {
    events.opening();
    this.source = dataset.source();
    this.plan = plan;
    this.isReplay = options.isReplay();
    this.columns = options.columns(dataset.columns()).stream().map(OutputColumn::of).toList();
    this.recordBytes = dataset.recordBytes();
    this.warmer =
        plan.isWarming
            ? Optional.of(warming.acquire(options.partition().placeShare()))
            : Optional.empty();
    this.hasWarmer = plan.isWarming;
    try {
      this.pool =
          new SlotPool(
              plan.memory.slots(), plan.columns, plan.batchSize, plan.readahead.hugePages(), arena);
      adviseWhole(dataset.columns().size());
      this.batches = batches(dataset, options, shares, events, rules);
    } catch (RuntimeException | Error e) {
      stopWarming();
      arena.close();
      throw e;
    }
    this.opened = () -> events.opened(facts(shares));
  }

  /**
   * Opens the readers. Call this once.
   *
   * @throws PenstockException if that fails, the device does not answer or the thread was
   *     interrupted; close the engine then
   * @throws IllegalStateException if it is closed at the same time
   */
  public void start() {
    batches.start();
    opened.run();
  }

  private BatchSource batches(
      OpenDataset dataset,
      LoaderOptions options,
      RankShares shares,
      LoaderEvents events,
      Optional<CheckedGatherer.Rules> rules) {
    // Events come from the stage next to the consumer, which knows how long that waits.
    LoaderEvents pipelineEvents = plan.transforms.isEmpty() ? events : LoaderEvents.NONE;
    Supplier<Gatherer> reader =
        inOrder(dataset, options, checked(rules, dataset, gatherers(dataset)));
    Pipeline pipeline = new Pipeline(shares, parts(shares, reader), pipelineEvents);
    return plan.transforms
        .<BatchSource>map(
            transforms ->
                new Transformer(
                    pipeline,
                    shares,
                    transforms,
                    new TransformRules(
                        dataset, new RecordNames(dataset), rules, options.isNativeOrder()),
                    plan.memory.slots().slotCount(),
                    options.isAnyOrder(),
                    plan.readahead.hugePages(),
                    arena,
                    events))
        .orElse(pipeline);
  }

  private LoaderFacts facts(RankShares shares) {
    return new LoaderFacts(
        plan.choice.backend().flag(),
        plan.choice.io().flag(),
        plan.reason(),
        plan.readahead.toString(),
        plan.memoryBytes(),
        shares.sampler().description(),
        shares.sampler().seed(),
        plan.batchSize,
        shares.epochRecords(),
        recordBytes);
  }

  private Supplier<Gatherer> gatherers(OpenDataset dataset) {
    if (!plan.choice.isMapped()) {
      Supplier<Gatherer> reader = plan.reading.gatherer(plan.readahead, plan.memory.reader());
      return warmer.map(files -> warming(dataset, reader, files)).orElse(reader);
    }
    boolean isAdvised =
        plan.readahead.advice() == Readahead.Advice.WILLNEED
            || (plan.readahead.advice() == Readahead.Advice.AUTO
                && plan.isShuffled
                && !plan.choice.isCached());
    // Map on the thread that builds the loader. Mapping again later costs nothing.
    mapped(dataset);
    return () ->
        new MappedGatherer(source, mapped(dataset), isAdvised, plan.readahead.dropBehind());
  }

  /** Maps the files at once, so that the warmer finds the mappings. */
  private Supplier<Gatherer> warming(
      OpenDataset dataset, Supplier<Gatherer> reader, PageCacheWarmer files) {
    mapped(dataset);
    return () -> {
      // Before the reader is opened: this may throw, and an open reader would have to be closed.
      List<MappedRecords> columns = mapped(dataset);
      return new WarmingGatherer(
          reader.get(), new MappedGatherer(source, columns, false, false), files);
    };
  }

  /** All columns, mapped for one reading thread. */
  private List<MappedRecords> mapped(OpenDataset dataset) {
    return MappedRecords.of(dataset, plan.batchSize);
  }

  /** Adds the checking of what was read, if it was asked for. */
  private static Supplier<Gatherer> checked(
      Optional<CheckedGatherer.Rules> rules, OpenDataset dataset, Supplier<Gatherer> reader) {
    return rules
        .<Supplier<Gatherer>>map(all -> () -> new CheckedGatherer(reader.get(), all, dataset))
        .orElse(reader);
  }

  /** Adds the conversion of byte order, if it was asked for. */
  private static Supplier<Gatherer> inOrder(
      OpenDataset dataset, LoaderOptions options, Supplier<Gatherer> reader) {
    List<Column> columns = dataset.columns();
    boolean isTurned = options.isNativeOrder() && !columns.stream().allMatch(Column::isNativeOrder);
    return isTurned ? () -> new NativeOrderGatherer(reader.get(), columns) : reader;
  }

  private List<ReaderThreadParts> parts(RankShares shares, Supplier<Gatherer> reader) {
    Supplier<Gatherer> opener = isReplay ? () -> new ReplayGatherer(reader.get()) : reader;
    List<ReaderThreadParts> parts = new ArrayList<>();
    for (int i = 0; i < plan.memory.slots().threadCount(); i++) {
      SourceCheck check = new SourceCheck(source.check(arena));
      parts.add(
          new ReaderThreadParts(pool.slots(i), ordering(pool.order(i), shares), opener, check));
    }
    return parts;
  }

  /** How a reading thread orders records, according to the plan. */
  private Ordering.Maker ordering(MemorySegment indices, RankShares shares) {
    Sampler sampler = shares.sampler();
    return switch (plan.memory) {
      case BatchPlan _ -> Ordering.intoSlots(filler(shares));
      case SweepPlan sweep ->
          Ordering.intoCells(
              plan.cutting.pieces(arena),
              indices,
              IndexSource.of(shares, arena),
              offsets(shares, plan.reading.entryCount(sweep.reader())));
      case BlockPlan blocks ->
          switch (blocks.reader().landing()) {
            case Landing.InSlots _ ->
                Ordering.intoSlots(filler(shares), sampler, blocks.windowRecords());
            case Landing.InCells _ ->
                Ordering.intoCells(
                    plan.cutting.pieces(arena), indices, sampler, blocks.windowRecords());
          };
    };
  }

  private BatchFiller filler(RankShares shares) {
    IndexSource source = IndexSource.of(shares, arena);
    return plan.cutting.filler(isReplay ? new ReplayedIndices(source) : source, arena);
  }

  private OrderedOffsets offsets(RankShares shares, long records) {
    return shares.isByPlace()
        ? new OrderedOffsets(arena.allocate(ValueLayout.JAVA_INT, records), plan.batchSize)
        : OrderedOffsets.NONE;
  }

  /** Gives advice about whole files; the gatherer gives it batch by batch. */
  private void adviseWhole(int columnCount) {
    PageAdvice advice =
        switch (plan.readahead.advice()) {
          case RANDOM -> PageAdvice.RANDOM;
          case SEQUENTIAL -> PageAdvice.SEQUENTIAL;
          case AUTO ->
              plan.choice.backend() == Readahead.Backend.MMAP && !plan.isShuffled
                  ? PageAdvice.SEQUENTIAL
                  : null;
          case NORMAL, WILLNEED -> null;
        };
    for (int i = 0; i < columnCount && advice != null; i++) {
      source.advise(i, MemorySegment.NULL, 0, advice);
    }
  }

  /** The plan that it was made from. */
  public EnginePlan plan() {
    return plan;
  }

  /** The reasons for the plan, and the progress of warming. */
  public String reason() {
    String progress = warmingProgress();
    return progress.isEmpty() ? plan.reason() : plan.reason() + "; " + progress;
  }

  /** As "warming 43 %"; empty where nothing is warmed. */
  public String warmingProgress() {
    return warmer.map(PageCacheWarmer::describe).orElse("");
  }

  /** Whether warming stopped before the files were in the page cache. */
  public boolean hasGivenUpWarming() {
    return warmer.map(PageCacheWarmer::isStopped).orElse(false);
  }

  private void stopWarming() {
    synchronized (this) {
      if (!hasWarmer) {
        return;
      }
      hasWarmer = false;
    }
    warmer.ifPresent(PageCacheWarmer::close);
  }

  /** The source of finished batches. */
  public BatchSource batches() {
    return batches;
  }

  /** The columns that are delivered. */
  public List<OutputColumn> columns() {
    return plan.transforms.map(TransformPlan::columns).orElse(columns);
  }

  /** Whether it was closed, even if closing failed. */
  public boolean isClosed() {
    return isClosed;
  }

  /** Ends threads and readers, but keeps the memory, as other code may hold addresses in it. */
  public void closeButMemory() {
    isClosed = true;
    batches.close();
  }

  /** Whether no thread of it is running. */
  public boolean hasEnded() {
    return batches.hasEnded();
  }

  /** Ends the threads first, which close their readers, and then frees the memory they wrote to. */
  @Override
  public void close() {
    isClosed = true;
    stopWarming();
    try {
      batches.close();
    } catch (PenstockException e) {
      if (!batches.hasEnded()) {
        throw e; // Nothing is given back that a thread or the device may still use.
      }
      // Report it once: closing again would not change anything.
      boolean isNews = arena.scope().isAlive();
      pool.abandon();
      closeArena();
      if (isNews) {
        throw e;
      }
    }
    closeArena();
  }

  private synchronized void closeArena() {
    if (!arena.scope().isAlive()) {
      return;
    }
    try {
      arena.close();
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "memory of a batch is in use by a native call: close the loader again when that call has"
              + " returned",
          e);
    }
  }
}
