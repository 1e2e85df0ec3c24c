package io.penstock.array;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** A run of a column's records in one file, at equal distances from each other. Immutable. */
public final class Shard {
  /** Of records that are contiguous. */
  static final long[] NO_STRIDES = {};

  private final Path path;
  private final long dataOffset;
  private final long recordCount;
  private final long strideBytes;
  private final long[] axisStrides;

  /** Keeps the array of strides, which must not change. */
  Shard(Path path, long dataOffset, long recordCount, long strideBytes, long[] axisStrides) {
    this.path = Objects.requireNonNull(path, "path");
    this.dataOffset = dataOffset;
    this.recordCount = recordCount;
    this.strideBytes = strideBytes;
    this.axisStrides = axisStrides;
    if (dataOffset < 0) {
      throw new IllegalArgumentException("dataOffset must be >= 0, was " + dataOffset);
    }
    if (recordCount < 0) {
      throw new IllegalArgumentException("recordCount must be >= 0, was " + recordCount);
    }
    boolean isForwards = strideBytes >= 1;
    for (long stride : axisStrides) {
      isForwards &= stride >= 1;
    }
    if (!isForwards) {
      throw new IllegalArgumentException(
          "strides must be >= 1, were %d and %s"
              .formatted(strideBytes, Arrays.toString(axisStrides)));
    }
  }

  /**
   * A run of records that are each contiguous in the file.
   *
   * @param path the file
   * @param dataOffset where its first record starts, in bytes from the start of the file, at least
   *     0
   * @param recordCount number of records, at least 0: an empty shard is allowed
   * @param strideBytes from the start of one record to the start of the next, at least 1
   * @return the shard
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Shard of(Path path, long dataOffset, long recordCount, long strideBytes) {
    return new Shard(path, dataOffset, recordCount, strideBytes, NO_STRIDES);
  }

  /**
   * The same run, of records whose elements lie apart.
   *
   * @param strides distance in bytes between neighbours along each axis of a record, at least 1
   *     each; none if a record is contiguous
   * @return the shard
   * @throws IllegalArgumentException if a stride is out of range
   */
  public Shard withAxisStrides(long... strides) {
    return new Shard(path, dataOffset, recordCount, strideBytes, strides.clone());
  }

  /**
   * The file.
   *
   * @return its path
   */
  public Path path() {
    return path;
  }

  /**
   * Where the first record starts.
   *
   * @return in bytes from the start of the file, at least 0
   */
  public long dataOffset() {
    return dataOffset;
  }

  /**
   * Number of records.
   *
   * @return at least 0
   */
  public long recordCount() {
    return recordCount;
  }

  /**
   * Distance from the start of one record to the start of the next: the size of a record if records
   * lie one after another, more if there are gaps between them, less if they overlap.
   *
   * @return in bytes, at least 1
   */
  public long strideBytes() {
    return strideBytes;
  }

  /**
   * Distance between neighbours along each axis of a record.
   *
   * @return in bytes, at least 1 each; empty if a record is contiguous in the file. A copy
   */
  public long[] axisStrides() {
    return axisStrides.clone();
  }

  /**
   * Whether every record is contiguous in the file.
   *
   * @return false if the elements of a record must be gathered from several places
   */
  public boolean isWhole() {
    return axisStrides.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shard that
        && path.equals(that.path)
        && dataOffset == that.dataOffset
        && recordCount == that.recordCount
        && strideBytes == that.strideBytes
        && Arrays.equals(axisStrides, that.axisStrides);
  }

  @Override
  public int hashCode() {
    return Objects.hash(path, dataOffset, recordCount, strideBytes, Arrays.hashCode(axisStrides));
  }

  @Override
  public String toString() {
    return "Shard[%s, %d records from byte %d on, %d bytes apart%s]"
        .formatted(
            path,
            recordCount,
            dataOffset,
            strideBytes,
            isWhole() ? "" : ", axes " + Arrays.toString(axisStrides));
  }
}
