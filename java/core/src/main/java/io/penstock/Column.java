package io.penstock;

import java.util.List;
import java.util.Objects;

/**
 * One array of a dataset: a name, and records of one type and shape in one or more shards.
 *
 * <p>Record {@code i} of the column is record {@code i} of its shards laid end to end. A column is
 * a description only: it holds no open file. Immutable.
 *
 * @param name what the column is called in its dataset, not blank
 * @param elementType type of the elements of a record, as they are stored
 * @param shape sizes of the axes of one record, outermost first; empty for a scalar
 * @param recordCount number of records: the sum over the shards
 * @param recordBytes size of one record in bytes, at least 1
 * @param shards where the records lie, in index order, at least one
 */
public record Column(
    String name,
    ElementType elementType,
    List<Long> shape,
    long recordCount,
    long recordBytes,
    List<Shard> shards) {

  /** Checks that the parts agree with each other, and takes copies of the lists. */
  public Column {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(elementType, "elementType");
    shape = List.copyOf(shape);
    shards = List.copyOf(shards);
    if (name.isBlank()) {
      throw new IllegalArgumentException("name of a column must not be blank");
    }
    if (shards.isEmpty()) {
      throw new IllegalArgumentException("shards of column '" + name + "' must not be empty");
    }
    long bytes = elementType.sizeBytes();
    for (long size : shape) {
      if (size < 1) {
        throw new IllegalArgumentException(
            "shape of column '" + name + "' must have sizes >= 1, was " + shape);
      }
      bytes = Math.multiplyExact(bytes, size);
    }
    if (recordBytes < 1 || recordBytes != bytes) {
      throw new IllegalArgumentException(
          "recordBytes of column '" + name + "' must be " + bytes + ", was " + recordBytes);
    }
    long count = 0;
    for (Shard shard : shards) {
      count = Math.addExact(count, shard.recordCount());
    }
    if (recordCount != count) {
      throw new IllegalArgumentException(
          "recordCount of column '" + name + "' must be " + count + ", was " + recordCount);
    }
  }
}
