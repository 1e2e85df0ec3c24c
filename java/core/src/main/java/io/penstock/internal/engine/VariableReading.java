package io.penstock.internal.engine;

import io.penstock.array.Column;
import io.penstock.internal.dataset.MappedColumn;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.dataset.VariableSource;
import io.penstock.internal.ffi.NativeLimits;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.SourceSizes;
import io.penstock.internal.gather.Gatherer;
import io.penstock.internal.gather.VariableGatherer;
import io.penstock.options.Readahead;
import io.penstock.options.ReadaheadFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * How an {@link Engine} reads a dataset that has files of a folder as records: by threads that
 * open, read and close them.
 *
 * <p>What it owns: the checks of options that do not apply to such columns.
 */
final class VariableReading {
  /** Fewer threads do not keep a device busy that answers in 0.1 ms; many more gain nothing. */
  private static final int DEFAULT_THREADS = 16;

  private final OpenDataset dataset;
  private final int threads;

  private VariableReading(OpenDataset dataset, LoaderOptions options) {
    this.dataset = dataset;
    this.threads = threads(options.readahead());
    check(options);
  }

  /** How to read; null where there are no such columns. */
  static VariableReading ofOrNull(OpenDataset dataset, LoaderOptions options) {
    return firstOrNull(dataset) == null ? null : new VariableReading(dataset, options);
  }

  /** The first column whose records are files of a folder. */
  static Column firstOrNull(OpenDataset dataset) {
    return dataset.folderColumn().orElse(null);
  }

  /** As many as were asked for, or enough for a disk. */
  static int threads(Readahead readahead) {
    return readahead.given().contains(ReadaheadFlag.IO_THREADS)
        ? readahead.ioThreads()
        : DEFAULT_THREADS;
  }

  private static void check(LoaderOptions options) {
    if (options.isChecked()) {
      throw new IllegalArgumentException(
          "files of a folder cannot be verified or skipped yet: leave out verify and"
              + " badRecordPolicy");
    }
    if (options.readahead().cacheBytes() > 0) {
      throw new IllegalArgumentException(
          "cache must be 0 with files of a folder, which the page cache keeps");
    }
  }

  /** Where columns lie in a slot. */
  SourceSizes.SlotLayout layout(int batchSize, long valueBytes) {
    List<Long> offsets = new ArrayList<>();
    long at = 0;
    for (Column column : dataset.columns()) {
      offsets.add(at);
      long bytes =
          column.isVariable()
              ? (batchSize + 2L) * Long.BYTES
              : Math.multiplyExact(batchSize, column.recordBytes());
      at =
          Math.addExact(
              at,
              (bytes + NativeLimits.BLOCK_BYTES - 1)
                  / NativeLimits.BLOCK_BYTES
                  * NativeLimits.BLOCK_BYTES);
    }
    return new SourceSizes.SlotLayout(offsets, at + valueBytes);
  }

  int threads() {
    return threads;
  }

  Supplier<Gatherer> gatherer(NativeSource source) {
    List<VariableSource> sources = new ArrayList<>();
    List<MappedColumn> mapped = new ArrayList<>();
    for (int i = 0; i < dataset.columns().size(); i++) {
      boolean isVariable = dataset.columns().get(i).isVariable();
      sources.add(isVariable ? dataset.variableSource(i) : null);
      mapped.add(isVariable ? null : dataset.mappedColumn(i));
    }
    return () -> new VariableGatherer(source, sources, mapped, threads);
  }
}
