package io.penstock;

import io.penstock.internal.engine.BackendChoice;
import io.penstock.internal.engine.BatchSource;
import io.penstock.internal.engine.CheckedGatherer;
import io.penstock.internal.engine.Deals;
import io.penstock.internal.engine.Gatherer;
import io.penstock.internal.engine.MappedColumn;
import io.penstock.internal.engine.MappedGatherer;
import io.penstock.internal.engine.MemoryPlan;
import io.penstock.internal.engine.MemoryRequest;
import io.penstock.internal.engine.NativeOrderGatherer;
import io.penstock.internal.engine.NativeReading;
import io.penstock.internal.engine.Pieces;
import io.penstock.internal.engine.Pipeline;
import io.penstock.internal.engine.ReplayGatherer;
import io.penstock.internal.engine.Residency;
import io.penstock.internal.engine.SlotPool;
import io.penstock.internal.engine.SourceCheck;
import io.penstock.internal.engine.TransformPlan;
import io.penstock.internal.engine.Transformer;
import io.penstock.internal.events.LoaderEvents;
import io.penstock.internal.events.LoaderFacts;
import io.penstock.internal.ffi.NativeFailure;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.transform.OutputColumn;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What a loader runs on, put together from its options: backend, memory, pipeline.
 *
 * <p>What it owns: the loader's arena, and the order of closing: threads, native readers, memory.
 * Everything is decided and checked before anything is allocated.
 */
final class Engine implements AutoCloseable {
  private final NativeSource source;
  private final Readahead readahead;
  private final BackendChoice choice;
  private final NativeReading reading;
  private final MemoryPlan plan;

  /** Null without transforms. */
  private final TransformPlan transforms;

  /** How records of different sizes are read; null where they have one. */
  private final VariableReading variable;

  private final int batchSize;
  private final boolean isShuffled;
  private final boolean isReplay;
  private final List<OutputColumn> columns;
  private final long recordCount;
  private final long recordBytes;
  private final Arena arena = Arena.ofShared();
  private final SlotPool pool;
  private final BatchSource batches;

