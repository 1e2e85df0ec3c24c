package io.penstock.internal.engine;

import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.internal.dataset.OpenDataset;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.gather.ChunkSizes;
import io.penstock.internal.plan.MemoryBudget;
import io.penstock.internal.plan.RecordSizes;
import io.penstock.internal.plan.TooLittleMemoryException;
import io.penstock.internal.slot.BatchCutting;
import io.penstock.internal.slot.SlotColumn;
import io.penstock.options.BadRecordPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes of a dataset's records and what follows from them: where records lie in slots and
 * cells, and whether batches have to be cut.
 */
final class ColumnSizes {
  /**
   * Room for a batch with the consumer, for one being read, and as much again for everything else.
   */
  private static final int LEAST_BATCHES = 3;

  private final OpenDataset dataset;
  private final List<Column> columns;
  private final boolean isVariable;

  ColumnSizes(OpenDataset dataset) {
    this.dataset = dataset;
    this.columns = dataset.columns();
    this.isVariable = columns.stream().anyMatch(Column::isVariable);
  }

  /**
   * How batches are cut if records differ in size.
   *
   * @throws TooLittleMemoryException if the limit of a piece is too much for the budget
   */
  BatchCutting cutting(LoaderOptions options, MemoryBudget budget, int batchSize) {
    if (!isVariable) {
      return BatchCutting.NONE;
    }
    long most = Math.max(options.mostBatchBytes(budget), mostNeeded(budget));
    long limit =
        options.batchBytes() > 0
            ? options.batchBytes()
            : Math.clamp(usualBatchBytes(batchSize), 1, most);
    if (limit > budget.bytes() / LEAST_BATCHES) {
      throw new TooLittleMemoryException(
          "batchBytes must be at most a third of memoryBytes=%d, was %d: give more memory"
              .formatted(budget.bytes(), limit));
    }
    return new BatchCutting.ByBytes(
        dataset.lengths(), limit, batchSize, options.badRecordPolicy() == BadRecordPolicy.FAIL);
  }

  /** A record larger than the limit of a batch cannot be read. */
  private long mostNeeded(MemoryBudget budget) {
    return Math.min(dataset.longestBytes(), budget.bytes() / LEAST_BATCHES);
  }

  /** Hardly any batch needs more than four times its mean size, plus the longest record. */
  private long usualBatchBytes(int batchSize) {
    double sum = 0;
    for (int c = 0; c < columns.size(); c++) {
      sum += columns.get(c).isVariable() ? 4.0 * batchSize * dataset.meanBytes(c) : 0;
    }
    return (long) (sum + (double) dataset.longestBytes());
  }

  /** Room in a slot for the values of a piece. */
  long valueBytes(BatchCutting cutting) {
    return switch (cutting) {
      case BatchCutting.Whole _ -> 0;
      case BatchCutting.ByBytes pieces -> pieces.valueBytes();
    };
  }

  /** Whether each record can be taken out of cells: the longest fits into a slot. */
  boolean fitCells(BatchCutting cutting) {
    return switch (cutting) {
      case BatchCutting.Whole _ -> true;
      case BatchCutting.ByBytes pieces -> dataset.longestBytes() <= pieces.limitBytes();
    };
  }

  /** How records lie in cells of native readers. */
  ChunkSizes chunks(NativeSource source, BatchCutting cutting) {
    return isVariable
        ? ChunkSizes.of(source, longestRecord(), dataset.recordBytes(), valueBytes(cutting))
        : ChunkSizes.NONE;
  }

  private long longestRecord() {
    long fixed = columns.stream().mapToLong(Column::recordBytes).sum();
    return fixed + dataset.longestBytes();
  }

  RecordSizes recordSizes() {
    List<RecordSizes.ColumnSize> sizes = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      sizes.add(new RecordSizes.ColumnSize(dataset.meanBytes(c), columns.get(c).isVariable()));
    }
    return new RecordSizes(sizes);
  }

  /**
   * The columns of a slot.
   *
   * @param offsets where each starts
   */
  List<SlotColumn> slotColumns(List<Long> offsets) {
    List<SlotColumn> slot = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      slot.add(
          columns.get(c).isVariable()
              ? new SlotColumn.Variable(offsets.get(c), dataset.variableSource(c).elementBytes())
              : new SlotColumn.Fixed(offsets.get(c), columns.get(c).recordBytes()));
    }
    return slot;
  }

  /**
   * How many records the files have room for side by side. Overlapping records, such as windows,
   * are more than that. The density of an order depends on this number.
   */
  long spreadRecords() {
    long most = 0;
    for (Column column : columns) {
      long records = 0;
      for (Shard shard : column.shards()) {
        double perRecord = Math.min(1.0, (double) shard.strideBytes() / column.recordBytes());
        records += (long) Math.ceil(shard.recordCount() * perRecord);
      }
      most = Math.max(most, Math.min(records, column.recordCount()));
    }
    return most;
  }
}
