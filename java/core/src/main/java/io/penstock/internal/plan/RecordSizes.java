package io.penstock.internal.plan;

import java.util.Comparator;
import java.util.List;

/**
 * How large the records of each column are: all that the arithmetic of plans knows of columns.
 *
 * @param columns ascending by size
 */
public record RecordSizes(List<ColumnSize> columns) {
  /**
   * Of one column.
   *
   * @param bytes of a record, at least 1; where records differ, their mean
   * @param isVariable whether they differ
   */
  public record ColumnSize(long bytes, boolean isVariable) {}

  /** Takes columns in any order. */
  public RecordSizes {
    columns = columns.stream().sorted(Comparator.comparingLong(ColumnSize::bytes)).toList();
  }

  /** Of columns with records of one size each. */
  public static RecordSizes fixed(List<Long> bytes) {
    return new RecordSizes(bytes.stream().map(size -> new ColumnSize(size, false)).toList());
  }

  /** Whether the records of any column differ in size. */
  boolean areVariable() {
    return columns.stream().anyMatch(ColumnSize::isVariable);
  }

  /** Of all columns together. */
  long sum() {
    return columns.stream().mapToLong(ColumnSize::bytes).sum();
  }

  /** The least that a record of any column has. */
  long smallest() {
    return areVariable() ? 1 : columns.getFirst().bytes();
  }

  long largest() {
    return columns.getLast().bytes();
  }

  /**
   * The smaller columns, as many as fit: a label of each record beside its image would double the
   * requests. The largest column is never kept whole: that is what sweeps are for, which deliver
   * before they have read everything. Nor is one with records of different sizes.
   *
   * @param recordCount of each column
   * @param mostBytes what they may take
   * @return what they take
   */
  long residentBytes(long recordCount, long mostBytes) {
    long sum = 0;
    for (ColumnSize column : columns.subList(0, columns.size() - 1)) {
      if (column.isVariable()) {
        continue;
      }
      long bytes = SaturatedMath.product(recordCount, column.bytes());
      if (bytes > mostBytes - sum) {
        break;
      }
      sum += bytes;
    }
    return sum;
  }

  /**
   * What reading a record of all columns that are not resident costs a device.
   *
   * @param device the device
   * @param request with its flags and records
   * @param memory with its entries and resident columns
   * @return seconds per record
   */
  double seconds(CostModel device, MemoryRequest request, ReaderMemory memory) {
    long resident = memory.residentBytes();
    double seconds = 0;
    for (ColumnSize column : columns) {
      long bytes = SaturatedMath.product(request.recordCount(), column.bytes());
      if (!column.isVariable() && bytes <= resident) {
        resident -= bytes;
        continue;
      }
      seconds +=
          device.secondsPerRecord(
              column.bytes(),
              request.reachRecords(),
              Math.min(memory.entryCount(), request.reachRecords()),
              request.readahead().mergeGapBytes(),
              request.readahead().maxReadBytes());
    }
    return seconds;
  }
}
