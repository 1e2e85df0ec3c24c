package io.penstock.internal.engine;

import io.penstock.array.Column;
import io.penstock.internal.dataset.MappedColumn;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.VariableSource;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.gather.VariableGatherer;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.internal.plan.TooLittleMemoryException;
import io.penstock.internal.slot.BatchCutter;
import io.penstock.options.Readahead;
import io.penstock.options.ReadaheadFlag;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * How an {@link Engine} reads a dataset that has columns with records of different sizes: where
 * columns lie in a slot, who cuts batches, and who reads them.
 *
 * <p>What it owns: the checks of options that do not apply to such columns.
 */
final class VariableReading {
  /** Fewer threads do not keep a device busy that answers in 0.1 ms; many more gain nothing. */
  private static final int DEFAULT_THREADS = 16;

  /** A batch with the consumer, one being read, and as much to spare for all else. */
  private static final int LEAST_BATCHES = 3;

  private final OpenDataset dataset;
  private final long limitBytes;
  private final int threads;
  private long valuesAt;

  private VariableReading(OpenDataset dataset, LoaderOptions options, MemoryBudget budget) {
    this.dataset = dataset;
    this.limitBytes = options.effectiveBatchBytes(budget);
    this.threads = threads(options.readahead());
    check(options, budget);
  }

  /** How to read; null where all records have one size. */
  static VariableReading ofOrNull(OpenDataset dataset, LoaderOptions options, MemoryBudget budget) {
    return firstOrNull(dataset) == null ? null : new VariableReading(dataset, options, budget);
  }

  /** The first column with records of different sizes. */
  static Column firstOrNull(OpenDataset dataset) {
    return dataset.columns().stream().filter(Column::isVariable).findFirst().orElse(null);
  }

  /** As many as were asked for, or enough for a disk. */
  static int threads(Readahead readahead) {
    return readahead.given().contains(ReadaheadFlag.IO_THREADS)
        ? readahead.ioThreads()
        : DEFAULT_THREADS;
  }

  private void check(LoaderOptions options, MemoryBudget budget) {
    if (options.isReplay()) {
      throw new IllegalArgumentException(
          "replay must be off with records of different sizes, as each batch has others: leave it"
              + " out");
    }
    if (!options.transforms().isEmpty()) {
      throw new IllegalArgumentException(
          "there must be no transforms with records of different sizes, whose outputs have one:"
              + " transform what the loop gets");
    }
    if (options.readahead().cacheBytes() > 0) {
      throw new IllegalArgumentException(
          "cache must be 0 with records of different sizes, which the page cache keeps");
    }
    if (limitBytes > budget.bytes() / LEAST_BATCHES) {
      throw new TooLittleMemoryException(
          "batchBytes must be at most a third of memoryBytes=%d, was %d: give more memory"
              .formatted(budget.bytes(), limitBytes));
    }
  }

  /** Where columns lie in a slot: offsets of records in place of those of different sizes. */
  NativeSource.SlotLayout layout(int batchSize) {
    List<Long> offsets = new ArrayList<>();
    long at = 0;
    long variable = 0;
    for (Column column : dataset.columns()) {
      offsets.add(at);
      long bytes =
          column.isVariable()
              ? (batchSize + 1L) * Long.BYTES
              : Math.multiplyExact(batchSize, column.recordBytes());
      at =
          Math.addExact(
              at,
              (bytes + NativeLimits.BLOCK_BYTES - 1)
                  / NativeLimits.BLOCK_BYTES
                  * NativeLimits.BLOCK_BYTES);
      variable += column.isVariable() ? 1 : 0;
    }
    valuesAt = at;
    return new NativeSource.SlotLayout(offsets, at + BatchCutter.regionBytes(limitBytes, variable));
  }

  /** Where values start in a slot of this layout. */
  long valuesAt() {
    return valuesAt;
  }

  int threads() {
    return threads;
  }

  /**
   * For the one reading thread of such a dataset: the threads of the gatherer share its batches.
   */
  BatchCutter cutter(int batchSize, Arena arena) {
    return new BatchCutter(
        sources(), limitBytes, arena.allocate(BatchCutter.memoryBytes(batchSize), 8));
  }

  Supplier<Gatherer> gatherer(NativeSource source) {
    List<VariableSource> sources = sources();
    List<MappedColumn> mapped = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      mapped.add(sources.get(i) == null ? dataset.mappedColumn(i) : null);
    }
    return () -> new VariableGatherer(source, sources, mapped, threads);
  }

  private List<VariableSource> sources() {
    List<VariableSource> sources = new ArrayList<>();
    for (int i = 0; i < dataset.columns().size(); i++) {
      sources.add(dataset.columns().get(i).isVariable() ? dataset.variableSource(i) : null);
    }
    return sources;
  }

  String reason() {
    return "batches of at most %d bytes of values".formatted(limitBytes);
  }
}
