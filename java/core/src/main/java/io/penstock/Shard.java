package io.penstock;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A run of a column's records that lie one after another in one file, without gaps.
 *
 * @param path the file
 * @param dataOffset where its first record starts, in bytes from the start of the file, at least 0
 * @param recordCount number of records, at least 0: an empty shard is allowed
 */
public record Shard(Path path, long dataOffset, long recordCount) {
  /** Checks the ranges. */
  public Shard {
    Objects.requireNonNull(path, "path");
    if (dataOffset < 0) {
      throw new IllegalArgumentException("dataOffset must be >= 0, was " + dataOffset);
    }
    if (recordCount < 0) {
      throw new IllegalArgumentException("recordCount must be >= 0, was " + recordCount);
    }
  }
}
