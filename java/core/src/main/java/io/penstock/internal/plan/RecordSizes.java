package io.penstock.internal.plan;

import java.util.List;

/**
 * How large the records of each column are: all that the arithmetic of plans knows of columns.
 *
 * <p>Each column has records of one size. A further kind of column needs its answers here, and
 * nowhere else in this package.
 *
 * @param columnBytes size of a record of each column, ascending
 */
public record RecordSizes(List<Long> columnBytes) {
  /** Takes columns in any order. */
  public RecordSizes {
    columnBytes = columnBytes.stream().sorted().toList();
  }

  /** Of all columns together. */
  long sum() {
    return columnBytes.stream().mapToLong(Long::longValue).sum();
  }

  long smallest() {
    return columnBytes.getFirst();
  }

  long largest() {
    return columnBytes.getLast();
  }

  /**
   * The smaller columns, as many as fit: a label of each record beside its image would double the
   * requests. The largest column is never kept whole: that is what sweeps are for, which deliver
   * before they have read everything.
   *
   * @param recordCount of each column
   * @param mostBytes what they may take
   * @return what they take
   */
  long residentBytes(long recordCount, long mostBytes) {
    long sum = 0;
    for (long recordBytes : columnBytes.subList(0, columnBytes.size() - 1)) {
      long bytes = SaturatedMath.product(recordCount, recordBytes);
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
    for (long recordBytes : columnBytes) {
      long bytes = SaturatedMath.product(request.recordCount(), recordBytes);
      if (bytes <= resident) {
        resident -= bytes;
        continue;
      }
      seconds +=
          device.secondsPerRecord(
              recordBytes,
              request.recordCount(),
              Math.min(memory.entryCount(), request.recordCount()),
              request.readahead().mergeGapBytes(),
              request.readahead().maxReadBytes());
    }
    return seconds;
  }
}