  Engine(
      LoaderBuilder builder,
      Deals deals,
      NativeSource source,
      BackendChoice choice,
      LoaderEvents events,
      CheckedGatherer.Rules rules) {
    events.opening();
    Dataset dataset = builder.dataset;
    Readahead wanted = Readahead.effective(builder.readahead);
    this.source = source;
    this.isReplay = builder.isReplay;
    this.isShuffled = !deals.sampler().isAscending();
    this.columns = builder.columns().stream().map(OutputColumn::of).toList();
    this.recordCount = dataset.recordCount();
    this.recordBytes = dataset.recordBytes();
    if (wanted.cacheBytes() > 0 && !isShuffled) {
      throw new IllegalArgumentException(
          "cache must be 0 for an order that is not shuffled, was " + wanted.cacheBytes());
    }
    this.batchSize = deals.mostRecords();
    this.choice = choice;
    this.reading = new NativeReading(source, choice, recordCount, recordBytes, batchSize);
    this.variable = VariableReading.ofOrNull(builder);
    if (variable != null && rules != null) {
      throw new IllegalArgumentException(
          "records of different sizes cannot be verified or skipped yet: leave out verify and"
              + " badRecords");
    }
    NativeSource.SlotLayout layout =
        variable == null ? source.slotLayout(batchSize) : variable.layout(batchSize);
    this.transforms = builder.transformPlan(batchSize, wanted);
    this.plan = plan(builder, deals, variable == null ? wanted : oneLane(wanted), layout);
    this.readahead =
        wanted.with(
            "backend=%s,io=%s,prefetchBatches=%s,ioThreads=%s"
                .formatted(
                    choice.backendName(),
                    choice.io(),
                    plan.prefetchBatches(),
                    variable == null ? plan.laneCount() : variable.threads()));
    try {
      List<Long> recordBytes = dataset.columns().stream().map(Column::recordBytes).toList();
      this.pool =
          new SlotPool(
              plan,
              layout.offsets(),
              recordBytes,
              variable == null ? -1 : variable.valuesAt(),
              batchSize,
              readahead.hugePages(),
              arena);
      adviseWhole(variable == null ? dataset.columns().size() : 0);
      this.batches = batches(builder, deals, events, rules);
      batches.start();
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
    events.opened(facts(deals));
  }

  private BatchSource batches(
      LoaderBuilder builder, Deals deals, LoaderEvents events, CheckedGatherer.Rules rules) {
    // Whoever is next to the consumer knows what that waits for.
    LoaderEvents pipelineEvents = transforms == null ? events : LoaderEvents.NONE;
    Dataset dataset = builder.dataset;
    Supplier<Gatherer> reader = inOrder(builder, checked(rules, dataset, gatherers(dataset)));
    Pipeline pipeline = new Pipeline(deals, parts(reader), pipelineEvents);
    if (transforms == null) {
      return pipeline;
    }
    return new Transformer(
        pipeline,
        deals,
        transforms,
        plan.slotCount(),
        builder.isAnyOrder,
        readahead.hugePages(),
        arena,
        events);
  }

  private LoaderFacts facts(Deals deals) {
    return new LoaderFacts(
        choice.backendName(),
        choice.io(),
        reason(),
        readahead.toString(),
        memoryBytes(),
        deals.sampler().description(),
        deals.sampler().seed(),
        batchSize,
        deals.epochRecords(),
        recordBytes);
  }

  /** How the data would be read best now. */
  static BackendChoice choose(LoaderBuilder builder, NativeSource source) {
    Dataset dataset = builder.dataset;
    Column variable = VariableReading.firstOrNull(dataset);
    if (variable != null) {
      Readahead wanted = Readahead.effective(builder.readahead);
      return BackendChoice.variable(wanted, variable.name(), VariableReading.threads(wanted));
    }
    Optional<String> piecesOf = dataset.columns().stream().flatMap(Engine::piecesOf).findFirst();
    if (piecesOf.isPresent()) {
      return BackendChoice.gathering(Readahead.effective(builder.readahead), piecesOf.get());
    }
    boolean isAligned =
        source.files().stream().allMatch(file -> file.directOffsetAlignmentBytes() > 0);
    return BackendChoice.choose(
        Readahead.effective(builder.readahead),
        dataset.recordCount(),
        isAligned,
        Residency.of(dataset.files(), builder.memoryBytes),
        (backend, isDirect) -> source.probe(NativeReading.backend(backend), isDirect));
  }

  private static Stream<String> piecesOf(Column column) {
    return column.shards().stream()
        .filter(shard -> !shard.isWhole())
        .map(
            shard ->
                "column '%s' (%s) with %d pieces per record"
                    .formatted(column.name(), shard.path(), Pieces.count(column, shard)));
  }

  private MemoryPlan plan(
      LoaderBuilder builder, Deals deals, Readahead wanted, NativeSource.SlotLayout layout) {
    MemoryRequest request =
        new MemoryRequest(
            builder.memoryBytes - transformBytes(),
            builder.dataset.columns().stream().map(Column::recordBytes).toList(),
            variable == null ? spreadRecords(builder.dataset) : recordCount,
            deals.epochRecords(),
            deals.sampler().windowRecords(),
            batchSize,
            wanted,
            isShuffled,
            choice.backend() == Readahead.Backend.MMAP || variable != null,
            layout.slotBytes(),
            reading.memory(wanted));
    try {
      // Where one batch is replayed there is nothing to read ahead.
      return MemoryPlan.choose(request, isReplay ? MemoryPlan.Mode.SLOTS : builder.mode);
    } catch (IllegalArgumentException e) {
      throw transforms == null
          ? e
          : new IllegalArgumentException(
              "%s; transformed batches take %d of memoryBytes beside that"
                  .formatted(e.getMessage(), transformBytes()),
              e);
    }
  }

  private long transformBytes() {
    return transforms == null ? 0 : transforms.totalBytes();
  }

  /**
   * How many records the files have room for, which are fewer than there are where they overlap:
   * how densely the records of an order lie depends on it.
   */
  private static long spreadRecords(Dataset dataset) {
    long most = 0;
    for (Column column : dataset.columns()) {
      long records = 0;
      for (Shard shard : column.shards()) {
        double perRecord = Math.min(1.0, (double) shard.strideBytes() / column.recordBytes());
        records += (long) Math.ceil(shard.recordCount() * perRecord);
      }
      most = Math.max(most, Math.min(records, column.recordCount()));
    }
    return most;
  }

  /** The threads that read records of different sizes share one lane's batches. */
  private static Readahead oneLane(Readahead wanted) {
    return wanted.with("ioThreads=1");
  }

  private Supplier<Gatherer> gatherers(Dataset dataset) {
    if (variable != null) {
      return variable.gatherer();
    }
    if (choice.backend() != Readahead.Backend.MMAP) {
      return reading.gatherer(readahead, plan);
    }
    List<MappedColumn> columns = new ArrayList<>();
    for (int i = 0; i < dataset.columns().size(); i++) {
      columns.add(dataset.mappedColumn(i));
    }
    boolean isAdvised =
        readahead.advice() == Readahead.Advice.WILLNEED
            || (readahead.advice() == Readahead.Advice.AUTO && isShuffled && !choice.isCached());
    long recordBytes = dataset.recordBytes();
    return () ->
        new MappedGatherer(source, columns, recordBytes, isAdvised, readahead.dropBehind());
  }

  /** What reads and checks what was read, if that is asked for. */
  private Supplier<Gatherer> checked(
      CheckedGatherer.Rules rules, Dataset dataset, Supplier<Gatherer> reader) {
    return rules == null
        ? reader
        : () -> new CheckedGatherer(reader.get(), rules, dataset.columns(), source);
  }

  /** What reads in the byte order that was asked for. */
  private static Supplier<Gatherer> inOrder(LoaderBuilder builder, Supplier<Gatherer> reader) {
    List<Column> columns = builder.dataset.columns();
    boolean isTurned = builder.isNativeOrder && !columns.stream().allMatch(Column::isNativeOrder);
    return isTurned ? () -> new NativeOrderGatherer(reader.get(), columns) : reader;
  }

  private List<Pipeline.LaneParts> parts(Supplier<Gatherer> reader) {
    Supplier<Gatherer> opener =
        isReplay ? () -> new ReplayGatherer(reader.get(), batchSize) : reader;
    List<Pipeline.LaneParts> parts = new ArrayList<>();
    for (int i = 0; i < plan.laneCount(); i++) {
      NativeFailure failure = new NativeFailure(arena);
      SourceCheck check = new SourceCheck(() -> source.check(failure));
      parts.add(
          new Pipeline.LaneParts(
              pool.slots(i),
              pool.order(i),
              plan.windowRecords(),
              variable == null ? null : variable.cutter(batchSize, arena),
              opener,
              check));
    }
    return parts;
  }

  /** Advice that holds for all records; advice batch by batch is the gatherer's. */
  private void adviseWhole(int columnCount) {
    NativeSource.Advice advice =
        switch (readahead.advice()) {
          case RANDOM -> NativeSource.Advice.RANDOM;
          case SEQUENTIAL -> NativeSource.Advice.SEQUENTIAL;
          case AUTO ->
              choice.backend() == Readahead.Backend.MMAP && !isShuffled
                  ? NativeSource.Advice.SEQUENTIAL
                  : null;
          case NORMAL, WILLNEED -> null;
        };
    for (int i = 0; i < columnCount && advice != null; i++) {
      source.advise(i, MemorySegment.NULL, 0, advice);
    }
  }

  Readahead readahead() {
    return readahead;
  }

  BackendChoice choice() {
    return choice;
  }

  /** Where finished batches come from. */
  BatchSource batches() {
    return batches;
  }

  /** What is delivered. */
  List<OutputColumn> columns() {
    return transforms == null ? columns : transforms.columns();
  }

  /** Most batches that can be with a consumer. */
  int slotCount() {
    return transforms != null ? transforms.slotCount() : plan.laneCount() * plan.slotCount();
  }

  long memoryBytes() {
    return plan.totalBytes() + transformBytes();
  }

  String reason() {
    if (isReplay) {
      return choice.reason() + "; replays one batch, and reads no other";
    }
    String reason = choice.reason() + (variable == null ? "" : "; " + variable.reason());
    return plan.reason().isEmpty() ? reason : reason + "; " + plan.reason();
  }

  /** Threads first, which close their readers; then the memory that those wrote to. */
  @Override
  public void close() {
    try {
      batches.close();
    } catch (PenstockException e) {
      pool.abandon();
      closeArena();
      throw e;
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
          "memory of a batch is in use by a native call: close the loader again when it is over",
          e);
    }
  }
}
