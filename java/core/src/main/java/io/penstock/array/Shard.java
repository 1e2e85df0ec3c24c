package io.penstock.array;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A run of a column's records in one file, at equal distances from each other. Immutable.
 *
 * @param path the file
 * @param dataOffset where its first record starts, in bytes from the start of the file, at least 0
 * @param recordCount number of records, at least 0: an empty shard is allowed
 * @param strideBytes from the start of one record to the start of the next, in bytes, at least 1:
 *     the size of a record if records lie one after another, more if there are gaps between them,
 *     less if they overlap
 * @param axisStrides distance in bytes between neighbours along each axis of a record, at least 1
 *     each; empty if a record is contiguous in the file
 */
public record Shard(
    Path path, long dataOffset, long recordCount, long strideBytes, List<Long> axisStrides) {
  /** Checks the ranges. */
  public Shard {
    Objects.requireNonNull(path, "path");
    axisStrides = List.copyOf(axisStrides);
    if (dataOffset < 0) {
      throw new IllegalArgumentException("dataOffset must be >= 0, was " + dataOffset);
    }
    if (recordCount < 0) {
      throw new IllegalArgumentException("recordCount must be >= 0, was " + recordCount);
    }
    if (strideBytes < 1 || axisStrides.stream().anyMatch(stride -> stride < 1)) {
      throw new IllegalArgumentException(
          "strides must be >= 1, were %d and %s".formatted(strideBytes, axisStrides));
    }
  }

  /**
   * A run of records that are each contiguous in the file.
   *
   * @param path the file
   * @param dataOffset where its first record starts, in bytes from the start of the file
   * @param recordCount number of records
   * @param strideBytes from the start of one record to the start of the next
   */
  public Shard(Path path, long dataOffset, long recordCount, long strideBytes) {
    this(path, dataOffset, recordCount, strideBytes, List.of());
  }

  /**
   * Whether every record is contiguous in the file.
   *
   * @return false if the elements of a record must be gathered from several places
   */
  public boolean isWhole() {
    return axisStrides.isEmpty();
  }
}
